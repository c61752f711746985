-- expect: WITH inside a query
SELECT * FROM (WITH mine AS (SELECT * FROM videos) SELECT * FROM mine) q
