-- expect: a query begins with SELECT
HANDLER ai_pipeline_db.tenants OPEN
