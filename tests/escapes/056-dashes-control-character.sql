-- expect: a control character
SELECT id FROM videos --' UNION SELECT api_key FROM ai_pipeline_db.tenants -- '
