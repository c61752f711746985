-- expect: a query begins with SELECT
DELIMITER //
SELECT 1//
