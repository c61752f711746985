-- expect: is the name of a table
WITH VIDEOS AS (SELECT 1 AS id) SELECT * FROM VIDEOS
