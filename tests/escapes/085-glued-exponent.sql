-- expect: a number runs into
SELECT 1e.tenants FROM videos
