-- expect: can't change or lock
WITH x AS (SELECT id FROM videos) DELETE FROM videos
