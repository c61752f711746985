-- expect: allowed
SELECT "a' FROM videos UNION SELECT api_key FROM tenants -- " AS x FROM videos
