-- expect: table "api_keys" has no scope
SELECT * FROM api_keys
