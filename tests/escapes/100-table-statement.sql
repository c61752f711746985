-- expect: a query begins with SELECT
TABLE ai_pipeline_db.tenants
