-- expect: procedures
SELECT * FROM videos PROCEDURE ANALYSE()
