/* Statements with the tenant's rows in place of tables, for each kind of scope. */
#include "jobs/scope.h"

#include <string.h>

#include "lib/limits.h"
#include "tests/unit/unit.h"

static const struct scope_rule videos_rule = {
    .table = "videos", .kind = SCOPE_TENANT, .column = "tenant_id"};
static const struct scope_rule embeddings_rule = {.table = "embeddings",
                                                  .kind = SCOPE_THROUGH,
                                                  .column = "video_id",
                                                  .parent = &videos_rule,
                                                  .parent_column = "id"};
static const struct scope_rule vectors_rule = {
    .table = "vectors", .kind = SCOPE_THROUGH, .column = "embedding", .parent = &embeddings_rule};
static const struct scope_rule plans_rule = {.table = "plans", .kind = SCOPE_SHARED};
static const struct scope_rule lost_rule = {.table = "lost",
                                            .kind = SCOPE_THROUGH,
                                            .column = "plan_id",
                                            .parent = &plans_rule,
                                            .parent_column = "id"};
static struct scope_rule circle_rule = {
    .table = "circle", .kind = SCOPE_THROUGH, .column = "parent_id", .parent = &circle_rule};

static const struct scope_column columns[] = {{"id", "CAST(NULL AS SIGNED)"},
                                              {"title", "CAST(NULL AS CHAR)"}};

static struct scope_table tables[] = {
    {&videos_rule, columns, 2, TENANT_ID_INTEGER},
    {&embeddings_rule, columns, 1, TENANT_ID_INTEGER},
    {&vectors_rule, columns, 1, TENANT_ID_INTEGER},
    {&plans_rule, columns, 2, TENANT_ID_INTEGER},
    {&lost_rule, columns, 2, TENANT_ID_INTEGER},
    {&circle_rule, columns, 2, TENANT_ID_INTEGER},
};
static const struct scope scope = {"db", tables, sizeof(tables) / sizeof(tables[0])};

static struct arena arena;
static struct err e;

static int compose(const char *text, enum scope_mode mode, struct statement *out)
{
    struct problems problems = {0};
    struct place at = {"job.yaml", 1, 1};
    const struct sql *sql = sql_parse(text, strlen(text), &at, &arena, &problems);
    ck_assert_msg(sql != NULL, "\"%s\": %s", text, problems.n ? problems.items[0].msg : "?");
    int rc = scope_compose(&scope, sql, mode, &arena, out, &e);
    problems_release(&problems);
    return rc;
}

START_TEST(shadows)
{
    static const struct {
        enum scope_mode mode;
        const char *text, *statement;
    } cases[] = {
        {SCOPE_FOR_TENANT, "SELECT * FROM videos",
         "WITH `videos` AS (SELECT `id`, `title` FROM `db`.`videos` WHERE `videos`.`tenant_id` = "
         "?)\nSELECT * FROM videos"},
        {SCOPE_FOR_TENANT, "SELECT 1", "WITH `pr_none` AS (SELECT 1 AS `pr_none`)\nSELECT 1"},
        {SCOPE_FOR_TENANT, "(SELECT 1)", "WITH `pr_none` AS (SELECT 1 AS `pr_none`)\n(SELECT 1)"},
        {SCOPE_FOR_TENANT, "SELECT * FROM plans",
         "WITH `plans` AS (SELECT `id`, `title` FROM `db`.`plans`)\nSELECT * FROM plans"},
        {SCOPE_FOR_TENANT, "SELECT * FROM embeddings",
         "WITH `embeddings` AS (SELECT `id` FROM `db`.`embeddings` WHERE `embeddings`.`video_id` "
         "IN "
         "(SELECT `videos`.`id` FROM `db`.`videos` WHERE `videos`.`tenant_id` = ?))\n"
         "SELECT * FROM embeddings"},
        {SCOPE_FOR_TENANT, "SELECT * FROM vectors",
         "WITH `vectors` AS (SELECT `id` FROM `db`.`vectors` WHERE `vectors`.`embedding` IN "
         "(SELECT `embeddings`.`id` FROM `db`.`embeddings` WHERE `embeddings`.`video_id` IN "
         "(SELECT `videos`.`id` FROM `db`.`videos` WHERE `videos`.`tenant_id` = ?)))\n"
         "SELECT * FROM vectors"},
        {SCOPE_FOR_TENANT, "WITH x AS (SELECT 1) SELECT * FROM x, plans",
         "WITH `plans` AS (SELECT `id`, `title` FROM `db`.`plans`),\n"
         "x AS (SELECT 1) SELECT * FROM x, plans"},
        {SCOPE_FOR_TENANT, "WITH RECURSIVE\nx AS (SELECT 1)\nSELECT * FROM plans",
         "WITH RECURSIVE `plans` AS (SELECT `id`, `title` FROM `db`.`plans`),\n"
         "\nx AS (SELECT 1)\nSELECT * FROM plans"},
        {SCOPE_FOR_PLATFORM, "SELECT * FROM videos, embeddings",
         "WITH `videos` AS (SELECT `id`, `title` FROM `db`.`videos`),\n"
         "`embeddings` AS (SELECT `id` FROM `db`.`embeddings`)\nSELECT * FROM videos, embeddings"},
        {SCOPE_FOR_NOBODY, "SELECT * FROM videos, plans",
         "WITH `videos` AS (SELECT `id`, `title` FROM `db`.`videos` WHERE 1 = 0),\n"
         "`plans` AS (SELECT `id`, `title` FROM `db`.`plans`)\nSELECT * FROM videos, plans"},
        {SCOPE_FOR_GUARD, "SELECT * FROM videos",
         "WITH `videos` AS (SELECT CAST(NULL AS SIGNED) AS `id`, CAST(NULL AS CHAR) AS `title` "
         "FROM "
         "DUAL WHERE 1 = 0)\nSELECT * FROM videos"},
        {SCOPE_FOR_GUARD, "SELECT 1", "WITH `pr_none` AS (SELECT 1 AS `pr_none`)\nSELECT 1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct statement s;
        ck_ok(compose(cases[i].text, cases[i].mode, &s), &e);
        ck_assert_str_eq(s.text, cases[i].statement);
        ck_assert_uint_eq(s.len, strlen(s.text));
        arena_release(&arena);
    }
}
END_TEST

START_TEST(slots_are_in_order)
{
    struct statement s;
    ck_ok(
        compose("SELECT :a FROM videos, embeddings WHERE id = :b OR id = :a", SCOPE_FOR_TENANT, &s),
        &e);
    size_t marks = 0;
    for (const char *p = s.text; *p; p++)
        marks += *p == '?';
    ck_assert_uint_eq(marks, s.nslots);
    ck_assert_uint_eq(s.nslots, 5);
    ck_assert_int_eq(s.slots[0].kind, SLOT_TENANT_INTEGER);
    ck_assert_int_eq(s.slots[1].kind, SLOT_TENANT_INTEGER);
    ck_assert_int_eq(s.slots[2].kind, SLOT_PARAM);
    ck_assert_str_eq(s.slots[2].param, "a");
    ck_assert_str_eq(s.slots[3].param, "b");
    ck_assert_str_eq(s.slots[4].param, "a");
    ck_assert_uint_eq(s.slots[2].at.column, 8);
    ck_assert_uint_eq(s.lines_before, 2);
    ck_ok(compose("SELECT :a FROM videos", SCOPE_FOR_GUARD, &s), &e);
    ck_assert_uint_eq(s.nslots, 1);
    ck_ok(compose("SELECT :a FROM videos", SCOPE_FOR_PLATFORM, &s), &e);
    ck_assert_uint_eq(s.nslots, 1);
    arena_release(&arena);
}
END_TEST

START_TEST(text_ids_are_compared_byte_by_byte)
{
    struct statement s;
    tables[0].id_type = TENANT_ID_TEXT;
    ck_ok(compose("SELECT 1 FROM videos", SCOPE_FOR_TENANT, &s), &e);
    ck_assert_ptr_nonnull(strstr(s.text, "WHERE `videos`.`tenant_id` = ? AND CAST(CONVERT("
                                         "`videos`.`tenant_id` USING utf8mb4) AS BINARY) = "
                                         "CAST(? AS BINARY))\n"));
    ck_assert_uint_eq(s.nslots, 2);
    ck_assert_int_eq(s.slots[0].kind, SLOT_TENANT_TEXT);
    ck_assert_int_eq(s.slots[1].kind, SLOT_TENANT_TEXT);
    tables[0].id_type = TENANT_ID_BYTES;
    ck_ok(compose("SELECT 1 FROM videos", SCOPE_FOR_TENANT, &s), &e);
    ck_assert_ptr_nonnull(strstr(s.text, "WHERE `videos`.`tenant_id` = ?)"));
    ck_assert_uint_eq(s.nslots, 1);
    ck_assert_int_eq(s.slots[0].kind, SLOT_TENANT_BYTES);
    tables[0].id_type = TENANT_ID_INTEGER;
    arena_release(&arena);
}
END_TEST

START_TEST(fails_closed)
{
    struct statement s = {.text = "untouched"};
    ck_error(compose("SELECT 1 FROM lost", SCOPE_FOR_TENANT, &s), &e, "does not lead to a tenant");
    ck_error(compose("SELECT 1 FROM circle", SCOPE_FOR_TENANT, &s), &e, "does not lead");
    ck_error(compose("WITH Videos AS (SELECT 1) SELECT 1", SCOPE_FOR_TENANT, &s), &e,
             "job.yaml:1:6: \"Videos\" is the name of a table");
    ck_error(compose("WITH pr_none AS (SELECT 1) SELECT 1", SCOPE_FOR_TENANT, &s), &e, "pr_none");
    tables[0].ncolumns = 0;
    ck_error(compose("SELECT 1 FROM videos", SCOPE_FOR_TENANT, &s), &e, "no column of table");
    tables[0].ncolumns = 2;
    ck_assert_str_eq(s.text, "untouched");
    ck_assert_int_eq(e.kind, ERR_CONFIG);
    arena_release(&arena);
}
END_TEST

START_TEST(quotes_names)
{
    struct buf b;
    buf_init(&b, 100);
    scope_quote(&b, "my table");
    ck_assert_str_eq(b.data, "`my table`");
    buf_release(&b);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        shadows,      slots_are_in_order, text_ids_are_compared_byte_by_byte,
        fails_closed, quotes_names,       NULL};
    return unit_main("scope", tests);
}
