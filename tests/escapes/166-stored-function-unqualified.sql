-- expect: the function "leak" can't be used
SELECT leak(1) FROM videos
