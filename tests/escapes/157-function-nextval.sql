-- expect: can't be used
SELECT NEXTVAL(s) FROM videos
