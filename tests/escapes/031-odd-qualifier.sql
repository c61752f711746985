-- expect: this name can't stand before a dot
SELECT `my videos`.id FROM videos AS `my videos`
