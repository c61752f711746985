-- expect: WITH inside a query
SELECT * FROM (WITH videos AS (SELECT * FROM videos) SELECT * FROM videos) q
