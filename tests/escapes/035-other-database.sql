-- expect: a table can't be named with its database
SELECT * FROM other_db.t
