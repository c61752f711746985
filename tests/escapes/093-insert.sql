-- expect: a query begins with SELECT
INSERT INTO videos VALUES (1)
