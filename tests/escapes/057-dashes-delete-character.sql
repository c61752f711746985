-- expect: a control character
SELECT id FROM videos -- UNION SELECT 1
