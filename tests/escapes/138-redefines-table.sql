-- expect: is the name of a table
WITH videos AS (SELECT 1 AS id) SELECT * FROM videos
