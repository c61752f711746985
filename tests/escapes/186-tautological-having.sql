-- expect: allowed
SELECT tenant_id, COUNT(*) AS n FROM videos GROUP BY tenant_id HAVING 1 = 1
