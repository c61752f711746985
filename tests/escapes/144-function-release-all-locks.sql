-- expect: can't be used
SELECT RELEASE_ALL_LOCKS() FROM videos
