-- expect: a table can't be named with its database
SELECT "a' FROM videos UNION SELECT api_key FROM ai_pipeline_db.tenants -- " FROM ai_pipeline_db.videos
