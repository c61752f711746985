-- expect: can't be used
SELECT `sleep`(10) FROM videos
