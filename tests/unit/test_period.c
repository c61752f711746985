/* Periods: labels, bounds, ISO weeks at year borders, windows, days of 23 and 25 hours. */
#include "jobs/period.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/zone.h"
#include "tests/unit/unit.h"

static time_t utc(const char *text)
{
    struct civil c = {0};
    ck_assert_int_eq(
        sscanf(text, "%d-%d-%d %d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second),
        6);
    return zone_to_utc("UTC", &c);
}

static void check_bounds(const char *what, const struct period *p, const char *start,
                         const char *end)
{
    char from[32], to[32];
    civil_format_utc(p->start, from);
    civil_format_utc(p->end, to);
    ck_assert_msg(strcmp(from, start) == 0 && strcmp(to, end) == 0,
                  "%s: %s to %s, expected %s to %s", what, from, to, start, end);
}

static const struct {
    struct period_rule rule;
    const char *label, *start, *end, *words;
} bounds[] = {
    {{PERIOD_DAY, 1, "UTC", 0, 0},
     "2026-11-23",
     "2026-11-23 00:00:00",
     "2026-11-24 00:00:00",
     "Monday 23 November 2026"},
    {{PERIOD_DAY, 1, "UTC", 0, 0},
     "2024-02-29",
     "2024-02-29 00:00:00",
     "2024-03-01 00:00:00",
     "Thursday 29 February 2024"},
    {{PERIOD_DAY, 1, "UTC", 0, 0},
     "1970-01-01",
     "1970-01-01 00:00:00",
     "1970-01-02 00:00:00",
     "Thursday 1 January 1970"},
    {{PERIOD_DAY, 30, "UTC", 0, 0},
     "2026-11-23",
     "2026-10-25 00:00:00",
     "2026-11-24 00:00:00",
     "25 October to 23 November 2026"},
    {{PERIOD_DAY, 30, "UTC", 0, 0},
     "2026-01-13",
     "2025-12-15 00:00:00",
     "2026-01-14 00:00:00",
     "15 December 2025 to 13 January 2026"},
    {{PERIOD_WEEK, 1, "UTC", 0, 0},
     "2026-W47",
     "2026-11-16 00:00:00",
     "2026-11-23 00:00:00",
     "16 to 22 November 2026"},
    {{PERIOD_WEEK, 1, "UTC", 0, 0},
     "2026-W01",
     "2025-12-29 00:00:00",
     "2026-01-05 00:00:00",
     "29 December 2025 to 4 January 2026"},
    {{PERIOD_WEEK, 1, "UTC", 0, 0},
     "2026-W53",
     "2026-12-28 00:00:00",
     "2027-01-04 00:00:00",
     "28 December 2026 to 3 January 2027"},
    {{PERIOD_WEEK, 1, "UTC", 0, 0},
     "2020-W53",
     "2020-12-28 00:00:00",
     "2021-01-04 00:00:00",
     "28 December 2020 to 3 January 2021"},
    {{PERIOD_WEEK, 1, "UTC", 0, 0},
     "2024-W01",
     "2024-01-01 00:00:00",
     "2024-01-08 00:00:00",
     "1 to 7 January 2024"},
    {{PERIOD_WEEK, 4, "UTC", 0, 0},
     "2027-W01",
     "2026-12-14 00:00:00",
     "2027-01-11 00:00:00",
     "14 December 2026 to 10 January 2027"},
    {{PERIOD_MONTH, 1, "UTC", 0, 0},
     "2026-11",
     "2026-11-01 00:00:00",
     "2026-12-01 00:00:00",
     "November 2026"},
    {{PERIOD_MONTH, 1, "UTC", 0, 0},
     "2026-12",
     "2026-12-01 00:00:00",
     "2027-01-01 00:00:00",
     "December 2026"},
    {{PERIOD_MONTH, 3, "UTC", 0, 0},
     "2026-11",
     "2026-09-01 00:00:00",
     "2026-12-01 00:00:00",
     "September to November 2026"},
    {{PERIOD_MONTH, 13, "UTC", 0, 0},
     "2026-11",
     "2025-11-01 00:00:00",
     "2026-12-01 00:00:00",
     "November 2025 to November 2026"},
    {{PERIOD_QUARTER, 1, "UTC", 0, 0},
     "2026-Q4",
     "2026-10-01 00:00:00",
     "2027-01-01 00:00:00",
     "October to December 2026"},
    {{PERIOD_QUARTER, 1, "UTC", 0, 0},
     "2026-Q1",
     "2026-01-01 00:00:00",
     "2026-04-01 00:00:00",
     "January to March 2026"},
    {{PERIOD_QUARTER, 2, "UTC", 0, 0},
     "2026-Q1",
     "2025-10-01 00:00:00",
     "2026-04-01 00:00:00",
     "October 2025 to March 2026"},
    {{PERIOD_YEAR, 1, "UTC", 0, 0}, "2026", "2026-01-01 00:00:00", "2027-01-01 00:00:00", "2026"},
    {{PERIOD_YEAR, 3, "UTC", 0, 0},
     "2026",
     "2024-01-01 00:00:00",
     "2027-01-01 00:00:00",
     "2024 to 2026"},
    /* 23 and 25 hours, and half an hour */
    {{PERIOD_DAY, 1, "Europe/Berlin", 0, 0},
     "2026-03-29",
     "2026-03-28 23:00:00",
     "2026-03-29 22:00:00",
     "Sunday 29 March 2026"},
    {{PERIOD_DAY, 1, "Europe/Berlin", 0, 0},
     "2026-10-25",
     "2026-10-24 22:00:00",
     "2026-10-25 23:00:00",
     "Sunday 25 October 2026"},
    {{PERIOD_DAY, 1, "America/New_York", 0, 0},
     "2026-11-01",
     "2026-11-01 04:00:00",
     "2026-11-02 05:00:00",
     "Sunday 1 November 2026"},
    {{PERIOD_DAY, 1, "Australia/Lord_Howe", 0, 0},
     "2026-10-04",
     "2026-10-03 13:30:00",
     "2026-10-04 13:00:00",
     "Sunday 4 October 2026"},
    {{PERIOD_MONTH, 1, "Europe/Berlin", 0, 0},
     "2026-03",
     "2026-02-28 23:00:00",
     "2026-03-31 22:00:00",
     "March 2026"},
    /* midnight in a gap and in a fold */
    {{PERIOD_DAY, 1, "America/Havana", 0, 0},
     "2026-03-08",
     "2026-03-08 05:00:00",
     "2026-03-09 04:00:00",
     "Sunday 8 March 2026"},
    {{PERIOD_DAY, 1, "America/Havana", 0, 0},
     "2026-11-01",
     "2026-11-01 04:00:00",
     "2026-11-02 05:00:00",
     "Sunday 1 November 2026"},
    /* by the clock */
    {{PERIOD_HOUR, 1, "Europe/Berlin", 0, 0},
     "2026-11-23T14",
     "2026-11-23 13:00:00",
     "2026-11-23 14:00:00",
     "Monday 23 November 2026, 14:00 to 15:00"},
    {{PERIOD_HOUR, 24, "Europe/Berlin", 0, 0},
     "2026-10-25T23",
     "2026-10-24 23:00:00",
     "2026-10-25 23:00:00",
     "Sunday 25 October 2026, 01:00 to Monday 26 October 2026, 00:00"},
    {{PERIOD_HOUR, 1, "Europe/Berlin", 0, 0},
     "2026-10-25T02",
     "2026-10-25 00:00:00",
     "2026-10-25 01:00:00",
     "Sunday 25 October 2026, 02:00 to 02:00"},
    {{PERIOD_HOUR, 1, "Europe/Berlin", 0, 0},
     "2026-10-25T02b",
     "2026-10-25 01:00:00",
     "2026-10-25 02:00:00",
     "Sunday 25 October 2026, 02:00 to 03:00"},
    {{PERIOD_HOUR, 1, "Asia/Kolkata", 0, 0},
     "2026-11-23T14",
     "2026-11-23 08:30:00",
     "2026-11-23 09:30:00",
     "Monday 23 November 2026, 14:00 to 15:00"},
    /* clocks that change by half an hour cut an hour in two */
    {{PERIOD_HOUR, 1, "Australia/Lord_Howe", 0, 0},
     "2026-10-04T02",
     "2026-10-03 15:30:00",
     "2026-10-03 16:00:00",
     "Sunday 4 October 2026, 02:30 to 03:00"},
    {{PERIOD_HOUR, 1, "Australia/Lord_Howe", 0, 0},
     "2026-04-05T01b",
     "2026-04-04 15:00:00",
     "2026-04-04 15:30:00",
     "Sunday 5 April 2026, 01:30 to 02:00"},
    {{PERIOD_MINUTE, 1, "UTC", 15, 0},
     "2026-11-23T1415",
     "2026-11-23 14:15:00",
     "2026-11-23 14:30:00",
     "Monday 23 November 2026, 14:15 to 14:30"},
    {{PERIOD_MINUTE, 1, "Europe/Berlin", 30, 0},
     "2026-10-25T0230b",
     "2026-10-25 01:30:00",
     "2026-10-25 02:00:00",
     "Sunday 25 October 2026, 02:30 to 03:00"},
};

START_TEST(labels_to_bounds)
{
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        struct period p;
        struct err e = {0};
        char words[64];
        ck_ok(period_parse(&bounds[i].rule, bounds[i].label, &p, &e), &e);
        ck_assert_str_eq(p.label, bounds[i].label);
        check_bounds(bounds[i].label, &p, bounds[i].start, bounds[i].end);
        period_in_words(&bounds[i].rule, &p, &locale_default, words, sizeof(words));
        ck_assert_str_eq(words, bounds[i].words);
    }
}
END_TEST

START_TEST(labels_that_are_wrong)
{
    static const struct {
        enum period_unit unit;
        const char *label, *msg, *hint;
    } cases[] = {
        {PERIOD_DAY, "", "\"\" is not a period", "write a day like 2026-11-23"},
        {PERIOD_DAY, "yesterday", "is not a period", "2026-11-23"},
        {PERIOD_DAY, "2026-11", "\"2026-11\" is a month, but the job is about a day", "2026-11-23"},
        {PERIOD_DAY, "2026-W47", "is a week, but the job is about a day", "2026-11-23"},
        {PERIOD_MONTH, "2026-11-23", "is a day, but the job is about a month", "like 2026-11"},
        {PERIOD_MONTH, "2026", "is a year, but", "like 2026-11"},
        {PERIOD_WEEK, "2026-Q4", "is a quarter, but", "like 2026-W47"},
        {PERIOD_QUARTER, "2026-11", "is a month, but", "like 2026-Q4"},
        {PERIOD_YEAR, "2026-11", "is a month, but", "like 2026"},
        {PERIOD_DAY, "2026-02-29", "there is no day \"2026-02-29\"", "2026-11-23"},
        {PERIOD_DAY, "2026-13-01", "there is no day", "2026-11-23"},
        {PERIOD_DAY, "2026-00-10", "there is no day", "2026-11-23"},
        {PERIOD_DAY, "2026-10-00", "there is no day", "2026-11-23"},
        {PERIOD_DAY, "1969-12-31", "there is no day \"1969-12-31\" between 1970 and 9998", ""},
        {PERIOD_DAY, "9999-01-01", "there is no day", ""},
        {PERIOD_WEEK, "2026-W00", "there is no week", ""},
        {PERIOD_WEEK, "2025-W53", "there is no week", ""},
        {PERIOD_WEEK, "2026-W54", "there is no week", ""},
        {PERIOD_WEEK, "2026-w47", "is not a period", ""},
        {PERIOD_QUARTER, "2026-Q0", "there is no quarter", ""},
        {PERIOD_QUARTER, "2026-Q5", "there is no quarter", ""},
        {PERIOD_QUARTER, "2026-Q9", "there is no quarter", ""},
        {PERIOD_MONTH, "2026-00", "there is no month", ""},
        {PERIOD_MONTH, "2026-13", "there is no month", ""},
        {PERIOD_DAY, " 2026-11-23", "is not a period", ""},
        {PERIOD_DAY, "2026-11-23 ", "is not a period", ""},
        {PERIOD_DAY, "2026-1-23", "is not a period", ""},
        {PERIOD_DAY, "+026-11-23", "is not a period", ""},
        {PERIOD_DAY, "2026-11-23T14", "is an hour, but the job is about a day", ""},
        {PERIOD_HOUR, "2026-11-23", "is a day, but the job is about an hour", "2026-11-23T14"},
        {PERIOD_HOUR, "2026-11-23T24", "there is no hour", ""},
        {PERIOD_HOUR, "2026-11-23T14b", "is not a period", ""},
        {PERIOD_HOUR, "b", "is not a period", ""},
        {PERIOD_MINUTE, "2026-11-23T1407", "there is no minute", "2026-11-23T1415"},
        {PERIOD_MINUTE, "2026-11-23T1460", "there is no minute", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct period_rule rule = {cases[i].unit, 1, "UTC", 15, 0};
        struct period p = {.label = "untouched"};
        struct err e = {0};
        ck_error(period_parse(&rule, cases[i].label, &p, &e), &e, cases[i].msg);
        ck_assert_int_eq(e.kind, ERR_USAGE);
        ck_assert_ptr_nonnull(strstr(e.hint, cases[i].hint));
        ck_assert_str_eq(p.label, "untouched");
    }
}
END_TEST

static const struct {
    struct period_rule rule;
    const char *now, *containing, *last;
} instants[] = {
    {{PERIOD_DAY, 1, "UTC", 0, 0}, "2026-11-24 02:00:00", "2026-11-24", "2026-11-23"},
    {{PERIOD_DAY, 1, "UTC", 0, 0}, "2026-11-24 00:00:00", "2026-11-24", "2026-11-23"},
    {{PERIOD_DAY, 1, "UTC", 0, 0}, "2026-11-23 23:59:59", "2026-11-23", "2026-11-22"},
    {{PERIOD_DAY, 30, "UTC", 0, 0}, "2026-11-24 02:00:00", "2026-11-24", "2026-11-23"},
    {{PERIOD_DAY, 1, "Europe/Berlin", 0, 0}, "2026-11-23 23:00:00", "2026-11-24", "2026-11-23"},
    {{PERIOD_DAY, 1, "Europe/Berlin", 0, 0}, "2026-11-23 22:59:59", "2026-11-23", "2026-11-22"},
    {{PERIOD_WEEK, 1, "UTC", 0, 0}, "2027-01-03 23:59:59", "2026-W53", "2026-W52"},
    {{PERIOD_WEEK, 1, "UTC", 0, 0}, "2027-01-04 00:00:00", "2027-W01", "2026-W53"},
    {{PERIOD_WEEK, 1, "UTC", 0, 0}, "2024-12-30 00:00:00", "2025-W01", "2024-W52"},
    {{PERIOD_WEEK, 1, "UTC", 0, 0}, "2021-01-03 12:00:00", "2020-W53", "2020-W52"},
    /* weeks that begin on a Sunday, or a Saturday, have the number of the Monday in them */
    {{PERIOD_WEEK, 1, "UTC", 0, 1}, "2026-11-21 23:59:59", "2026-W47", "2026-W46"},
    {{PERIOD_WEEK, 1, "UTC", 0, 1}, "2026-11-22 00:00:00", "2026-W48", "2026-W47"},
    {{PERIOD_WEEK, 1, "UTC", 0, 2}, "2026-11-20 23:59:59", "2026-W47", "2026-W46"},
    {{PERIOD_WEEK, 1, "UTC", 0, 2}, "2026-11-21 00:00:00", "2026-W48", "2026-W47"},
    {{PERIOD_MONTH, 1, "UTC", 0, 0}, "2026-03-31 12:00:00", "2026-03", "2026-02"},
    {{PERIOD_MONTH, 1, "UTC", 0, 0}, "2026-01-01 00:00:00", "2026-01", "2025-12"},
    {{PERIOD_QUARTER, 1, "UTC", 0, 0}, "2026-01-01 00:00:00", "2026-Q1", "2025-Q4"},
    {{PERIOD_YEAR, 1, "America/New_York", 0, 0}, "2026-01-01 04:59:59", "2025", "2024"},
    {{PERIOD_YEAR, 1, "America/New_York", 0, 0}, "2026-01-01 05:00:00", "2026", "2025"},
    /* clocks go back over midnight: 30 October begins, and then 29 October goes on */
    {{PERIOD_DAY, 1, "America/St_Johns", 0, 0}, "2005-10-30 02:29:59", "2005-10-29", "2005-10-28"},
    {{PERIOD_DAY, 1, "America/St_Johns", 0, 0}, "2005-10-30 02:30:00", "2005-10-30", "2005-10-29"},
    {{PERIOD_DAY, 1, "America/St_Johns", 0, 0}, "2005-10-30 02:45:00", "2005-10-30", "2005-10-29"},
    {{PERIOD_DAY, 1, "America/St_Johns", 0, 0}, "2005-10-30 04:00:00", "2005-10-30", "2005-10-29"},
    /* a day that never was */
    {{PERIOD_DAY, 1, "Pacific/Apia", 0, 0}, "2011-12-30 09:59:59", "2011-12-29", "2011-12-28"},
    {{PERIOD_DAY, 1, "Pacific/Apia", 0, 0}, "2011-12-30 10:00:00", "2011-12-31", "2011-12-30"},
    {{PERIOD_HOUR, 1, "UTC", 0, 0}, "2026-01-01 00:59:59", "2026-01-01T00", "2025-12-31T23"},
    {{PERIOD_HOUR, 1, "Europe/Berlin", 0, 0},
     "2026-03-29 01:00:00",
     "2026-03-29T03",
     "2026-03-29T01"},
    {{PERIOD_MINUTE, 1, "UTC", 15, 0}, "2026-01-01 00:14:59", "2026-01-01T0000", "2025-12-31T2345"},
};

START_TEST(instants_to_periods)
{
    for (size_t i = 0; i < sizeof(instants) / sizeof(instants[0]); i++) {
        struct period p;
        time_t now = utc(instants[i].now);
        period_containing(&instants[i].rule, now, &p);
        ck_assert_str_eq(p.label, instants[i].containing);
        ck_assert(p.start <= now && now < p.end);
        period_last_complete(&instants[i].rule, now, &p);
        ck_assert_str_eq(p.label, instants[i].last);
        ck_assert(p.end <= now);
    }
}
END_TEST

/* Walking on from period to period, nothing is lost and nothing comes twice. */
START_TEST(periods_join_without_gaps)
{
    static const char *const zones[] = {
        "UTC",          "Europe/Berlin",      "America/Havana", "America/St_Johns",
        "Pacific/Apia", "Australia/Lord_Howe"};
    for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
        for (int unit = PERIOD_DAY; unit <= PERIOD_MINUTE; unit++) {
            struct period_rule rule = {(enum period_unit)unit, 1, zones[z], 20, 0};
            struct period p, next, again;
            struct err e = {0};
            /* Long units over many years, short ones over the changes of the clocks in one. */
            const char *from = unit <= PERIOD_YEAR ? "1998-12-30 12:00:00" : "2026-10-01 12:00:00";
            period_containing(&rule, utc(from), &p);
            for (int i = 0; i < 1500 && p.end < utc("2040-01-01 00:00:00"); i++) {
                next = p;
                period_shift(&rule, 1, &next);
                again = next;
                period_shift(&rule, -1, &again);
                bool back = strcmp(again.label, p.label) == 0;
                ck_ok(period_parse(&rule, next.label, &again, &e), &e);
                if (next.start != p.end || next.end < next.start || !back ||
                    again.start != next.start || again.end != next.end)
                    ck_abort_msg("%s: %s after %s", zones[z], next.label, p.label);
                p = next;
            }
        }
    }
}
END_TEST

START_TEST(shifts_keep_the_window)
{
    struct period_rule rule = {PERIOD_DAY, 30, "UTC", 0, 0};
    struct period p;
    struct err e = {0};
    ck_ok(period_parse(&rule, "2026-11-23", &p, &e), &e);
    period_shift(&rule, 1, &p);
    ck_assert_str_eq(p.label, "2026-11-24");
    check_bounds("shifted", &p, "2026-10-26 00:00:00", "2026-11-25 00:00:00");
    period_shift(&rule, -366, &p);
    ck_assert_str_eq(p.label, "2025-11-23");
    for (int i = 0; i <= PERIOD_MINUTE; i++)
        ck_assert_ptr_nonnull(period_unit_names[i]);
    ck_assert_ptr_null(period_unit_names[PERIOD_MINUTE + 1]);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {labels_to_bounds,       labels_that_are_wrong,
                                  instants_to_periods,    periods_join_without_gaps,
                                  shifts_keep_the_window, NULL};
    return unit_main("period", tests);
}
