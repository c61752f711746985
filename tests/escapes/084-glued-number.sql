-- expect: a number runs into
SELECT 1FROM videos
