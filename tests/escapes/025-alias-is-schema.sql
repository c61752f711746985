-- expect: is the name of a database
SELECT ai_pipeline_db.id FROM videos AS ai_pipeline_db
