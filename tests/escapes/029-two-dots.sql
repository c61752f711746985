-- expect: a table can't be named with its database
SELECT * FROM ai_pipeline_db..videos
