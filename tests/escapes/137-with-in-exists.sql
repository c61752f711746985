-- expect: WITH inside a query
SELECT id FROM videos WHERE EXISTS (WITH m AS (SELECT 1) SELECT * FROM m)
