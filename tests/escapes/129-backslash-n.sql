-- expect: a backslash
SELECT \N FROM videos
