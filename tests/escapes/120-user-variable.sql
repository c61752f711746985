-- expect: variables
SELECT @a := api_key FROM tenants
