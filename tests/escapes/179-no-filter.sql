-- expect: allowed
SELECT * FROM videos
