-- expect: not valid UTF-8
SELECT '¿\' UNION SELECT api_key FROM ai_pipeline_db.tenants -- ' FROM videos
