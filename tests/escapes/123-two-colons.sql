-- expect: a colon without
SELECT id::text FROM videos
