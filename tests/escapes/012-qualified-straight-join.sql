-- expect: a table can't be named with its database
SELECT * FROM videos STRAIGHT_JOIN ai_pipeline_db.tenants
