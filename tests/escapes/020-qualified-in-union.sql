-- expect: a table can't be named with its database
SELECT id, title FROM videos UNION ALL SELECT id, api_key FROM ai_pipeline_db.tenants
