-- expect: optimizer hints
SELECT /*+ MAX_EXECUTION_TIME(1000000) */ id FROM videos
