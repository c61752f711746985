-- expect: a number runs into
SELECT * FROM 1db.t
