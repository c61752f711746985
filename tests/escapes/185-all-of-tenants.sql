-- expect: allowed
SELECT * FROM tenants
