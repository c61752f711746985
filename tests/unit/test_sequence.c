#include "tests/unit/ledger_fixture.h"

#include <stdio.h>

#include "lib/file.h"
#include "runner/sequence.h"

enum { NTENANTS = 5 };

static struct err e;
static const struct tenant tenants[NTENANTS] = {{.id = "a", .name = "a"},
                                                {.id = "b", .name = "b"},
                                                {.id = "c", .name = "c"},
                                                {.id = "d", .name = "d"},
                                                {.id = "e", .name = "e"}};
static const struct label_text text = {NULL, "Daily"};
static const struct label title = {&text, 1};
static const struct job job = {
    .name = "daily", .title = &title, .locale = &locale_default, .sha256 = "abc"};

static struct task task_for(const struct tenant *tenant, const char *period, time_t start)
{
    struct task t = {&job, {.start = start, .end = start + 100}, tenant};
    snprintf(t.period.label, sizeof(t.period.label), "%s", period);
    return t;
}

static void render(struct ledger *l, const struct task *t, uint64_t rows)
{
    struct claim c;
    ck_assert_int_eq(ledger_claim(l, t, "{}", false, 1000, &c, &e), 1);
    const struct run_result result = {.run = c.run, .rows = rows};
    ck_ok(ledger_commit_run(l, &result, 1000, &e), &e);
}

static void check(const size_t *found, const size_t *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_eq(found[i], expected[i]);
}

START_TEST(the_largest_come_first)
{
    static const uint64_t rows[] = {5, 900, 0, 40}; /* e had no report yet */
    static const size_t expected[] = {4, 1, 3, 0, 2};
    struct ledger *l = new_ledger("largest");
    struct task tasks[NTENANTS];
    size_t found[NTENANTS];
    for (size_t i = 0; i < 4; i++) {
        struct task before = task_for(&tenants[i], "2026-11-22", 0);
        render(l, &before, rows[i]);
    }
    for (size_t i = 0; i < NTENANTS; i++)
        tasks[i] = task_for(&tenants[i], "2026-11-23", 100);
    ck_ok(sequence_tasks(l, tasks, NTENANTS, found, &e), &e);
    check(found, expected, NTENANTS);
    /* The last report counts, not the largest one. */
    struct task later = task_for(&tenants[0], "2026-11-23", 100);
    render(l, &later, 1000);
    for (size_t i = 0; i < NTENANTS; i++)
        tasks[i] = task_for(&tenants[i], "2026-11-24", 200);
    static const size_t then[] = {4, 0, 1, 3, 2};
    ck_ok(sequence_tasks(l, tasks, NTENANTS, found, &e), &e);
    check(found, then, NTENANTS);
    ledger_close(l);
}
END_TEST

START_TEST(periods_keep_their_order)
{
    static const size_t expected[] = {1, 0, 3, 2};
    struct ledger *l = new_ledger("periods");
    struct task small = task_for(&tenants[0], "2026-11-21", 0);
    struct task large = task_for(&tenants[1], "2026-11-21", 0);
    render(l, &small, 1);
    render(l, &large, 2);
    const struct task tasks[] = {
        task_for(&tenants[0], "2026-11-22", 100), task_for(&tenants[1], "2026-11-22", 100),
        task_for(&tenants[0], "2026-11-23", 200), task_for(&tenants[1], "2026-11-23", 200)};
    size_t found[4];
    ck_ok(sequence_tasks(l, tasks, 4, found, &e), &e);
    check(found, expected, 4);
    ck_ok(sequence_tasks(l, tasks, 0, found, &e), &e);
    ledger_close(l);
}
END_TEST

int main(void)
{
    return unit_main(
        "sequence", (const TTest *const[]){the_largest_come_first, periods_keep_their_order, NULL});
}
