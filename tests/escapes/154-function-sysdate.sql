-- expect: can't be used
SELECT SYSDATE() FROM videos
