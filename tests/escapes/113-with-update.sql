-- expect: can't change or lock
WITH x AS (SELECT id FROM videos) UPDATE videos SET title = 'x'
