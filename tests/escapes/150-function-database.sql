-- expect: can't be used
SELECT DATABASE() FROM videos
