-- expect: variables
SELECT id INTO @x FROM videos
