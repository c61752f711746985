-- expect: variables
SELECT @@version FROM videos
