-- expect: a report takes no locks
SELECT * FROM videos LOCK IN SHARE MODE
