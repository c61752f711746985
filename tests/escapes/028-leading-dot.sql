-- expect: a blank beside a dot
SELECT * FROM .videos
