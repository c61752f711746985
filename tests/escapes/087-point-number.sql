-- expect: can't begin with its point
SELECT id FROM videos WHERE id = .5
