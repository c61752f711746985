-- expect: is neither a table nor an alias
SELECT tenants.api_key FROM videos
