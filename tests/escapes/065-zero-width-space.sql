-- expect: can't stand here
SELECT * FROM ai_pipeline​_db.videos
