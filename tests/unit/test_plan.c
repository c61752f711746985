/* Which tasks there are, and tenants that would share their files. */
#include "jobs/plan.h"

#include <stdio.h>
#include <string.h>

#include "lib/mem.h"
#include "tests/unit/unit.h"

START_TEST(a_task_for_each_tenant)
{
    struct job daily = {.name = "daily"}, admin = {.name = "admin", .platform = true};
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
    const TTest *const tests[] = {a_task_for_each_tenant, tenants_that_would_share_files,
                                  a_long_bad_id_is_cut, NULL};
    return unit_main("plan", tests);
}
