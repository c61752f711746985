-- expect: a query begins with SELECT
DELETE FROM videos
