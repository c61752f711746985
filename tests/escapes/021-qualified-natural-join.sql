-- expect: a table can't be named with its database
SELECT * FROM videos NATURAL JOIN ai_pipeline_db.videos
