-- expect: a name of three parts
SELECT ai_pipeline_db.videos.title FROM videos
