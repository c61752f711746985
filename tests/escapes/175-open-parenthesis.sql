-- expect: not closed
SELECT (1 FROM videos
