-- expect: can't stand here
SELECT * FROM ﻿videos
