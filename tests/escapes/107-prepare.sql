-- expect: a query begins with SELECT
PREPARE x FROM 'SELECT 1'
