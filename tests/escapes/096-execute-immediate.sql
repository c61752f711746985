-- expect: a query begins with SELECT
EXECUTE IMMEDIATE 'SELECT * FROM ai_pipeline_db.tenants'
