/* Which periods a schedule makes due, which are made up for, and when they are late. */
#include "jobs/schedule.h"

#include <stdio.h>
#include <string.h>

#include "lib/zone.h"
#include "tests/unit/unit.h"

static struct arena arena;

static time_t utc(const char *text)
{
    struct civil c = {0};
    ck_assert_int_eq(
        sscanf(text, "%d-%d-%d %d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second),
        6);
    return zone_to_utc("UTC", &c);
}

static struct job job_with(const char *at, const char *zone, enum period_unit unit)
{
    struct err e;
    struct job job = {
        .name = "daily",
        .period = {unit, 1, zone, 15},
        .schedule = {.max_age_s = 7 * 86400, .max_runs = 31, .due_by = -1},
    };
    ck_ok(calendar_parse(at, zone, &arena, &job.schedule.calendar, &e), &e);
    return job;
}

/* "label!" for one that is skipped. */
static const char *plan(const struct job *job, const char *after, const char *now)
{
    static char out[4096];
    struct due_period *due;
    size_t n, len = 0;
    schedule_plan(job, utc(after), utc(now), &arena, &due, &n);
    out[0] = '\0';
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s%s", i ? " " : "",
                                due[i].period.label, due[i].skip_reason ? "!" : "");
    return out;
}

START_TEST(each_time_makes_the_last_complete_period_due)
{
    struct job job = job_with("*-*-* 02:00", "Europe/Berlin", PERIOD_DAY);
    ck_assert_str_eq(plan(&job, "2026-11-23 12:00:00", "2026-11-24 00:59:59"), "");
    ck_assert_str_eq(plan(&job, "2026-11-23 12:00:00", "2026-11-24 01:00:00"), "2026-11-23");
    ck_assert_str_eq(plan(&job, "2026-11-24 01:00:00", "2026-11-24 12:00:00"), "");
    job = job_with("Mon *-*-* 06:00", "UTC", PERIOD_WEEK);
    ck_assert_str_eq(plan(&job, "2026-11-22 00:00:00", "2026-11-23 06:00:00"), "2026-W47");
    job = job_with("*:0/15", "UTC", PERIOD_MINUTE);
    ck_assert_str_eq(plan(&job, "2026-11-23 11:59:00", "2026-11-23 12:00:00"), "2026-11-23T1145");
}
END_TEST

START_TEST(a_period_is_due_once_however_often_its_time_comes)
{
    struct job job = job_with("hourly", "UTC", PERIOD_DAY);
    job.schedule.catchup = CATCHUP_ALL;
    ck_assert_str_eq(plan(&job, "2026-11-22 23:30:00", "2026-11-25 12:00:00"),
                     "2026-11-22 2026-11-23 2026-11-24");
}
END_TEST

START_TEST(days_with_a_change_of_the_clocks_have_one_run)
{
    struct job job = job_with("*-*-* 02:30", "Europe/Berlin", PERIOD_DAY);
    job.schedule.catchup = CATCHUP_ALL;
    ck_assert_str_eq(plan(&job, "2026-03-27 12:00:00", "2026-03-30 12:00:00"),
                     "2026-03-27 2026-03-28 2026-03-29");
    ck_assert_str_eq(plan(&job, "2026-10-23 12:00:00", "2026-10-26 12:00:00"),
                     "2026-10-23 2026-10-24 2026-10-25");
    /* Hours that come twice are two periods, though the calendar has one event for both. */
    job = job_with("hourly", "Europe/Berlin", PERIOD_HOUR);
    job.schedule.catchup = CATCHUP_ALL;
    ck_assert_str_eq(plan(&job, "2026-10-24 23:30:00", "2026-10-25 03:00:00"),
                     "2026-10-25T01 2026-10-25T02 2026-10-25T02b 2026-10-25T03");
    ck_assert_str_eq(plan(&job, "2026-03-29 00:00:00", "2026-03-29 02:00:00"),
                     "2026-03-29T01 2026-03-29T03");
    job = job_with("*:0/15", "Europe/Berlin", PERIOD_MINUTE);
    job.schedule.catchup = CATCHUP_ALL;
    ck_assert_str_eq(plan(&job, "2026-10-25 00:45:00", "2026-10-25 02:00:00"),
                     "2026-10-25T0245 2026-10-25T0200b 2026-10-25T0215b 2026-10-25T0230b "
                     "2026-10-25T0245b");
}
END_TEST

struct days {
    const char *zone, *at;
    char expected[PERIOD_LABEL_SIZE];
    size_t n;
};

static bool next_day(void *ctx, const struct due_period *due)
{
    struct days *d = ctx;
    struct period_rule rule = {PERIOD_DAY, 1, d->zone, 1, 0};
    struct period p = due->period;
    if (d->n++)
        ck_assert_msg(strcmp(due->period.label, d->expected) == 0, "%s %s: %s instead of %s",
                      d->zone, d->at, due->period.label, d->expected);
    ck_assert(due->period.end <= due->event);
    period_shift(&rule, 1, &p);
    snprintf(d->expected, sizeof(d->expected), "%s", p.label);
    return true;
}

/* Whatever clocks do, and wherever the gap is: the days come one behind the other, each once. */
START_TEST(each_day_of_each_zone_is_due_once)
{
    static const char *const zones[] = {
        "UTC",          "Europe/Berlin",     "America/New_York",    "America/Nuuk",
        "Pacific/Apia", "America/Havana",    "Australia/Lord_Howe", "Africa/Casablanca",
        "Asia/Beirut",  "America/Sao_Paulo", "Asia/Kolkata",        "Pacific/Chatham",
        "Africa/Cairo", "America/St_Johns",  "Antarctica/Troll",    "Asia/Tehran"};
    static const char *const times[] = {"*-*-* 00:00", "*-*-* 00:30", "*-*-* 02:30", "*-*-* 23:30"};
    for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
        for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++) {
            struct job job = job_with(times[t], zones[z], PERIOD_DAY);
            struct days days = {.zone = zones[z], .at = times[t]};
            schedule_walk(&job, utc("2011-11-01 12:00:00"), utc("2012-02-01 12:00:00"), next_day,
                          &days);
            ck_assert(days.n >= 92);
            days.n = 0;
            schedule_walk(&job, utc("2019-12-31 12:00:00"), utc("2026-12-31 12:00:00"), next_day,
                          &days);
            ck_assert(days.n >= 2556);
        }
    }
}
END_TEST

START_TEST(what_was_missed)
{
    struct job job = job_with("*-*-* 02:00", "UTC", PERIOD_DAY);
    const char *after = "2026-11-20 12:00:00", *now = "2026-11-24 12:00:00";
    ck_assert_str_eq(plan(&job, after, now), "2026-11-20! 2026-11-21! 2026-11-22! 2026-11-23");
    job.schedule.catchup = CATCHUP_ALL;
    ck_assert_str_eq(plan(&job, after, now), "2026-11-20 2026-11-21 2026-11-22 2026-11-23");
    job.schedule.max_runs = 2;
    ck_assert_str_eq(plan(&job, after, now), "2026-11-20! 2026-11-21! 2026-11-22 2026-11-23");
    job.schedule.max_age_s = 86400;
    ck_assert_str_eq(plan(&job, after, now), "2026-11-20! 2026-11-21! 2026-11-22! 2026-11-23");
    job.schedule.catchup = CATCHUP_SKIP;
    ck_assert_str_eq(plan(&job, after, now), "2026-11-20! 2026-11-21! 2026-11-22! 2026-11-23!");
    ck_assert_str_eq(plan(&job, after, "2026-11-21 02:15:00"), "2026-11-20");
}
END_TEST

START_TEST(a_clock_far_ahead_does_not_flood)
{
    struct job job = job_with("minutely", "UTC", PERIOD_MINUTE);
    struct due_period *due;
    size_t n, run = 0;
    job.period.minutes = 1;
    job.schedule.catchup = CATCHUP_ALL;
    schedule_plan(&job, utc("2026-11-20 12:00:00"), utc("2026-11-24 12:00:00"), &arena, &due, &n);
    ck_assert_uint_eq(n, SCHEDULE_MOST);
    ck_assert_ptr_nonnull(strstr(due[0].skip_reason, "like 4760 periods before it"));
    for (size_t i = 0; i < n; i++)
        run += !due[i].skip_reason;
    ck_assert_uint_eq(run, 31);
    ck_assert_ptr_null(due[n - 1].skip_reason);
}
END_TEST

START_TEST(the_delay_is_stable_and_within_its_bounds)
{
    struct job job = job_with("daily", "UTC", PERIOD_DAY);
    char name[16];
    time_t least = 600, most = 0;
    ck_assert_int_eq(schedule_delay(&job), 0);
    job.schedule.spread_s = 600;
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "job-%d", i);
        job.name = name;
        time_t delay = schedule_delay(&job);
        ck_assert(delay >= 0 && delay <= 600 && delay == schedule_delay(&job));
        least = delay < least ? delay : least;
        most = delay > most ? delay : most;
    }
    ck_assert(least < 20 && most > 580);
    struct due_period *due;
    size_t n;
    schedule_plan(&job, utc("2026-11-23 12:00:00"), utc("2026-11-24 12:00:00"), &arena, &due, &n);
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(due[0].due_at, due[0].event + schedule_delay(&job));
}
END_TEST

START_TEST(late_is_later_than_the_time_of_day_that_follows)
{
    struct job job = job_with("*-*-* 02:00", "Europe/Berlin", PERIOD_DAY);
    struct due_period *due;
    size_t n;
    job.schedule.due_by = 6 * 60;
    schedule_plan(&job, utc("2026-11-23 12:00:00"), utc("2026-11-24 12:00:00"), &arena, &due, &n);
    ck_assert_int_eq(due[0].late_at, utc("2026-11-24 05:00:00"));
    job.schedule.due_by = 60;
    schedule_plan(&job, utc("2026-11-23 12:00:00"), utc("2026-11-24 12:00:00"), &arena, &due, &n);
    ck_assert_int_eq(due[0].late_at, utc("2026-11-25 00:00:00"));
}
END_TEST

int main(void)
{
    int rc = unit_main(
        "schedule", (const TTest *const[]){each_time_makes_the_last_complete_period_due,
                                           a_period_is_due_once_however_often_its_time_comes,
                                           days_with_a_change_of_the_clocks_have_one_run,
                                           each_day_of_each_zone_is_due_once, what_was_missed,
                                           a_clock_far_ahead_does_not_flood,
                                           the_delay_is_stable_and_within_its_bounds,
                                           late_is_later_than_the_time_of_day_that_follows, NULL});
    arena_release(&arena);
    return rc;
}
