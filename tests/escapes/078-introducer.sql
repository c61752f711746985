-- expect: in a character set that can't be used
SELECT _gbk'\\' AS x FROM videos
