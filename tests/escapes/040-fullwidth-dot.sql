-- expect: can't stand here
SELECT * FROM ai_pipeline_db．videos
