-- expect: hold a backtick
SELECT * FROM `ai``pipeline`.videos
