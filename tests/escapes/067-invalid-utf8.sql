-- expect: not valid UTF-8
SELECT '¿' UNION SELECT 1 -- ' FROM videos
