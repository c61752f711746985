-- expect: a query begins with SELECT
DO SLEEP(10)
