-- expect: a query begins with SELECT
CALL leak()
