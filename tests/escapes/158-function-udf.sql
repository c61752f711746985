-- expect: can't be used
SELECT sys_exec('id') FROM videos
