/*
 * The rules: what users write passes, and what tests/escapes/ holds does not. Each file there
 * begins with `-- expect: allowed` or with part of the message it must be refused with.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/sql.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "tests/unit/unit.h"

static const char *const schemas[] = {"ai_pipeline_db", "other_db", "information_schema"};
static const char *const known[] = {"tenants", "video_audio_previews", "video_embeddings",
                                    "videos"};

/* All the checks there are. */
static bool accepts(const char *text, size_t len, struct arena *arena, struct problems *problems)
{
    struct place at = {"q.sql", 1, 1};
    const struct sql *sql = sql_parse(text, len, &at, arena, problems);
    return sql && sql_check_schemas(sql, schemas, 3, problems) == 0 &&
           sql_check_tables(sql, known, 4, problems) == 0;
}

static bool says(const struct problems *problems, const char *text)
{
    for (size_t i = 0; i < problems->n; i++) {
        if (strstr(problems->items[i].msg, text))
            return true;
    }
    return false;
}

static void check_escape(const char *dir, const char *name)
{
    char path[LIMIT_PATH_BYTES], want[200] = "";
    struct buf text;
    struct err e = {0};
    struct arena arena = {0};
    struct problems problems = {0};
    buf_init(&text, LIMIT_SQL_BYTES);
    ck_ok(file_join(path, dir, name, &e), &e);
    ck_ok(file_read(path, FILE_ANY, &text, &e), &e);
    ck_assert_msg(sscanf(text.data, "-- expect: %199[^\n]", want) == 1, "%s: no expectation", name);
    bool accepted = accepts(text.data, text.len, &arena, &problems);
    const char *said = problems.n ? problems.items[0].msg : "(nothing)";
    if (strcmp(want, "allowed") == 0)
        ck_assert_msg(accepted, "%s: refused: %s", name, said);
    else
        ck_assert_msg(!accepted && says(&problems, want), "%s: expected \"%s\", got %s \"%s\"",
                      name, want, accepted ? "accepted" : "refused", said);
    for (size_t i = 0; i < problems.n; i++)
        ck_assert_msg(problems.items[i].at.line > 0, "%s: a problem without a place", name);
    problems_release(&problems);
    arena_release(&arena);
    buf_release(&text);
}

START_TEST(escapes)
{
    const char *source = getenv("PRESSRUN_SOURCE_DIR");
    char dir[LIMIT_PATH_BYTES];
    size_t n = 0;
    snprintf(dir, sizeof(dir), "%s/tests/escapes", source ? source : ".");
    DIR *d = opendir(dir);
    ck_assert_msg(d != NULL, "can't open %s", dir);
    for (struct dirent *entry; (entry = readdir(d));) {
        size_t len = strlen(entry->d_name);
        if (len < 5 || strcmp(entry->d_name + len - 4, ".sql") != 0)
            continue;
        check_escape(dir, entry->d_name);
        n++;
    }
    closedir(d);
    ck_assert_msg(n >= 70, "only %zu escapes in %s", n, dir);
}
END_TEST

/* What people write in reports, after the guide. */
static const char *const good[] = {
    "SELECT DATE(created_at) AS day, COUNT(*) AS videos_added,"
    " SUM(CASE WHEN sync_status = \"completed\" THEN 1 ELSE 0 END) AS completed,"
    " AVG(CASE WHEN error_message IS NOT NULL THEN 1 ELSE 0 END) * 100 AS error_rate"
    " FROM videos WHERE created_at >= :period_start AND created_at < :period_end"
    " GROUP BY day ORDER BY day DESC",
    "SELECT JSON_UNQUOTE(JSON_EXTRACT(video_category, \"$[0]\")) AS category, COUNT(*) AS count"
    " FROM videos GROUP BY category",
    "SELECT v.title FROM videos v WHERE NOT EXISTS"
    " (SELECT 1 FROM video_audio_previews p WHERE p.video_id = v.id) LIMIT 50 OFFSET 10",
    "SELECT * FROM videos WHERE title LIKE CONCAT('%', :search, '%') OR title LIKE '50\\%'",
    "SELECT v.id, ROW_NUMBER() OVER (PARTITION BY v.sync_status ORDER BY v.id) AS n FROM videos v",
    "SELECT id, SUM(n) OVER w FROM videos WINDOW w AS (ORDER BY id ROWS BETWEEN 6 PRECEDING AND"
    " CURRENT ROW)",
    "SELECT sync_status, COUNT(*) AS n FROM videos GROUP BY sync_status WITH ROLLUP",
    "(SELECT id FROM videos) UNION ALL (SELECT id FROM tenants) ORDER BY 1",
    "SELECT id FROM videos EXCEPT SELECT video_id FROM video_embeddings",
    "SELECT CAST(views AS DECIMAL(10, 2)), CAST(a AS CHAR(5) CHARACTER SET utf8mb4),"
    " CONVERT(b USING utf8mb4), CONVERT(c, UNSIGNED) FROM videos",
    "SELECT created_at + INTERVAL 1 DAY, DATE_ADD(created_at, INTERVAL (1 + 2) HOUR) FROM videos",
    "SELECT EXTRACT(YEAR FROM v.created_at), TRIM(LEADING 'x' FROM v.title) FROM videos v",
    "SELECT GROUP_CONCAT(DISTINCT title ORDER BY title SEPARATOR ', ') FROM videos",
    "SELECT DATE '2026-11-23', TIMESTAMP '2026-11-23 00:00:00', NOW(), CURRENT_TIMESTAMP",
    "SELECT * FROM videos JOIN tenants USING (id)",
    "SELECT * FROM videos v NATURAL LEFT OUTER JOIN tenants",
    "SELECT x.n FROM (SELECT COUNT(*) AS n FROM videos) AS x (n)",
    "SELECT IF(a > 1, 'x', 'y'), a DIV 2, a MOD 2, MOD(a, 2), NOT a, a XOR b, ! a, ~a FROM videos",
    "SELECT a FROM videos WHERE (a, b) IN ((1, 2), (3, 4)) AND a BETWEEN 1 AND 2",
    "SELECT a FROM videos WHERE a > ALL (SELECT id FROM tenants) AND b = ANY (SELECT 1)",
    "SELECT a REGEXP '^x', a RLIKE 'y', REGEXP_REPLACE(a, 'x', 'y') FROM videos",
    "SELECT a COLLATE utf8mb4_bin, BINARY a, a IS NOT TRUE FROM videos",
    "SELECT v.`order`, v.values FROM videos v",
    "SELECT REPLACE(a, 'x', 'y'), INSERT(a, 1, 2, 'x'), LEFT(a, 1), RIGHT(a, 1), CHAR(65) FROM "
    "videos",
    "SELECT j.a FROM videos v, JSON_TABLE(v.c, '$[*]' COLUMNS (a VARCHAR(10) PATH '$.a')) AS j",
    "SELECT PERCENT_RANK() OVER (ORDER BY a), LAG(a, 1, 0) OVER (ORDER BY a) FROM videos",
    "WITH a AS (SELECT * FROM videos), b AS (SELECT * FROM a WHERE id > 1) SELECT * FROM a, b",
    "SELECT 'http://x/;--', \"/* no comment */\", '#' FROM videos",
    "SELECT COUNT(*)-1, -1, a-1, a - -1 FROM videos",
    "SELECT SUBSTRING_INDEX(title, ' ', 1), HEX(title), SHA2(title, 256), CRC32(title) FROM videos",
};

START_TEST(what_users_write)
{
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct arena arena = {0};
        struct problems problems = {0};
        bool accepted = accepts(good[i], strlen(good[i]), &arena, &problems);
        ck_assert_msg(accepted, "\"%s\": %s", good[i], problems.n ? problems.items[0].msg : "?");
        problems_release(&problems);
        arena_release(&arena);
    }
}
END_TEST

START_TEST(hints_say_what_to_write)
{
    static const struct {
        const char *text, *hint;
    } cases[] = {
        {"SELECT COUTN(*) FROM videos", "did you mean COUNT?"},
        {"SELECT json_unqote(a) FROM videos", "did you mean JSON_UNQUOTE?"},
        {"SELECT SYSDATE()", "write NOW(), which stands at the run's own time"},
        {"SELECT RAND()", "sort by a column"},
        {"SELECT id FROM videos;", "delete the semicolon"},
        {"SELECT a || b FROM videos", "CONCAT(a, b)"},
        {"SELECT id FROM videos WHERE id = ?", "write :name"},
        {"SELECT \xe2\x80\x98x\xe2\x80\x99", "write a plain ' around strings"},
        {"SELECT * FROM ai_pipeline_db.videos", "write the table alone"},
        {"SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a) b", "move it to the very beginning"},
        {"SELECT * FROM video", "did you mean videos?"},
        {"SELECT * FROM users", "add it under scope: in pressrun.yaml"},
        {"SELECT x.id FROM videos v", "qualify a column with a table of FROM"},
        {"SELECT id FROM videos WHERE id = :Id", "a parameter's name is made of a-z"},
        {"SELECT [id] FROM videos", "write names in backticks"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct problems problems = {0};
        ck_assert(!accepts(cases[i].text, strlen(cases[i].text), &arena, &problems));
        ck_assert_msg(strstr(problems.items[0].hint, cases[i].hint), "\"%s\": \"%s\"",
                      cases[i].text, problems.items[0].hint);
        problems_release(&problems);
        arena_release(&arena);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {escapes, what_users_write, hints_say_what_to_write, NULL};
    return unit_main("sql_rules", tests);
}
