-- expect: VALUES can't be used
SELECT * FROM (VALUES ROW(1)) x
