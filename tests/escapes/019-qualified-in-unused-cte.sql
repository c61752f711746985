-- expect: a table can't be named with its database
WITH unused AS (SELECT * FROM ai_pipeline_db.tenants) SELECT id FROM videos
