-- expect: a query begins with SELECT
EXPLAIN SELECT * FROM ai_pipeline_db.tenants
