-- expect: a bracket
SELECT [id] FROM videos
