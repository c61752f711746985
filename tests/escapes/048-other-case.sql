-- expect: write videos, not VIDEOS
SELECT * FROM VIDEOS
