-- expect: a number runs into
SELECT * FROM 0x61695f706970656c696e655f6462.videos
