-- expect: a dot that joins no two names
SELECT * FROM 'ai_pipeline_db'.videos
