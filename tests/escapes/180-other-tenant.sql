-- expect: allowed
SELECT * FROM videos WHERE tenant_id = 2
