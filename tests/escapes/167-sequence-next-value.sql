-- expect: sequences
SELECT NEXT VALUE FOR s FROM videos
