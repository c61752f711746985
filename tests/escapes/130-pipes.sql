-- expect: || means OR
SELECT id || title FROM videos
