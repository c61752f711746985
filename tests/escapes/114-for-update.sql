-- expect: can't change or lock
SELECT * FROM videos FOR UPDATE
