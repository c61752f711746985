-- expect: allowed
SELECT v.title, t.name FROM videos v CROSS JOIN tenants t
