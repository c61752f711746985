-- The tenants, from very large to none at all. How many of the generated videos each gets is in
-- videos.sql; @today (text, 2026-11-24) is the day after the last one with data.
--
--    1  about half of all videos
--    4  left the platform: inactive, but its rows are still there
--    6  the hostile one: a name with line breaks, and the rows of hostile.sql
--    9  a handful of videos
--   10  no videos

INSERT INTO tenants
    (id, name, display_name, plan_type, is_active, api_key, settings, created_at, updated_at)
VALUES
    (1, 'sunrise-yoga', 'Sunrise Yoga Collective', 'enterprise', 1, '',
     '{"voice": "nova", "languages": ["en", "es"], "limits": {"videos": 1000000}}', @today, @today),
    (2, 'iron-temple', 'Iron Temple Fitness', 'pro', 1, '',
     '{"voice": "onyx", "languages": ["en"]}', @today, @today),
    (3, 'noor', 'مركز نور لليوغا', 'pro', 1, '',
     '{"voice": "nova", "languages": ["ar", "en"]}', @today, @today),
    (4, 'old-barn', 'The Old Barn Pilates', 'basic', 0, '',
     NULL, @today, @today),
    (5, 'kokoro', '心ヨガスタジオ 🧘‍♀️', 'basic', 1, '',
     '{"voice": "alloy", "languages": ["ja"]}', @today, @today),
    (6, 'edge-cases', 'O''Brien & "Söhne" <b>\r\n=HYPERLINK("http://evil.example","click")', 'pro', 1, '',
     '{"note": "nothing here is \\"normal\\" \\u2028", "nested": {"a": [1, {"b": []}]}, "null": null}', @today, @today),
    (7, 'shalom', 'סטודיו שלום', 'basic', 1, '',
     '[]', @today, @today),
    (8, 'himalaya', 'हिमालय योग केंद्र 🏔️', 'free', 1, '',
     'null', @today, @today),
    (9, 'tiny', NULL, 'free', 1, '',
     '{}', @today, @today),
    (10, 'newcomer', 'Brand-new Studio', 'free', 1, '',
     NULL, @today, @today);

UPDATE tenants SET api_key = CONCAT('vp_live_', LEFT(SHA2(CONCAT('sample key of tenant ', id), 256), 40)),
    created_at = CAST(@today AS DATETIME) - INTERVAL 400 - 30 * id DAY,
    updated_at = CAST(@today AS DATETIME) - INTERVAL id DAY;
