-- expect: does not end
SELECT id FROM videos /* no end
