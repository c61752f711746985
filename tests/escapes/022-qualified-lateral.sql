-- expect: a table can't be named with its database
SELECT * FROM videos v, LATERAL (SELECT * FROM ai_pipeline_db.tenants t) x
