-- expect: a table can't be named with its database
SELECT (SELECT MIN(api_key) FROM ai_pipeline_db.tenants) FROM videos
