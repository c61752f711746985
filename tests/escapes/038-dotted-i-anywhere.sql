-- expect: is the name of a database
SELECT 1 AS `aİ_pipeline_db` FROM videos
