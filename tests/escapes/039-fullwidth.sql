-- expect: can't stand here
SELECT * FROM ａi_pipeline_db.videos
