-- expect: INTO writes
SELECT * INTO OUTFILE '/tmp/x' FROM videos
