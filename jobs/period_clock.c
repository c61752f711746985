/*
 * Periods of hours and minutes. They follow local clocks: an hour begins when clocks show a full
 * hour, which in some zones is not a full hour of UTC, and a change of the clocks ends one period
 * and begins another.
 */
#include <stdio.h>
#include <string.h>

#include "jobs/period_parts.h"
#include "lib/zone.h"

static int64_t offset_at(const char *zone, time_t t)
{
    struct civil c;
    zone_from_utc(zone, t, &c);
    return civil_to_days(c.year, c.month, c.day) * 86400 + c.hour * 3600 + c.minute * 60 +
           c.second - (int64_t)t;
}

static time_t length_of(const struct period_rule *rule)
{
    return rule->unit == PERIOD_HOUR ? 3600 : rule->minutes * 60;
}

/* The first instant after `low` whose offset is not that of `low`; there is one up to `high`. */
static time_t change_between(const char *zone, time_t low, time_t high)
{
    int64_t offset = offset_at(zone, low);
    while (high - low > 1) {
        time_t mid = low + (high - low) / 2;
        if (offset_at(zone, mid) == offset)
            low = mid;
        else
            high = mid;
    }
    return high;
}

static void unit_containing(const struct period_rule *rule, time_t t, time_t *start, time_t *end)
{
    const char *zone = rule->timezone;
    time_t length = length_of(rule);
    int64_t offset = offset_at(zone, t), into = ((int64_t)t + offset) % length;
    *start = t - (time_t)(into < 0 ? into + length : into);
    *end = *start + length;
    if (offset_at(zone, *start) != offset)
        *start = change_between(zone, *start, t);
    if (offset_at(zone, *end - 1) != offset)
        *end = change_between(zone, t, *end - 1);
}

static void make_label(const struct period_rule *rule, time_t start, char out[PERIOD_LABEL_SIZE])
{
    struct civil c;
    char text[80]; /* room for any int, as compilers want it */
    zone_from_utc(rule->timezone, start, &c);
    const char *again = zone_to_utc(rule->timezone, &c) == start ? "" : "b";
    if (rule->unit == PERIOD_HOUR)
        snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d%s", c.year, c.month, c.day, c.hour,
                 again);
    else
        snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d%02d%s", c.year, c.month, c.day, c.hour,
                 c.minute - c.minute % rule->minutes, again);
    snprintf(out, PERIOD_LABEL_SIZE, "%.20s", text);
}

/* The period whose last unit begins at `start`. */
static void make(const struct period_rule *rule, time_t start, time_t end, struct period *out)
{
    time_t first = start, ignored;
    make_label(rule, start, out->label);
    for (int i = 1; i < rule->window; i++)
        unit_containing(rule, first - 1, &first, &ignored);
    out->start = first;
    out->end = end;
}

void period_clock_containing(const struct period_rule *rule, time_t t, struct period *out)
{
    time_t start, end;
    unit_containing(rule, t, &start, &end);
    make(rule, start, end, out);
}

void period_clock_shift(const struct period_rule *rule, int steps, struct period *p)
{
    time_t start, end;
    unit_containing(rule, p->end - 1, &start, &end);
    for (; steps > 0; steps--)
        unit_containing(rule, end, &start, &end);
    for (; steps < 0; steps++)
        unit_containing(rule, start - 1, &start, &end);
    make(rule, start, end, p);
}

static bool read_civil(const struct period_rule *rule, const char *label, struct civil *c)
{
    char plain[PERIOD_LABEL_SIZE];
    size_t len = strlen(label);
    if (len == 0 || len >= sizeof(plain))
        return false;
    snprintf(plain, sizeof(plain), "%s", label);
    if (plain[len - 1] == 'b')
        plain[len - 1] = '\0';
    if (!period_has_shape(plain, rule->unit == PERIOD_HOUR ? "dddd-dd-ddTdd" : "dddd-dd-ddTdddd"))
        return false;
    *c = (struct civil){
        .year = period_number_at(plain, 4),
        .month = period_number_at(plain + 5, 2),
        .day = period_number_at(plain + 8, 2),
        .hour = period_number_at(plain + 11, 2),
        .minute = rule->unit == PERIOD_HOUR ? 0 : period_number_at(plain + 13, 2),
    };
    return c->year >= 1970 && c->year <= 9998 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= civil_days_in_month(c->year, c->month) && c->hour < 24 && c->minute < 60;
}

/* The label that is made again is the judge: no hour in a gap, no "b" where none comes twice. */
bool period_clock_parse(const struct period_rule *rule, const char *label, struct period *out)
{
    enum { A_DAY_S = 86400 };
    struct civil c;
    struct period p;
    if (!read_civil(rule, label, &c))
        return false;
    time_t first = zone_to_utc(rule->timezone, &c);
    period_clock_containing(rule, first, &p);
    while (strcmp(p.label, label) != 0 && strchr(label, 'b') && p.end < first + A_DAY_S)
        period_clock_shift(rule, 1, &p);
    if (strcmp(p.label, label) != 0)
        return false;
    *out = p;
    return true;
}

void period_clock_in_words(const struct period_rule *rule, const struct period *p,
                           const struct locale *locale, char *out, size_t size)
{
    struct civil a, b;
    char day[64], other[64];
    zone_from_utc(rule->timezone, p->start, &a);
    zone_from_utc(rule->timezone, p->end, &b);
    int64_t from = civil_to_days(a.year, a.month, a.day),
            to = civil_to_days(b.year, b.month, b.day);
    locale_days(locale, from, from, day, sizeof(day));
    locale_days(locale, to, to, other, sizeof(other));
    if (from == to)
        snprintf(out, size, "%s, %02d:%02d%s%02d:%02d", day, a.hour, a.minute, locale->to, b.hour,
                 b.minute);
    else
        snprintf(out, size, "%s, %02d:%02d%s%s, %02d:%02d", day, a.hour, a.minute, locale->to,
                 other, b.hour, b.minute);
}
