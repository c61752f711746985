-- expect: CURRENT_USER is the account
SELECT CURRENT_USER FROM videos
