-- expect: can't be used
SELECT LOAD_FILE('/etc/passwd') FROM videos
