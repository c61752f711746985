-- expect: the database runs what stands in a comment
SELECT * FROM /*! ai_pipeline_db.*/videos
