-- expect: allowed
SELECT id, title FROM videos WHERE tenant_id = 2 OR 1 = 1
