-- expect: a dollar sign
SELECT $$x$$ FROM videos
