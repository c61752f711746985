-- expect: allowed
SELECT e.* FROM video_embeddings e LEFT JOIN videos v ON v.id = e.video_id WHERE v.id IS NULL
