-- expect: WITH inside a query
SELECT id FROM videos UNION (WITH m AS (SELECT * FROM videos) SELECT id FROM m)
