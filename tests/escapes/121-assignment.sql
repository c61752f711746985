-- expect: assignment
SELECT a := 1 FROM videos
