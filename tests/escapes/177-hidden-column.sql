-- expect: allowed
SELECT api_key FROM tenants
