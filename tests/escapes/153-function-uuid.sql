-- expect: can't be used
SELECT UUID() FROM videos
