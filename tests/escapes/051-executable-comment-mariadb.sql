-- expect: the database runs what stands in a comment
SELECT * FROM /*M!100000 ai_pipeline_db.*/videos
