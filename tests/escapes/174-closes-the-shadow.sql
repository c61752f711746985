-- expect: a closing parenthesis
SELECT 1) SELECT * FROM ai_pipeline_db.tenants -- (
