-- expect: a table can't be named with its database
SELECT * FROM AI_PIPELINE_DB.videos
