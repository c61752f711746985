-- expect: is the name of a table
WITH x AS (SELECT 1), tenants (id) AS (SELECT 2) SELECT * FROM tenants
