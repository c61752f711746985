/* Which tasks there are, and tenants that would share their files. */
#include "jobs/plan.h"

#include <stdio.h>
#include <string.h>

#include "lib/mem.h"
#include "tests/unit/unit.h"

START_TEST(a_task_for_each_tenant)
{
    struct job daily = {.name = "daily", .period = {.timezone = "UTC"}},
               admin = {.name = "admin", .platform = true};
    struct tenant tenants[] = {{.id = "1", .name = "One"}, {.id = "2", .name = "Two"}};
    struct period period = {.label = "2026-11-23", .start = 1, .end = 2};
    struct plan plan = {0};
    plan_add(&plan, &daily, &period, tenants, 2);
    plan_add(&plan, &admin, &period, tenants, 2);
    plan_add(&plan, &daily, &period, NULL, 0);
    ck_assert_uint_eq(plan.n, 3);
    ck_assert_ptr_eq(plan.tasks[0].tenant, &tenants[0]);
    ck_assert_ptr_eq(plan.tasks[1].tenant, &tenants[1]);
    ck_assert_ptr_eq(plan.tasks[1].job, &daily);
    ck_assert_ptr_null(plan.tasks[2].tenant);
    ck_assert_ptr_eq(plan.tasks[2].job, &admin);
    ck_assert_str_eq(plan.tasks[2].period.label, "2026-11-23");
    for (int i = 0; i < 100; i++)
        plan_add(&plan, &daily, &period, tenants, 2);
    ck_assert_uint_eq(plan.n, 203);
    plan_release(&plan);
    ck_assert_uint_eq(plan.n, 0);
    plan_release(&plan);
}
END_TEST

static const struct label_text daily_text = {NULL, "Daily"};
static const struct label daily_title = {&daily_text, 1};

START_TEST(each_tenant_in_its_own_zone)
{
    struct job daily = {.name = "daily",
                        .title = &daily_title,
                        .locale = &locale_default,
                        .period = {PERIOD_DAY, 1, "Europe/Berlin", 1, 0}};
    struct tenant tenants[] = {
        {.id = "berlin", .name = "B"},
        {.id = "la", .name = "L", .timezone = "America/Los_Angeles"},
        {.id = "tokyo", .name = "T", .timezone = "Asia/Tokyo", .locale = locale_by_tag("de")},
    };
    enum { HOUR = 3600, DAY = 24 * HOUR };
    const time_t midnight = 1795392000; /* 2026-11-23 00:00 UTC */
    struct period period;
    struct plan plan = {0};
    struct err e;
    ck_ok(period_parse(&daily.period, "2026-11-23", &period, &e), &e);
    plan_add(&plan, &daily, &period, tenants, 3);
    ck_assert_int_eq(plan.tasks[0].period.start, midnight - 1 * HOUR);
    ck_assert_int_eq(plan.tasks[1].period.start, midnight + 8 * HOUR);
    ck_assert_int_eq(plan.tasks[1].period.end, midnight + 8 * HOUR + DAY);
    ck_assert_int_eq(plan.tasks[2].period.start, midnight - 9 * HOUR);
    ck_assert_str_eq(plan.tasks[1].period.label, "2026-11-23");
    ck_assert_str_eq(task_timezone(&plan.tasks[1]), "America/Los_Angeles");
    ck_assert_str_eq(task_locale(&plan.tasks[1])->tag, "en");
    ck_assert_str_eq(task_locale(&plan.tasks[2])->tag, "de");
    ck_assert_str_eq(task_title(&plan.tasks[2]), "Daily");
    /* At the end of the day in Berlin it is over in Tokyo, and not in Los Angeles. */
    ck_assert_int_eq(plan_keep_complete(&plan, period.end), midnight + 8 * HOUR + DAY);
    ck_assert_uint_eq(plan.n, 2);
    ck_assert_str_eq(plan.tasks[1].tenant->id, "tokyo");
    ck_assert_int_eq(plan_keep_complete(&plan, period.end), 0);
    plan_release(&plan);

    /* An hour is the same hour everywhere. */
    daily.period.unit = PERIOD_HOUR;
    ck_ok(period_parse(&daily.period, "2026-11-23T14", &period, &e), &e);
    plan_add(&plan, &daily, &period, tenants, 3);
    ck_assert_int_eq(plan.tasks[1].period.start, period.start);
    ck_assert_str_eq(task_timezone(&plan.tasks[1]), "Europe/Berlin");
    plan_release(&plan);
}
END_TEST

START_TEST(tenants_that_would_share_files)
{
    static const struct {
        const char *ids[4];
        const char *problem;
    } cases[] = {
        {{"1", "2", "10"}, NULL},
        {{"a", "A_", "b"}, NULL},
        {{NULL}, NULL},
        {{"1", "2", "1"}, "\"1\" comes twice"},
        {{"acme", "b", "ACME"}, "differ only in case"},
        {{"a", "../b"}, "\"../b\" can't be part of a file name"},
        {{"a", ""}, "can't be part of a file name"},
        {{"a\nb"}, "\"a\\x0ab\" can't be"},
        {{"\xe2\x80\xae"
          "a"},
         "\"\\u{202e}a\" can't be"},
        {{"\xff"}, "\"\\xff\" can't be"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tenant tenants[4];
        size_t n = 0;
        for (; n < 4 && cases[i].ids[n]; n++)
            tenants[n] = (struct tenant){.id = cases[i].ids[n], .name = "x"};
        struct err e = {0};
        int rc = plan_check_tenants(tenants, n, &e);
        if (cases[i].problem)
            ck_error(rc, &e, cases[i].problem);
        else
            ck_ok(rc, &e);
        ck_assert_int_eq(e.kind, cases[i].problem ? ERR_CONFIG : ERR_NONE);
    }
}
END_TEST

START_TEST(a_long_bad_id_is_cut)
{
    char id[5000];
    memset(id, '.', sizeof(id) - 1);
    id[sizeof(id) - 1] = '\0';
    struct tenant tenant = {.id = id, .name = "x"};
    struct err e = {0};
    ck_error(plan_check_tenants(&tenant, 1, &e), &e, "…\" can't be part of a file name");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_task_for_each_tenant, each_tenant_in_its_own_zone,
                                  tenants_that_would_share_files, a_long_bad_id_is_cut, NULL};
    return unit_main("plan", tests);
}
