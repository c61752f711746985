-- expect: can't be used
SELECT RAND() FROM videos
