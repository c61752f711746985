-- expect: a table can't be named with its database
SELECT * FROM (videos v JOIN ai_pipeline_db.tenants t ON 1 = 1)
