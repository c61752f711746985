-- expect: does not end
SELECT 'abc FROM videos
