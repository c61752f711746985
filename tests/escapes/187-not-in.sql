-- expect: allowed
SELECT id FROM videos WHERE id NOT IN (SELECT video_id FROM video_audio_previews WHERE video_id IS NOT NULL)
