-- expect: a brace
SELECT * FROM {oj ai_pipeline_db.tenants}
