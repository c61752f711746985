-- expect: INTO writes
SELECT * FROM videos INTO DUMPFILE '/tmp/x'
