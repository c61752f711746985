-- expect: a query begins with SELECT
SHOW TABLES FROM ai_pipeline_db
