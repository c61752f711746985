-- expect: has a prefix
SELECT n'abc' FROM videos
