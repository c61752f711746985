/* The lexer, the canonical text, and the checks against schemas and tables. */
#include "jobs/sql.h"

#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "tests/unit/unit.h"

static struct arena arena;
static struct problems problems;
static const struct place start = {"job.yaml", 10, 9};

static const struct sql *parse(const char *text)
{
    return sql_parse(text, strlen(text), &start, &arena, &problems);
}

static void release(void)
{
    arena_release(&arena);
    problems_release(&problems);
}

static const char *first_problem(void)
{
    return problems.n ? problems.items[0].msg : "(accepted)";
}

static const char *emitted(const struct sql *sql, size_t from)
{
    struct buf out;
    buf_init(&out, LIMIT_STATEMENT_BYTES);
    sql_emit(sql, from, &out);
    ck_assert(buf_ok(&out));
    const char *text = arena_strndup(&arena, out.data, out.len);
    buf_release(&out);
    return text;
}

static const struct {
    const char *text, *canonical;
} texts[] = {
    {"SELECT 1", "SELECT 1"},
    {"  select\t1  ", "select 1"},
    {"SELECT a,b FROM t", "SELECT a,b FROM t"},
    {"SELECT a , b FROM t", "SELECT a , b FROM t"},
    {"SELECT a+1*-2", "SELECT a + 1 * - 2"},
    {"SELECT a<=b,a<=>b,a<>b,a!=b", "SELECT a <= b,a <=> b,a <> b,a != b"},
    {"SELECT j->'$.a', j->>\"$.b\"", "SELECT j -> '$.a', j ->> '$.b'"},
    {"SELECT COUNT (*), COUNT(*)", "SELECT COUNT(*), COUNT(*)"},
    {"SELECT a IN(1), a IN (1)", "SELECT a IN(1), a IN (1)"},
    {"SELECT t.a, t.* FROM t", "SELECT t.a, t.* FROM t"},
    /* comments */
    {"SELECT/**/1", "SELECT 1"},
    {"SELECT /* a * / */ 1", "SELECT 1"},
    {"SELECT 1 -- one", "SELECT 1"},
    {"SELECT 1 --", "SELECT 1"},
    {"SELECT 1 # one", "SELECT 1"},
    /* line structure */
    {"SELECT 1,\n2", "SELECT 1,\n2"},
    {"\n\nSELECT 1", "\n\nSELECT 1"},
    {"SELECT 1, -- one\r\n2", "SELECT 1,\n2"},
    {"SELECT /* a\nb\n*/ 1", "SELECT\n\n1"},
    {"SELECT COUNT\n(*)", "SELECT COUNT(\n*)"},
    {"SELECT 'a\nb'", "SELECT 'a\nb'"},
    /* strings */
    {"SELECT \"completed\"", "SELECT 'completed'"},
    {"SELECT \"it's\"", "SELECT 'it''s'"},
    {"SELECT 'it''s'", "SELECT 'it''s'"},
    {"SELECT 'it\\'s'", "SELECT 'it''s'"},
    {"SELECT \"a\"\"b\"", "SELECT 'a\"b'"},
    {"SELECT \"a\\\"b\"", "SELECT 'a\"b'"},
    {"SELECT 'a\\\\'", "SELECT 'a\\\\'"},
    {"SELECT 'a\\\\\\''", "SELECT 'a\\\\'''"},
    {"SELECT 'a\\nb\\%'", "SELECT 'a\\nb\\%'"},
    {"SELECT 'a''''b'", "SELECT 'a''''b'"},
    {"SELECT ''", "SELECT ''"},
    {"SELECT 'a''b''' 'c'", "SELECT 'a''b''' 'c'"},
    {"SELECT \"a\"'b'", "SELECT 'a' 'b'"},
    {"SELECT 'grüße 🙂'", "SELECT 'grüße 🙂'"},
    {"SELECT x'1F',X'1f',b'01'", "SELECT x'1F',x'1f',b'01'"},
    {"SELECT _utf8mb4'x'", "SELECT _utf8mb4 'x'"},
    {"SELECT '?;@{}[]$:x'", "SELECT '?;@{}[]$:x'"},
    /* names and numbers */
    {"SELECT `a b`", "SELECT `a b`"},
    {"SELECT `select`", "SELECT `select`"},
    {"SELECT größe", "SELECT `größe`"},
    {"SELECT v.id, v.`id`, v.* FROM v", "SELECT v.id, `v`.`id`, v.* FROM v"},
    {"SELECT 1 `for`, NEXT VALUE FOR.`t`", "SELECT 1 `for`, NEXT VALUE `FOR`.`t`"},
    {"SELECT 0x1F,0b01,1.5,2e10,1.5e-3", "SELECT 0x1F,0b01,1.5,2e10,1.5e-3"},
    {"SELECT 1e", NULL},
    /* parameters */
    {"SELECT :a, :b_2", "SELECT ?, ?"},
    {"SELECT (:a)", "SELECT (?)"},
    {"SELECT a=:a", "SELECT a = ?"},
};

START_TEST(canonical_text)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct sql *sql = parse(texts[i].text);
        if (!texts[i].canonical) {
            ck_assert_ptr_null(sql);
        } else {
            ck_assert_msg(sql != NULL, "\"%s\": %s", texts[i].text, first_problem());
            ck_assert_str_eq(emitted(sql, 0), texts[i].canonical);
        }
        release();
    }
}
END_TEST

START_TEST(lines_survive_when_with_is_taken_off)
{
    const struct sql *sql = parse("\nWITH\nRECURSIVE\nx AS (SELECT 1)\nSELECT * FROM x");
    ck_assert_msg(sql != NULL, "%s", first_problem());
    ck_assert(sql->with && sql->recursive);
    ck_assert_uint_eq(sql->body, 2);
    ck_assert_str_eq(emitted(sql, sql->body), "\n\n\nx AS (SELECT 1)\nSELECT * FROM x");
    release();
}
END_TEST

START_TEST(tokens_know_their_place)
{
    const struct sql *sql = parse("SELECT 'a\nb', c\n  FROM\tt");
    ck_assert_msg(sql != NULL, "%s", first_problem());
    static const struct {
        const char *text;
        unsigned line, column;
    } want[] = {{"SELECT", 10, 9}, {"'a\nb'", 10, 16}, {",", 11, 11},
                {"c", 11, 13},     {"FROM", 12, 11},   {"t", 12, 16}};
    ck_assert_uint_eq(sql->ntokens, 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_str_eq(sql->tokens[i].text, want[i].text);
        ck_assert_str_eq(sql->tokens[i].at.file, "job.yaml");
        ck_assert_uint_eq(sql->tokens[i].at.line, want[i].line);
        ck_assert_uint_eq(sql->tokens[i].at.column, want[i].column);
    }
    release();
}
END_TEST

START_TEST(problems_know_their_place)
{
    ck_assert_ptr_null(parse("SELECT 'é' ,\n  @x FROM videos;"));
    ck_assert_uint_eq(problems.n, 2);
    ck_assert_uint_eq(problems.items[0].at.line, 11);
    ck_assert_uint_eq(problems.items[0].at.column, 11);
    ck_assert_uint_eq(problems.items[1].at.line, 11);
    ck_assert_uint_eq(problems.items[1].at.column, 25);
    ck_assert_ptr_nonnull(strstr(problems.items[1].hint, "delete the semicolon"));
    release();
}
END_TEST

START_TEST(size_is_limited)
{
    size_t len = LIMIT_SQL_BYTES + 1;
    char *text = xmalloc(len);
    memset(text, ' ', len);
    memcpy(text, "SELECT 1", 8);
    ck_assert_ptr_nonnull(sql_parse(text, LIMIT_SQL_BYTES, &start, &arena, &problems));
    ck_assert_ptr_null(sql_parse(text, len, &start, &arena, &problems));
    ck_assert_ptr_nonnull(strstr(first_problem(), "at most 65536"));
    free(text);
    release();
    ck_assert_ptr_null(parse(" -- nothing\n"));
    ck_assert_str_eq(first_problem(), "the query is empty");
    release();
}
END_TEST

START_TEST(schemas)
{
    static const char *const list[] = {"ai_pipeline_db", "Kunden"};
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"SELECT a FROM videos", true},
        {"SELECT 'ai_pipeline_db'", true},
        {"SELECT :mysql", true},
        {"SELECT ai_pipeline_db", false},
        {"SELECT 1 AS AI_Pipeline_DB", false},
        {"SELECT 1 AS `kunden`", false},
        {"SELECT 1 AS `\u212aunden`", false},
        {"SELECT 1 AS `a\u0130_pipeline_db`", false},
        {"SELECT 1 AS `ai\u0307_pipeline_db`", false},
        {"SELECT 1 AS `mysql`", false},
        {"SELECT 1 AS `my\u017fql`", false},
        {"SELECT 1 AS sys", false},
        {"SELECT 1 AS information_schema", false},
        {"SELECT v.sys FROM videos v", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sql *sql = parse(cases[i].text);
        ck_assert_msg(sql != NULL, "\"%s\": %s", cases[i].text, first_problem());
        int rc = sql_check_schemas(sql, list, 2, &problems);
        ck_assert_msg((rc == 0) == cases[i].good, "\"%s\"", cases[i].text);
        release();
    }
    ck_assert_int_eq(sql_check_schemas(parse("SELECT 1"), list, 0, &problems), -1);
    release();
}
END_TEST

START_TEST(tables)
{
    static const char *const known[] = {"videos", "tenants"};
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"SELECT 1", NULL},
        {"SELECT * FROM videos", NULL},
        {"SELECT * FROM DUAL", NULL},
        {"SELECT * FROM videos v, tenants t", NULL},
        {"SELECT * FROM (SELECT id FROM videos) x, tenants", NULL},
        {"SELECT * FROM ((videos))", NULL},
        {"SELECT EXTRACT(YEAR FROM created_at) FROM videos", NULL},
        {"SELECT TRIM(BOTH 'x' FROM title), SUBSTRING(title FROM 2 FOR 3) FROM videos", NULL},
        {"WITH x AS (SELECT * FROM videos), y (a) AS (SELECT 1) SELECT * FROM x, y", NULL},
        {"WITH x AS (SELECT 1) (SELECT * FROM x) UNION (SELECT id, 1 FROM tenants)", NULL},
        {"SELECT * FROM videos v, JSON_TABLE(v.a, '$[*]' COLUMNS(b INT PATH '$')) j", NULL},
        {"SELECT * FROM videos v LEFT JOIN tenants t ON t.id = v.tenant_id, videos w", NULL},
        {"SELECT * FROM foo", "table \"foo\" has no scope"},
        {"SELECT * FROM video", "table \"video\" has no scope"},
        {"SELECT * FROM VIDEOS", "write videos, not VIDEOS"},
        {"SELECT * FROM videos, foo", "\"foo\""},
        {"SELECT * FROM videos v JOIN foo f ON 1 = 1", "\"foo\""},
        {"SELECT * FROM videos v LEFT JOIN tenants t ON (t.id = 1), foo", "\"foo\""},
        {"SELECT * FROM (videos, foo)", "\"foo\""},
        {"SELECT * FROM (videos v CROSS JOIN foo)", "\"foo\""},
        {"SELECT (SELECT 1 FROM foo) FROM videos", "\"foo\""},
        {"SELECT 1 FROM videos WHERE id IN (SELECT id FROM foo)", "\"foo\""},
        {"SELECT 1 FROM videos UNION SELECT 1 FROM foo", "\"foo\""},
        {"WITH x AS (SELECT 1 FROM foo) SELECT * FROM x", "\"foo\""},
        {"WITH x AS (SELECT 1) SELECT * FROM X", "write x, not X"},
        {"WITH videos AS (SELECT 1) SELECT * FROM videos", "\"videos\" is the name of a table"},
        {"WITH a AS (SELECT 1), Tenants AS (SELECT 1) SELECT 1", "\"Tenants\" is the name"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sql *sql = parse(cases[i].text);
        ck_assert_msg(sql != NULL, "\"%s\": %s", cases[i].text, first_problem());
        int rc = sql_check_tables(sql, known, 2, &problems);
        if (!cases[i].problem)
            ck_assert_msg(rc == 0, "\"%s\": %s", cases[i].text, first_problem());
        else
            ck_assert_msg(rc == -1 && strstr(first_problem(), cases[i].problem), "\"%s\": %s",
                          cases[i].text, first_problem());
        release();
    }
    sql_check_tables(parse("SELECT * FROM video"), known, 2, &problems);
    ck_assert_str_eq(problems.items[0].hint, "did you mean videos?");
    release();
}
END_TEST

START_TEST(mentions)
{
    const struct sql *sql = parse("SELECT v.tenants FROM videos AS v, `odd name` WHERE Upper = 1");
    ck_assert_msg(sql != NULL, "%s", first_problem());
    ck_assert(sql_mentions(sql, "videos"));
    ck_assert(sql_mentions(sql, "odd name"));
    ck_assert(!sql_mentions(sql, "VIDEOS"));
    ck_assert(!sql_mentions(sql, "upper"));
    ck_assert(!sql_mentions(sql, "tenants"));
    ck_assert(!sql_mentions(sql, "video"));
    release();
}
END_TEST

START_TEST(functions)
{
    ck_assert(sql_function_allowed("COUNT", 5));
    ck_assert(sql_function_allowed("json_unquote", 12));
    ck_assert(sql_function_allowed("ABS", 3));
    ck_assert(sql_function_allowed("YEARWEEK", 8));
    ck_assert(sql_function_allowed("COUNTER", 5));
    /* Neighbours where _ and letters meet: found only when the list is in order. */
    static const char *const allowed[] = {
        "CHAR",  "CHARSET",    "CHAR_LENGTH", "DATE",         "DATEDIFF",      "DATE_ADD",
        "DAY",   "FROM_DAYS",  "JSON_ARRAY",  "JSON_OBJECT",  "JSON_ARRAYAGG", "JSON_ARRAY_APPEND",
        "LOG10", "ROW_NUMBER", "ROW",         "STD",          "STDDEV_SAMP",   "STR_TO_DATE",
        "TIME",  "TIMESTAMP",  "TIME_FORMAT", "TO_BASE64",    "UTC_DATE",      "VAR_SAMP",
        "ST_X",  "IF",         "IFNULL",      "GROUP_CONCAT", "BIT_XOR",       "SUBSTRING_INDEX"};
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        ck_assert_msg(sql_function_allowed(allowed[i], strlen(allowed[i])), "%s", allowed[i]);
    static const char *const refused[] = {"SLEEP",
                                          "BENCHMARK",
                                          "LOAD_FILE",
                                          "GET_LOCK",
                                          "RELEASE_LOCK",
                                          "IS_FREE_LOCK",
                                          "USER",
                                          "DATABASE",
                                          "SCHEMA",
                                          "VERSION",
                                          "EXTRACTVALUE",
                                          "UPDATEXML",
                                          "RAND",
                                          "UUID",
                                          "SYSDATE",
                                          "ROW_COUNT",
                                          "FOUND_ROWS",
                                          "NAME_CONST",
                                          "SYS_GUID",
                                          "NEXTVAL",
                                          "MASTER_POS_WAIT",
                                          "LAST_INSERT_ID",
                                          "ENCRYPT",
                                          "ICU_VERSION",
                                          "CONNECTION_ID",
                                          "UUID_SHORT",
                                          "PS_THREAD_ID",
                                          "DES_DECRYPT",
                                          "",
                                          "A"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        ck_assert_msg(!sql_function_allowed(refused[i], strlen(refused[i])), "%s", refused[i]);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {canonical_text,
                                  lines_survive_when_with_is_taken_off,
                                  tokens_know_their_place,
                                  problems_know_their_place,
                                  size_is_limited,
                                  schemas,
                                  tables,
                                  mentions,
                                  functions,
                                  NULL};
    return unit_main("sql", tests);
}
