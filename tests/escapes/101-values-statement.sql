-- expect: a query begins with SELECT
VALUES ROW(1, 2)
