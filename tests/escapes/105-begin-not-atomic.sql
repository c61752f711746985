-- expect: a semicolon
BEGIN NOT ATOMIC SELECT 1; END
