-- expect: TABLE can't be used
SELECT id FROM videos UNION TABLE tenants
