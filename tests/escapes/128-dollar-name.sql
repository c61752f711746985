-- expect: a dollar sign
SELECT * FROM ai$db.videos
