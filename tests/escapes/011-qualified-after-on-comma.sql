-- expect: a table can't be named with its database
SELECT * FROM videos v JOIN videos w ON v.id = w.id, ai_pipeline_db.tenants
