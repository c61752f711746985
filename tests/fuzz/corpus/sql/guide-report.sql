-- the guide's report
SELECT DATE(created_at) AS day,
       COUNT (*) as videos_added, /* two
       lines */
       SUM(CASE WHEN sync_status = "completed" THEN 1 ELSE 0 END) as completed,
       AVG(CASE WHEN error_message IS NOT NULL THEN 1 ELSE 0 END) * 100 as error_rate,
       JSON_UNQUOTE(JSON_EXTRACT('{"a":[1]}', "$[0]")) as c, "it's", 'a\'b\\', "x""y"
FROM videos v
WHERE created_at >= :period_start AND created_at < :period_end
  AND EXISTS (SELECT 1 FROM video_embeddings e WHERE e.video_id = v.id)
  AND EXTRACT(YEAR FROM v.created_at) > 2000
GROUP BY day ORDER BY day
