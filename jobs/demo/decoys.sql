-- Schemas that no report may ever show, for tests. The first isn't granted to the report account.
-- The second is, by accident: in a GRANT, _ stands for any character, so that ai_pipeline_db.*
-- covers it too.

DROP DATABASE IF EXISTS other_db;
CREATE DATABASE other_db CHARACTER SET utf8mb4;
CREATE TABLE other_db.secrets (id INT PRIMARY KEY, secret VARCHAR(100)) ENGINE=InnoDB;
INSERT INTO other_db.secrets VALUES (1, 'OTHER-DB-SECRET-1'), (2, 'OTHER-DB-SECRET-2');
CREATE TABLE other_db.videos (id INT PRIMARY KEY, tenant_id INT, title VARCHAR(100)) ENGINE=InnoDB;
INSERT INTO other_db.videos VALUES (1, 1, 'OTHER-DB-VIDEO-1');

DROP DATABASE IF EXISTS aiXpipelineXdb;
CREATE DATABASE aiXpipelineXdb CHARACTER SET utf8mb4;
CREATE TABLE aiXpipelineXdb.secret (id INT PRIMARY KEY, secret VARCHAR(100)) ENGINE=InnoDB;
INSERT INTO aiXpipelineXdb.secret VALUES (1, 'WILDCARD-SECRET-1');
