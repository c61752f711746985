-- expect: can't be used
SELECT LAST_INSERT_ID(5) FROM videos
