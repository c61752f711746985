-- expect: -- without a blank
SELECT id FROM videos --comment
UNION SELECT 1
