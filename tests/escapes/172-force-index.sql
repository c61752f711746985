-- expect: index hints
SELECT * FROM videos FORCE INDEX (PRIMARY)
