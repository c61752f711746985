-- expect: a table can't be named with its database
SELECT * FROM information_schema.processlist
