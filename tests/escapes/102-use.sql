-- expect: a query begins with SELECT
USE ai_pipeline_db
