-- expect: a table can't be named with its database
SELECT id FROM videos ORDER BY (SELECT MAX(api_key) FROM ai_pipeline_db.tenants)
