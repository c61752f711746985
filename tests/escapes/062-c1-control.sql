-- expect: a control character
SELECT idFROM videos
