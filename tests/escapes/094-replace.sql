-- expect: a query begins with SELECT
REPLACE INTO videos VALUES (1)
