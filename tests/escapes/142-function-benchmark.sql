-- expect: can't be used
SELECT BENCHMARK(100000000, MD5('x')) FROM videos
