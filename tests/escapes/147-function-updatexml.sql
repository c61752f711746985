-- expect: can't be used
SELECT UPDATEXML(1, CONCAT('~', title), 1) FROM videos
