-- expect: optimizer hints
SELECT /*+ SET_VAR(group_concat_max_len=5) */ id FROM videos
