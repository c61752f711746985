-- expect: not valid UTF-8
SELECT 'À§ UNION SELECT 1' FROM videos
