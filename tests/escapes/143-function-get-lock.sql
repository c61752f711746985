-- expect: can't be used
SELECT GET_LOCK('x', 10) FROM videos
