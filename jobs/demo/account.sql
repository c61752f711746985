CREATE USER IF NOT EXISTS 'ai_pipeline_readonly'@'%' IDENTIFIED BY 'ReadOnlyPass2025';
GRANT SELECT ON ai_pipeline_db.* TO 'ai_pipeline_readonly'@'%';
FLUSH PRIVILEGES;
