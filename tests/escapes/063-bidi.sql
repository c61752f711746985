-- expect: turns the direction
SELECT id FROM videos /* ‮ x */
