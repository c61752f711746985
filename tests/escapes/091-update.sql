-- expect: a query begins with SELECT
UPDATE videos SET title = 'x'
