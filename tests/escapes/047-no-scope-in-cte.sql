-- expect: table "api_keys" has no scope
WITH x AS (SELECT * FROM api_keys) SELECT * FROM x
