-- expect: can't be used
SELECT id FROM videos WHERE MATCH (title) AGAINST ('x')
