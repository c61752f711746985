-- expect: a table can't be named with its database
SELECT IF(1, id, (SELECT MAX(api_key) FROM ai_pipeline_db.tenants)) FROM videos
