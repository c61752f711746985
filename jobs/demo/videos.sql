-- The videos numbered @first to @last (100,000 at most in one go) with their embeddings and audio
-- previews. Everything follows from the number and from @today: no RAND(), no clock, so the same
-- parameters give the same rows on every server. Nothing is newer than @today.

INSERT INTO videos
    (id, wp_post_id, jwp_id, post_type, post_status, title, slug, thumbnail_url, instructor, body_area,
     helps_with, props, short_description, long_description, content_tags, video_category,
     category_for_ai, video_time, run_time, video_topic, video_body_area_taxonomy, sync_status,
     error_message, last_processed, wp_created, wp_modified, created_at, updated_at, tenant_id)
WITH
digits AS (
    SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
    UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
numbers AS (
    SELECT @first + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS n
    FROM digits a CROSS JOIN digits b CROSS JOIN digits c CROSS JOIN digits d CROSS JOIN digits e
),
hashes AS (
    SELECT n, SHA2(n, 256) AS hash FROM numbers WHERE n <= @last
),
-- six independent numbers below 2^20 for each video
dice AS (
    SELECT n, hash,
        CAST(CONV(SUBSTR(hash, 1, 5), 16, 10) AS UNSIGNED) AS h1,
        CAST(CONV(SUBSTR(hash, 6, 5), 16, 10) AS UNSIGNED) AS h2,
        CAST(CONV(SUBSTR(hash, 11, 5), 16, 10) AS UNSIGNED) AS h3,
        CAST(CONV(SUBSTR(hash, 16, 5), 16, 10) AS UNSIGNED) AS h4,
        CAST(CONV(SUBSTR(hash, 21, 5), 16, 10) AS UNSIGNED) AS h5,
        CAST(CONV(SUBSTR(hash, 26, 5), 16, 10) AS UNSIGNED) AS h6
    FROM hashes
),
facts AS (
    SELECT dice.*,
        CASE WHEN h1 % 1000 < 455 THEN 1 WHEN h1 % 1000 < 680 THEN 2 WHEN h1 % 1000 < 795 THEN 3
             WHEN h1 % 1000 < 865 THEN 4 WHEN h1 % 1000 < 920 THEN 5 WHEN h1 % 1000 < 950 THEN 6
             WHEN h1 % 1000 < 980 THEN 7 WHEN h1 % 1000 < 999 THEN 8 ELSE 9 END AS tenant,
        -- of the last 120 days, the later ones with more videos than the earlier ones
        CAST(@today AS DATETIME) - INTERVAL 1 + (h2 % 120) * (h3 % 120) DIV 120 DAY
            + INTERVAL h4 % 86400 SECOND AS created,
        CASE WHEN h5 % 100 < 86 THEN 'completed' WHEN h5 % 100 < 91 THEN 'failed'
             WHEN h5 % 100 < 96 THEN 'pending' ELSE 'processing' END AS status,
        180 + h6 % 3600 AS seconds,
        ELT(1 + h2 % 8, 'Core', 'Lower back', 'Hips', 'Shoulders', 'Full body', 'Neck', 'Legs', 'Wrists') AS area,
        ELT(1 + (h3 % 11) * (h4 % 11) DIV 11, 'Yoga', 'Pilates', 'Strength', 'Mobility', 'Meditation', 'HIIT',
            'Barre', 'Prenatal', 'Séniors & doux', 'Kids "Fun"', 'الاسترخاء') AS category
    FROM dice
)
SELECT n, 10000 + n, SUBSTR(hash, 3, 8), 'video', IF(h2 % 40 = 0, 'draft', 'publish'),
    CASE
        -- now and then a title that no one would write, for any tenant
        WHEN n % 499 = 0 THEN ELT(1 + n DIV 499 % 16,
            '=HYPERLINK("http://evil.example","Click me")', '+1', '-2+3', '@SUM(1)', '＝1+1',
            '00123', '_x0041_ Flow', 'Line one\r\nline two', 'Tab\there', 'Say "ommm", then; breathe',
            '👩‍👩‍👧‍👦 Family Yoga 🏳️‍🌈', '</t> ]]> & <b>', 'ยามเช้า โยคะ', 'Йога для спины', '1e5', '\'quoted\'')
        WHEN tenant = 3 THEN CONCAT(
            ELT(1 + h5 % 5, 'يوغا', 'تمارين', 'تأمل', 'إطالة', 'تنفس'), ' ',
            ELT(1 + h6 % 5, 'الصباح', 'للمبتدئين', 'الظهر', 'عميقة', 'المساء'), ' ', seconds DIV 60)
        WHEN tenant = 5 THEN CONCAT(
            ELT(1 + h5 % 5, '朝の', '初心者の', '優しい', '就寝前の', 'パワー'),
            ELT(1 + h6 % 5, 'ヨガ', '瞑想', 'ストレッチ', '呼吸法', '太陽礼拝'), ' ', seconds DIV 60, '分')
        WHEN tenant = 7 THEN CONCAT(
            ELT(1 + h5 % 4, 'יוגה', 'פילאטיס', 'מתיחות', 'מדיטציה'), ' ',
            ELT(1 + h6 % 4, 'בוקר', 'למתחילים', 'לגב', 'ערב'), ' ', seconds DIV 60)
        WHEN tenant = 8 THEN CONCAT(
            ELT(1 + h5 % 4, 'सुबह का', 'आसान', 'गहरा', 'शाम का'), ' ',
            ELT(1 + h6 % 4, 'योग', 'ध्यान', 'प्राणायाम', 'सूर्य नमस्कार'))
        ELSE CONCAT(
            ELT(1 + h5 % 10, 'Gentle', 'Power', 'Morning', 'Evening', 'Slow', 'Deep', '20-Minute', 'Desk', 'Restorative', 'Advanced'), ' ',
            ELT(1 + h6 % 10, 'Vinyasa Flow', 'Yin', 'Hatha', 'Pilates', 'Stretch', 'Mobility', 'Kettlebell', 'HIIT', 'Breathwork', 'Body Scan'),
            ' for ', area)
    END,
    CONCAT('video-', n), CONCAT('https://cdn.example.com/thumbs/', SUBSTR(hash, 3, 8), '.jpg'),
    CASE WHEN h4 % 60 = 0 THEN NULL WHEN h4 % 97 = 0 THEN '' ELSE
        ELT(1 + (h5 % 24) * (h1 DIV 1000 % 24) DIV 24,
            'Maya Lindqvist', 'José Núñez', 'Aisha Rahman', 'Tom O\'Connor', 'Zoë Müller', 'Kenji Watanabe',
            'Priya Sharma', 'Олена Шевченко', 'Lucas da Silva', 'Nguyễn Thị Hạnh', 'فاطمة الزهراء', 'Anna-Lena Groß',
            '李娜', 'Sam "Flex" Carter', 'נועה כהן', 'Ingrid Bjørnstad', 'Chloé Dubois', 'Mateusz Wójcik',
            'Ayşe Yıldız', 'สมชาย ใจดี', 'Grace Okafor', 'Diego & Ana', 'Θεοδώρα Παππά', 'Lee')
    END,
    area,
    ELT(1 + h3 % 6, 'Stress', 'Back pain', 'Better sleep', 'Posture, desk work', NULL, 'Balance'),
    ELT(1 + h6 % 5, 'Mat', 'Mat, block, strap', NULL, '', 'Kettlebell 8–12 kg'),
    CONCAT('A ', seconds DIV 60, '-minute ', LOWER(category), ' class for the ', LOWER(area), '.'),
    IF(h2 % 25 = 0, NULL, CONCAT_WS('\n\n',
        CONCAT('Slow down and give your ', LOWER(area), ' the time it needs.'),
        IF(h3 % 2, 'Every pose comes with an easier and a harder variation; take what suits you today.', NULL),
        IF(h4 % 3, 'Filmed in one take, with a spoken introduction and no music.', NULL))),
    CONCAT('["', LOWER(area), '", "', ELT(1 + h6 % 4, 'beginner', 'intermediate', 'advanced', 'tous niveaux'), '"]'),
    CASE WHEN h6 % 50 = 0 THEN '[]' WHEN h6 % 71 = 0 THEN NULL WHEN h6 % 89 = 0 THEN 'null' ELSE
        CONCAT('["', REPLACE(category, '"', '\\"'), '"', IF(h6 % 3, '', ', "New"'), ']') END,
    category, CONCAT(seconds DIV 60, ':', LPAD(seconds % 60, 2, '0')), seconds,
    CONCAT('["', ELT(1 + h5 % 3, 'wellness', 'performance', 'recovery'), '"]'),
    CONCAT('[{"name": "', area, '", "level": ', h2 % 3, '}]'),
    status,
    CASE
        WHEN status = 'failed' AND h6 % 20 = 0 THEN NULL
        WHEN status = 'failed' THEN ELT(1 + h6 % 8,
            CONCAT('Transcription timed out after 300 s (job ', LEFT(hash, 8), ')'),
            'Player API returned 429 Too Many Requests; gave up after 5 attempts',
            'Vector upsert failed: dimension mismatch (expected 1536, got 3072)',
            'Language model error: context length exceeded (9231 > 8192 tokens)',
            CONCAT('PutObject previews/', tenant, '/', n, '.mp3: 403 AccessDenied'),
            'ffmpeg exited with status 1:\n[mov,mp4] moov atom not found\nInvalid data found when processing input',
            CONCAT('WordPress post ', 10000 + n, ' was not found'),
            'Unexpected character \'"\' in JSON at position 17')
        WHEN status = 'completed' AND h6 % 60 = 0 THEN 'Completed on the second attempt; first: connection reset by peer'
        WHEN status = 'completed' AND h6 % 151 = 0 THEN ''
    END,
    IF(status = 'pending', NULL, created + INTERVAL h6 MICROSECOND + INTERVAL h3 % 7200 SECOND),
    created - INTERVAL h3 % 30 DAY, created - INTERVAL h3 % 3 HOUR,
    created, IF(status = 'pending', created, created + INTERVAL h3 % 7200 SECOND), tenant
FROM facts
ORDER BY n;

INSERT INTO video_embeddings (id, video_id, namespace, embedding_text, pinecone_id, created_at)
SELECT id * 2 + part, id, IF(part, 'descriptions', 'titles'), IF(part, short_description, title),
    CONCAT(tenant_id, '-', id, IF(part, '-d', '-t')), updated_at
FROM videos CROSS JOIN (SELECT 0 AS part UNION ALL SELECT 1) parts
WHERE id BETWEEN @first AND @last AND sync_status = 'completed'
    AND CRC32(id) % 100 < 92 AND (part = 0 OR CRC32(id) % 3 = 0)
ORDER BY id, part;

INSERT INTO video_audio_previews
    (id, video_id, s3_key, s3_url, duration, audio_duration_seconds, file_size_bytes, voice_id,
     generation_status, created_at)
SELECT id * 2 + part, id,
    IF(status = 'completed', CONCAT('previews/', tenant_id, '/', id, '-', voice, '.mp3'), NULL),
    IF(status = 'completed', CONCAT('https://previews.example.com/', tenant_id, '/', id, '-', voice, '.mp3'), NULL),
    IF(status = 'completed', CAST(CONCAT(seconds, '.', LPAD(hash % 1000000, 6, '0')) AS DECIMAL(20,6)), NULL),
    IF(status = 'completed', seconds, NULL), IF(status = 'completed', seconds * 16000 + hash % 16000, NULL),
    voice, status, updated_at
FROM (
    SELECT id, tenant_id, updated_at, part, hash, 20 + hash % 70 AS seconds, IF(part, 'onyx', 'nova') AS voice,
        ELT(1 + hash DIV 7 % 20, 'failed', 'pending', 'generating', 'completed', 'completed', 'completed',
            'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed',
            'completed', 'completed', 'completed', 'completed', 'completed', 'completed') AS status
    FROM (
        SELECT id, tenant_id, updated_at, part, CRC32(CONCAT(part, id, 'audio')) AS hash
        FROM videos CROSS JOIN (SELECT 0 AS part UNION ALL SELECT 1) parts
        WHERE id BETWEEN @first AND @last AND sync_status IN ('completed', 'processing')
            AND CRC32(id) % 10 < 7 AND (part = 0 OR CRC32(id) % 9 = 0)
    ) chosen
) previews
ORDER BY id, part;
