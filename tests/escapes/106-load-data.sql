-- expect: a query begins with SELECT
LOAD DATA INFILE '/etc/passwd' INTO TABLE videos
