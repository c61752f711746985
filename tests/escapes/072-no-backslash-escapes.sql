-- expect: allowed
SELECT '\' UNION SELECT api_key FROM tenants -- ' AS x FROM videos
