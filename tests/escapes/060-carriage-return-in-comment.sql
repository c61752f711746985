-- expect: a carriage return
SELECT id FROM videos # xUNION SELECT api_key FROM ai_pipeline_db.tenants
