-- expect: a query begins with SELECT
KILL 1
