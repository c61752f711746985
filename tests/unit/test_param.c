#include <string.h>

#include "jobs/job.h"
#include "tests/unit/unit.h"

static const struct {
    enum param_type type;
    const char *text, *canonical; /* NULL: refused */
} cases[] = {
    {PARAM_TEXT, "", ""},
    {PARAM_TEXT, "O'Hara; DROP TABLE x -- 😀\n", "O'Hara; DROP TABLE x -- 😀\n"},
    {PARAM_TEXT, "null", "null"},
    {PARAM_TEXT, "\xff", NULL},
    {PARAM_TEXT, "a\xc0\xaf", NULL},
    {PARAM_INTEGER, "0", "0"},
    {PARAM_INTEGER, "-0", "0"},
    {PARAM_INTEGER, "007", "7"},
    {PARAM_INTEGER, "9223372036854775807", "9223372036854775807"},
    {PARAM_INTEGER, "-9223372036854775808", "-9223372036854775808"},
    {PARAM_INTEGER, "9223372036854775808", NULL},
    {PARAM_INTEGER, "", NULL},
    {PARAM_INTEGER, "-", NULL},
    {PARAM_INTEGER, "+1", NULL},
    {PARAM_INTEGER, " 1", NULL},
    {PARAM_INTEGER, "1 ", NULL},
    {PARAM_INTEGER, "1.0", NULL},
    {PARAM_INTEGER, "1e3", NULL},
    {PARAM_INTEGER, "0x1", NULL},
    {PARAM_DECIMAL, "0.50", "0.50"},
    {PARAM_DECIMAL, "-12", "-12"},
    {PARAM_DECIMAL, "1e3", NULL},
    {PARAM_DECIMAL, ".5", NULL},
    {PARAM_DECIMAL, "1.", NULL},
    {PARAM_DECIMAL, "1,5", NULL},
    {PARAM_DECIMAL, "nan", NULL},
    {PARAM_BOOLEAN, "true", "1"},
    {PARAM_BOOLEAN, "off", "0"},
    {PARAM_BOOLEAN, "1", "1"},
    {PARAM_BOOLEAN, "0", "0"},
    {PARAM_BOOLEAN, "2", NULL},
    {PARAM_BOOLEAN, "TRUE", NULL},
    {PARAM_BOOLEAN, "", NULL},
    {PARAM_DATE, "2026-11-23", "2026-11-23"},
    {PARAM_DATE, "2024-02-29", "2024-02-29"},
    {PARAM_DATE, "2000-02-29", "2000-02-29"},
    {PARAM_DATE, "2026-02-29", NULL},
    {PARAM_DATE, "1900-02-29", NULL},
    {PARAM_DATE, "2026-04-31", NULL},
    {PARAM_DATE, "2026-13-01", NULL},
    {PARAM_DATE, "2026-00-01", NULL},
    {PARAM_DATE, "2026-01-00", NULL},
    {PARAM_DATE, "0000-00-00", NULL},
    {PARAM_DATE, "2026-1-1", NULL},
    {PARAM_DATE, "20261123", NULL},
    {PARAM_DATE, "2026-11-23 ", NULL},
    {PARAM_DATE, "23.11.2026", NULL},
    {PARAM_DATE, "", NULL},
    {PARAM_DATETIME, "2026-11-23 17:30:00", "2026-11-23 17:30:00"},
    {PARAM_DATETIME, "2026-11-23T17:30:00", "2026-11-23 17:30:00"},
    {PARAM_DATETIME, "2026-11-23 23:59:59", "2026-11-23 23:59:59"},
    {PARAM_DATETIME, "2026-11-23 24:00:00", NULL},
    {PARAM_DATETIME, "2026-11-23 23:60:00", NULL},
    {PARAM_DATETIME, "2026-11-23 23:59:60", NULL},
    {PARAM_DATETIME, "2026-11-23 17:30", NULL},
    {PARAM_DATETIME, "2026-11-23", NULL},
    {PARAM_DATETIME, "2026-11-23 17:30:00Z", NULL},
    {PARAM_DATETIME, "2026-11-23  17:30:00", NULL},
    {PARAM_DATETIME, "2026-02-30 17:30:00", NULL},
};

START_TEST(values)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct err e = {0};
        struct param_value v = {.text = "untouched"};
        int rc = param_parse(cases[i].type, cases[i].text, &arena, &v, &e);
        ck_assert_msg((rc == 0) == (cases[i].canonical != NULL), "%s \"%s\": %d %s",
                      param_type_names[cases[i].type], cases[i].text, rc, e.msg);
        if (rc == 0) {
            ck_assert_int_eq(v.type, cases[i].type);
            ck_assert_str_eq(v.text, cases[i].canonical);
        } else {
            ck_assert_str_eq(v.text, "untouched");
            ck_assert_int_eq(e.kind, ERR_USAGE);
        }
        arena_release(&arena);
    }
}
END_TEST

START_TEST(messages)
{
    static const struct {
        enum param_type type;
        const char *text, *message;
    } bad[] = {
        {PARAM_TEXT, "a\xff", "\"a\\xff\" is not valid UTF-8"},
        {PARAM_INTEGER, "x\n", "\"x\\x0a\" is not a whole number"},
        {PARAM_DECIMAL, "1e3", "\"1e3\" is not a decimal number such as -12 or 0.50"},
        {PARAM_BOOLEAN, "maybe", "is not true or false"},
        {PARAM_DATE, "23.11.2026", "write it as 2026-11-23"},
        {PARAM_DATETIME, "now", "write it as 2026-11-23 17:30:00"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct arena arena = {0};
        struct err e = {0};
        struct param_value v;
        ck_error(param_parse(bad[i].type, bad[i].text, &arena, &v, &e), &e, bad[i].message);
        arena_release(&arena);
    }
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(param_type_names[PARAM_TEXT], "text");
    ck_assert_str_eq(param_type_names[PARAM_DATETIME], "datetime");
    ck_assert_ptr_null(param_type_names[PARAM_DATETIME + 1]);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {values, messages, names, NULL};
    return unit_main("param", tests);
}
