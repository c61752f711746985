-- expect: WITH inside a query
WITH a AS (WITH b AS (SELECT * FROM videos) SELECT * FROM b) SELECT * FROM a
