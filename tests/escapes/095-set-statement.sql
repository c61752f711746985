-- expect: a query begins with SELECT
SET STATEMENT max_statement_time = 0 FOR SELECT * FROM ai_pipeline_db.tenants
