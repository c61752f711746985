-- expect: a semicolon
SELECT id FROM videos;
