-- expect: a dot that joins no two names
SELECT * FROM x'61'.videos
