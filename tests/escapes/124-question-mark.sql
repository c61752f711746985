-- expect: a question mark
SELECT id FROM videos WHERE id = ?
