-- expect: a table can't be named with its database
SELECT 1 AS ai_pipeline_db, t.* FROM ai_pipeline_db.tenants AS t
