-- expect: a table can't be named with its database
SELECT * FROM videos, ai_pipeline_db.tenants
