-- expect: does not end
SELECT 'a\' UNION SELECT api_key FROM ai_pipeline_db.tenants
