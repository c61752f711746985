#include "jobs/period.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "jobs/period_parts.h"
#include "lib/zone.h"

/*
 * Each unit is a number on its own line: days since 1970-01-01, weeks since the Monday 1969-12-29,
 * months, quarters and years since the year 0. Labels and bounds are made from that number.
 */
enum { FIRST_YEAR = 1970, LAST_YEAR = 9998 };

const char *const period_unit_names[] = {"day",  "week", "month",  "quarter",
                                         "year", "hour", "minute", NULL};

/* How labels look: d for a digit, anything else for itself. */
static const struct {
    const char *shape, *example;
} labels[] = {
    [PERIOD_DAY] = {"dddd-dd-dd", "2026-11-23"},
    [PERIOD_WEEK] = {"dddd-Wdd", "2026-W47"},
    [PERIOD_MONTH] = {"dddd-dd", "2026-11"},
    [PERIOD_QUARTER] = {"dddd-Qd", "2026-Q4"},
    [PERIOD_YEAR] = {"dddd", "2026"},
    [PERIOD_HOUR] = {"dddd-dd-ddTdd", "2026-11-23T14"},
    [PERIOD_MINUTE] = {"dddd-dd-ddTdddd", "2026-11-23T1415"},
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The number of the unit that holds a day. */
static int64_t number_of_day(enum period_unit unit, int64_t days)
{
    struct civil date;
    civil_from_days(days, &date);
    switch (unit) {
    case PERIOD_DAY:
        return days;
    case PERIOD_WEEK:
        return floor_div(days + 3, 7);
    case PERIOD_MONTH:
        return (int64_t)date.year * 12 + date.month - 1;
    case PERIOD_QUARTER:
        return (int64_t)date.year * 4 + (date.month - 1) / 3;
    case PERIOD_YEAR:
        return date.year;
    case PERIOD_HOUR:
    case PERIOD_MINUTE:
        break;
    }
    return 0;
}

static int64_t unit_day(enum period_unit unit, int64_t n)
{
    switch (unit) {
    case PERIOD_DAY:
        return n;
    case PERIOD_WEEK:
        return n * 7 - 3;
    case PERIOD_MONTH:
        return civil_to_days((int)floor_div(n, 12), (int)(n - floor_div(n, 12) * 12) + 1, 1);
    case PERIOD_QUARTER:
        return civil_to_days((int)floor_div(n, 4), (int)(n - floor_div(n, 4) * 4) * 3 + 1, 1);
    case PERIOD_YEAR:
        return civil_to_days((int)n, 1, 1);
    case PERIOD_HOUR:
    case PERIOD_MINUTE:
        break;
    }
    return 0;
}

/* The year and week of ISO 8601: a week belongs to the year that its Thursday is in. */
static void iso_week(int64_t n, int *year, int *week)
{
    struct civil thursday;
    civil_from_days(unit_day(PERIOD_WEEK, n) + 3, &thursday);
    *year = thursday.year;
    *week = (int)(n - number_of_day(PERIOD_WEEK, civil_to_days(*year, 1, 4))) + 1;
}

static void make_label(enum period_unit unit, int64_t n, char out[PERIOD_LABEL_SIZE])
{
    struct civil date;
    int year, week;
    char text[48] = ""; /* room for any int, as compilers want it */
    civil_from_days(unit_day(unit, n), &date);
    switch (unit) {
    case PERIOD_DAY:
        snprintf(text, sizeof(text), "%04d-%02d-%02d", date.year, date.month, date.day);
        break;
    case PERIOD_WEEK:
        iso_week(n, &year, &week);
        snprintf(text, sizeof(text), "%04d-W%02d", year, week);
        break;
    case PERIOD_MONTH:
        snprintf(text, sizeof(text), "%04d-%02d", date.year, date.month);
        break;
    case PERIOD_QUARTER:
        snprintf(text, sizeof(text), "%04d-Q%d", date.year, (date.month - 1) / 3 + 1);
        break;
    case PERIOD_YEAR:
        snprintf(text, sizeof(text), "%04d", date.year);
        break;
    case PERIOD_HOUR:
    case PERIOD_MINUTE:
        break;
    }
    snprintf(out, PERIOD_LABEL_SIZE, "%.15s", text);
}

static time_t midnight(const struct period_rule *rule, int64_t days)
{
    struct civil date;
    civil_from_days(days, &date);
    return zone_to_utc(rule->timezone, &date);
}

static int window_of(const struct period_rule *rule)
{
    return rule->window > 1 ? rule->window : 1;
}

/* Weeks are numbered as ISO 8601 does; one that begins before its Monday keeps that number. */
static int64_t first_day(const struct period_rule *rule, int64_t n)
{
    return unit_day(rule->unit, n) - (rule->unit == PERIOD_WEEK ? rule->days_before_monday : 0);
}

static void make(const struct period_rule *rule, int64_t n, struct period *out)
{
    make_label(rule->unit, n, out->label);
    out->start = midnight(rule, first_day(rule, n - window_of(rule) + 1));
    out->end = midnight(rule, first_day(rule, n + 1));
}

static int64_t number_containing(const struct period_rule *rule, time_t t)
{
    struct civil local;
    zone_from_utc(rule->timezone, t, &local);
    int64_t n = number_of_day(rule->unit, civil_to_days(local.year, local.month, local.day));
    /* Where clocks go back over midnight a date comes twice; the bounds decide, not the date. */
    while (t >= midnight(rule, first_day(rule, n + 1)))
        n++;
    while (t < midnight(rule, first_day(rule, n)))
        n--;
    return n;
}

static bool by_the_clock(const struct period_rule *rule)
{
    return rule->unit == PERIOD_HOUR || rule->unit == PERIOD_MINUTE;
}

void period_containing(const struct period_rule *rule, time_t t, struct period *out)
{
    if (by_the_clock(rule)) {
        period_clock_containing(rule, t, out);
        return;
    }
    make(rule, number_containing(rule, t), out);
}

void period_last_complete(const struct period_rule *rule, time_t now, struct period *out)
{
    period_containing(rule, now, out);
    period_shift(rule, -1, out);
}

bool period_has_shape(const char *label, const char *shape)
{
    for (; *shape; label++, shape++) {
        bool same = *shape == 'd' ? *label >= '0' && *label <= '9' : *label == *shape;
        if (!same)
            return false;
    }
    return *label == '\0';
}

int period_number_at(const char *s, size_t len)
{
    int n = 0;
    for (; len; len--, s++)
        n = n * 10 + (*s - '0');
    return n;
}

/* The number of the unit that a label names; false when it names none that exists. */
static bool read_label(enum period_unit unit, const char *label, int64_t *out)
{
    if (unit > PERIOD_YEAR || !period_has_shape(label, labels[unit].shape))
        return false;
    int year = period_number_at(label, 4);
    int64_t days = 0;
    if (year < FIRST_YEAR || year > LAST_YEAR)
        return false;
    if (unit == PERIOD_DAY || unit == PERIOD_MONTH) {
        int month = period_number_at(label + 5, 2),
            day = unit == PERIOD_DAY ? period_number_at(label + 8, 2) : 1;
        if (month < 1 || month > 12 || day < 1 || day > civil_days_in_month(year, month))
            return false;
        days = civil_to_days(year, month, day);
    } else if (unit == PERIOD_WEEK) {
        days = civil_to_days(year, 1, 4) + 7 * ((int64_t)period_number_at(label + 6, 2) - 1);
    } else if (unit == PERIOD_QUARTER) {
        days = civil_to_days(year, 1, 1) + 92 * ((int64_t)period_number_at(label + 6, 1) - 1);
    } else {
        days = civil_to_days(year, 1, 1);
    }
    int64_t n = number_of_day(unit, days);
    char again[PERIOD_LABEL_SIZE];
    make_label(unit, n, again); /* catches a week 53 that there is not, a quarter 0 or 9 */
    if (strcmp(again, label) != 0)
        return false;
    *out = n;
    return true;
}

static void explain_label(const struct period_rule *rule, const char *label, struct err *e)
{
    static const char *const one[] = {"a day",  "a week",  "a month", "a quarter",
                                      "a year", "an hour", "a minute"};
    int64_t n;
    const char *want = period_unit_names[rule->unit];
    for (int u = PERIOD_DAY; u <= PERIOD_MINUTE; u++) {
        if ((enum period_unit)u == rule->unit || !period_has_shape(label, labels[u].shape) ||
            (u <= PERIOD_YEAR && !read_label((enum period_unit)u, label, &n)))
            continue;
        err_set(e, ERR_USAGE, "\"%s\" is %s, but the job is about %s", label, one[u],
                one[rule->unit]);
        return;
    }
    if (period_has_shape(label, labels[rule->unit].shape))
        err_set(e, ERR_USAGE, "there is no %s \"%s\" between %d and %d", want, label, FIRST_YEAR,
                LAST_YEAR);
    else
        err_set(e, ERR_USAGE, "\"%.40s\" is not a period", label);
}

int period_parse(const struct period_rule *rule, const char *label, struct period *out,
                 struct err *e)
{
    int64_t n;
    if (by_the_clock(rule) && period_clock_parse(rule, label, out))
        return 0;
    if (read_label(rule->unit, label, &n)) {
        make(rule, n, out);
        return 0;
    }
    explain_label(rule, label, e);
    return err_hint(e, "write a %s like %s", period_unit_names[rule->unit],
                    labels[rule->unit].example);
}

void period_shift(const struct period_rule *rule, int steps, struct period *p)
{
    int64_t n;
    if (by_the_clock(rule))
        period_clock_shift(rule, steps, p);
    else if (read_label(rule->unit, p->label, &n))
        make(rule, n + steps, p);
}

static void years_in_words(const struct locale *locale, int64_t from, int64_t to, char *out,
                           size_t size)
{
    if (from == to)
        snprintf(out, size, "%" PRId64, to);
    else
        snprintf(out, size, "%" PRId64 "%s%" PRId64, from, locale->to, to);
}

void period_in_words(const struct period_rule *rule, const struct period *p,
                     const struct locale *locale, char *out, size_t size)
{
    int64_t n;
    if (by_the_clock(rule)) {
        period_clock_in_words(rule, p, locale, out, size);
        return;
    }
    if (!read_label(rule->unit, p->label, &n)) {
        snprintf(out, size, "%s", p->label);
        return;
    }
    int64_t first = n - window_of(rule) + 1;
    int64_t from = first_day(rule, first), to = first_day(rule, n + 1) - 1;
    if (rule->unit == PERIOD_DAY || rule->unit == PERIOD_WEEK)
        locale_days(locale, from, to, out, size);
    else if (rule->unit == PERIOD_YEAR)
        years_in_words(locale, first, n, out, size);
    else
        locale_months(locale, from, to, out, size);
}
