-- expect: a brace
SELECT {d '2026-01-01'} FROM videos
