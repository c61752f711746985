-- expect: allowed
SELECT * FROM videos WHERE tenant_id = 1 AND sync_status = 'failed' OR error_message IS NOT NULL
