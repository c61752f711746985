-- expect: a table can't be named with its database
SELECT * FROM DUAL, ai_pipeline_db.tenants
