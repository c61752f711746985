-- expect: allowed
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT n.i, v.title FROM n JOIN videos v ON v.id = n.i
