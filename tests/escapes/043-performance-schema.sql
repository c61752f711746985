-- expect: a table can't be named with its database
SELECT * FROM performance_schema.threads
