-- expect: allowed
SELECT id FROM videos UNION SELECT id FROM video_embeddings UNION SELECT id FROM tenants
