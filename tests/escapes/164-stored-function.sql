-- expect: stored functions can't be used
SELECT ai_pipeline_db.leak(1) FROM videos
