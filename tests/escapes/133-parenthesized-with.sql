-- expect: WITH inside a query
(WITH mine AS (SELECT * FROM videos) SELECT * FROM mine)
