-- expect: FOR SHARE locks
SELECT * FROM videos FOR SHARE
