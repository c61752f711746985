-- expect: allowed
SELECT COUNT(*) FROM videos WHERE 1 & '1'
