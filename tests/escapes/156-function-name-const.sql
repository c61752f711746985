-- expect: can't be used
SELECT NAME_CONST('a', 1) FROM videos
