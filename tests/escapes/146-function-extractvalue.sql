-- expect: can't be used
SELECT EXTRACTVALUE(1, CONCAT('~', title)) FROM videos
