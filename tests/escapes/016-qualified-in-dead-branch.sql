-- expect: a table can't be named with its database
SELECT id FROM videos WHERE 1 = 0 AND EXISTS (SELECT 1 FROM ai_pipeline_db.tenants)
