#include "tests/unit/ledger_fixture.h"

#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "runner/ledger_periods.h"

static struct err e;
static bool fresh[3];

static int add(void *ctx, const struct period_row *row, struct err *why)
{
    (void)why;
    char *out = ctx;
    size_t len = strlen(out);
    snprintf(out + len, 400 - len, "%s%s:%s%s%s", len ? " " : "", row->period, row->state,
             row->reason[0] ? "=" : "", row->reason);
    return 0;
}

static const char *due(struct ledger *l, time_t now)
{
    static char out[400];
    out[0] = '\0';
    ck_ok(ledger_due_periods(l, now, add, out, &e), &e);
    return out;
}

static const char *all(struct ledger *l)
{
    static char out[400];
    out[0] = '\0';
    ck_ok(ledger_periods(l, "daily", add, out, &e), &e);
    return out;
}

static const struct due_period three[] = {
    {.period = {.label = "p1"}, .due_at = 100, .skip_reason = "old"},
    {.period = {.label = "p2"}, .due_at = 200},
    {.period = {.label = "p3"}, .due_at = 300},
};

START_TEST(a_schedule_is_known_from_its_first_tick_on)
{
    struct ledger *l = new_ledger("since");
    struct schedule_row row;
    ck_assert_int_eq(ledger_find_schedule(l, "daily", &row, &e), 0);
    ck_ok(ledger_schedule(l, "daily", "rule", 50, &row, &e), &e);
    ck_assert(row.since == 50 && row.planned_until == 50);
    ck_ok(ledger_list_periods(l, "daily", NULL, 0, 90, fresh, &e), &e);
    ck_ok(ledger_schedule(l, "daily", "rule", 95, &row, &e), &e);
    ck_assert(row.since == 50 && row.planned_until == 90);
    /* Another schedule: known from now on, and listed again for a day, but not from before the job.
     */
    ck_ok(ledger_list_periods(l, "daily", NULL, 0, 200000, fresh, &e), &e);
    ck_ok(ledger_schedule(l, "daily", "another", 200001, &row, &e), &e);
    ck_assert(row.since == 200001 && row.planned_until == 200000 - 86400);
    ck_ok(ledger_schedule(l, "daily", "another", 200002, &row, &e), &e);
    ck_assert(row.since == 200001 && row.planned_until == 200000 - 86400);
    ledger_close(l);
}
END_TEST

START_TEST(what_is_listed_stays_and_comes_once)
{
    struct ledger *l = new_ledger("listed");
    struct schedule_row row;
    ck_ok(ledger_schedule(l, "daily", "rule", 50, &row, &e), &e);
    ck_ok(ledger_list_periods(l, "daily", three, 3, 300, fresh, &e), &e);
    ck_assert_str_eq(all(l), "p1:skipped=old p2:due p3:due");
    ck_assert_str_eq(due(l, 299), "p2:due");
    ck_assert_str_eq(due(l, 300), "p2:due p3:due");
    ck_ok(ledger_end_period(l, "daily", "p2", "done", NULL, 310, &e), &e);
    ck_ok(ledger_list_periods(l, "daily", three, 3, 320, fresh, &e), &e);
    ck_assert_str_eq(all(l), "p1:skipped=old p2:done p3:due");
    ck_assert(!fresh[0] && !fresh[1] && !fresh[2]);
    /* Done is done. */
    ck_ok(ledger_end_period(l, "daily", "p2", "failed", "late", 330, &e), &e);
    ck_assert_str_eq(all(l), "p1:skipped=old p2:done p3:due");
    ledger_close(l);
}
END_TEST

START_TEST(what_failed_is_tried_again_at_its_time)
{
    struct ledger *l = new_ledger("again");
    struct schedule_row row;
    ck_ok(ledger_schedule(l, "daily", "rule", 50, &row, &e), &e);
    ck_ok(ledger_list_periods(l, "daily", three, 3, 300, fresh, &e), &e);
    ck_ok(ledger_put_off_period(l, 2, "no server", 400, &e), &e);
    ck_assert_str_eq(due(l, 399), "p3:due");
    ck_assert_str_eq(due(l, 400), "p2:due=no server p3:due");
    ck_ok(ledger_end_period(l, "daily", "p2", "failed", "too old", 410, &e), &e);
    ck_assert_str_eq(due(l, 9999), "p3:due");
    /* Made by hand. */
    ck_ok(ledger_end_period(l, "daily", "p2", "done", NULL, 420, &e), &e);
    ck_assert_str_eq(all(l), "p1:skipped=old p2:done p3:due");
    ledger_close(l);
}
END_TEST

START_TEST(a_clock_that_was_ahead)
{
    struct ledger *l = new_ledger("ahead");
    struct schedule_row row;
    const struct due_period far[] = {
        {.period = {.label = "p4"}, .due_at = 400, .skip_reason = "by the wrong clock"},
        {.period = {.label = "p8"}, .due_at = 8000, .skip_reason = "by the wrong clock"},
        {.period = {.label = "p9"}, .due_at = 9000},
    };
    ck_ok(ledger_schedule(l, "daily", "rule", 50, &row, &e), &e);
    ck_ok(ledger_list_periods(l, "daily", three, 3, 300, fresh, &e), &e);
    ck_ok(ledger_list_periods(l, "daily", far, 3, 9000, fresh, &e), &e);
    ck_ok(ledger_end_period(l, "daily", "p3", "done", NULL, 310, &e), &e);
    ck_ok(ledger_put_off_period(l, 2, "no server", 9999, &e), &e);
    ck_ok(ledger_clock_went_back(l, "daily", 500, &row, &e), &e);
    ck_assert_int_eq(row.planned_until, 300);
    ck_assert_str_eq(all(l), "p1:skipped=old p2:due=no server p3:done");
    ck_assert_str_eq(due(l, 500), "p2:due=no server");
    /* Before all that is known: from where the schedule is known on. */
    ck_ok(ledger_clock_went_back(l, "daily", 10, &row, &e), &e);
    ck_assert_int_eq(row.planned_until, 50);
    ledger_close(l);
}
END_TEST

int main(void)
{
    return unit_main("ledger_periods",
                     (const TTest *const[]){a_schedule_is_known_from_its_first_tick_on,
                                            what_is_listed_stays_and_comes_once,
                                            what_failed_is_tried_again_at_its_time,
                                            a_clock_that_was_ahead, NULL});
}
