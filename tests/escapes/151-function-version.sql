-- expect: can't be used
SELECT VERSION() FROM videos
