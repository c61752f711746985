-- expect: can't stand here
SELECT id FROM videos
