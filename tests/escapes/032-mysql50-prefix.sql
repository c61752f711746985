-- expect: a table can't be named with its database
SELECT * FROM `#mysql50#ai_pipeline_db`.videos
