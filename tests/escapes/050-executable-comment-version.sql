-- expect: the database runs what stands in a comment
SELECT * FROM /*!50000 ai_pipeline_db.*/videos
