-- expect: a table can't be named with its database
SELECT * FROM `ai\_pipeline_db`.`videos`
