-- expect: a table can't be named with its database
SELECT * FROM aİ_pipeline_db.videos
