-- expect: can't be used
SELECT USER() FROM videos
