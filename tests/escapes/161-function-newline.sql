-- expect: can't be used
SELECT SLEEP
(10) FROM videos
