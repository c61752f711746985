#include "jobs/calendar.h"

#include <string.h>

#include "jobs/calendar_parts.h"
#include "lib/zone.h"

enum { DAY_S = 86400, TEXT_BYTES = 16 * 1024 };

const struct calendar_range calendar_ranges[CALENDAR_PARTS] = {
    [CALENDAR_YEAR] = {"year", 1970, 2199}, [CALENDAR_MONTH] = {"month", 1, 12},
    [CALENDAR_DAY] = {"day", 1, 31},        [CALENDAR_HOUR] = {"hour", 0, 23},
    [CALENDAR_MINUTE] = {"minute", 0, 59},  [CALENDAR_SECOND] = {"second", 0, 59},
};

static void set_value(struct calendar *c, int part, int value)
{
    unsigned bit = (unsigned)(value - calendar_ranges[part].min);
    c->sets[part][bit / 64] |= UINT64_C(1) << bit % 64;
}

static void set_item(struct calendar *c, int part, const struct calendar_item *item)
{
    if (item->step == 0) {
        set_value(c, part, item->start);
    } else if (item->stop < 0 && part == CALENDAR_DAY && c->from_end) {
        /* These count backwards: the 7th last day, the 6th last, ... to the last. */
        for (int v = item->start; v >= 1; v -= item->step)
            set_value(c, part, v);
    } else {
        int last = item->stop < 0 ? calendar_ranges[part].max : item->stop;
        for (int v = item->start; v <= last; v += item->step)
            set_value(c, part, v);
    }
}

void calendar_fill_sets(struct calendar *c)
{
    for (int part = 0; part < CALENDAR_PARTS; part++) {
        const struct calendar_list *list = &c->lists[part];
        const struct calendar_item all = {calendar_ranges[part].min, calendar_ranges[part].max, 1};
        for (size_t i = 0; i < list->n; i++)
            set_item(c, part, &list->items[i]);
        if (list->n == 0)
            set_item(c, part, &all);
    }
}

/* The least value of a part's set that is not below `from`, or -1. */
static int next_value(const struct calendar *c, int part, int from)
{
    int min = calendar_ranges[part].min;
    unsigned bit = from > min ? (unsigned)(from - min) : 0;
    uint64_t mask = ~UINT64_C(0) << bit % 64;
    for (unsigned word = bit / 64; word < 4; word++, mask = ~UINT64_C(0)) {
        uint64_t found = c->sets[part][word] & mask;
        if (found)
            return (int)(word * 64) + __builtin_ctzll(found) + min;
    }
    return -1;
}

/* The days of a month that are named, day 1 in bit 1. */
static uint32_t days_of_month(const struct calendar *c, int year, int month)
{
    int length = civil_days_in_month(year, month);
    uint32_t exist = (uint32_t)((UINT64_C(2) << length) - 2);
    uint32_t dates = (uint32_t)(c->sets[CALENDAR_DAY][0] << 1);
    if (c->from_end) {
        uint32_t from_end = dates;
        dates = 0;
        for (int day = 1; day <= length; day++)
            dates |= (from_end >> (length + 1 - day) & 1) << day;
    }
    if (c->weekdays == CALENDAR_ALL_WEEKDAYS && !c->either)
        return dates & exist;
    /* Five weeks and a bit, from the weekday of the first. */
    uint64_t weekdays = 0;
    for (int week = 0; week < 6; week++)
        weekdays |= (uint64_t)c->weekdays << week * 7;
    weekdays = weekdays >> (civil_weekday(civil_to_days(year, month, 1)) - 1) << 1;
    return (c->either ? dates | (uint32_t)weekdays : dates & (uint32_t)weekdays) & exist;
}

/* Moves to the first date that is named, from the one in `l`; a later one begins at midnight. */
static bool find_date(const struct calendar *c, struct civil *l)
{
    struct civil at = *l;
    for (;;) {
        int year = next_value(c, CALENDAR_YEAR, at.year);
        if (year < 0)
            return false;
        if (year != at.year)
            at = (struct civil){.year = year, .month = 1, .day = 1};
        int month = next_value(c, CALENDAR_MONTH, at.month);
        if (month < 0) {
            at = (struct civil){.year = year + 1, .month = 1, .day = 1};
            continue;
        }
        if (month != at.month)
            at = (struct civil){.year = year, .month = month, .day = 1};
        uint32_t days = days_of_month(c, year, month) & (uint32_t)(~UINT64_C(0) << at.day);
        if (!days) {
            at = (struct civil){.year = year, .month = month + 1, .day = 1};
            continue;
        }
        int day = __builtin_ctz(days);
        if (day != at.day)
            at = (struct civil){.year = year, .month = month, .day = day};
        *l = at;
        return true;
    }
}

/* Moves to the first time of day that is named, from the one in `l`; false when none is left. */
static bool find_time(const struct calendar *c, struct civil *l)
{
    int h = l->hour, m = l->minute, s = l->second;
    for (;;) {
        int hour = next_value(c, CALENDAR_HOUR, h);
        if (hour < 0)
            return false;
        if (hour != h)
            m = s = 0;
        h = hour;
        int minute = next_value(c, CALENDAR_MINUTE, m);
        if (minute < 0) {
            h++;
            m = s = 0;
            continue;
        }
        if (minute != m)
            s = 0;
        m = minute;
        int second = next_value(c, CALENDAR_SECOND, s);
        if (second < 0) {
            m++;
            s = 0;
            continue;
        }
        l->hour = h;
        l->minute = m;
        l->second = second;
        return true;
    }
}

static int64_t to_wall(const struct civil *l)
{
    return civil_to_days(l->year, l->month, l->day) * DAY_S + l->hour * 3600 + l->minute * 60 +
           l->second;
}

static void from_wall(int64_t wall, struct civil *l)
{
    int64_t days = wall / DAY_S - (wall % DAY_S < 0);
    int rest = (int)(wall - days * DAY_S);
    civil_from_days(days, l);
    l->hour = rest / 3600;
    l->minute = rest / 60 % 60;
    l->second = rest % 60;
}

/* The first local time that the expression names, from a local time on. */
static bool find_local(const struct calendar *c, int64_t from, struct civil *l)
{
    from_wall(from, l);
    while (find_date(c, l)) {
        if (find_time(c, l))
            return true;
        civil_from_days(civil_to_days(l->year, l->month, l->day) + 1, l);
    }
    return false;
}

/*
 * Where clocks went back, local times come a second time that were due the first time. Local times
 * in order have instants in order, so the first that is due after an instant is found by halving.
 */
static int64_t first_wall_due_after(const struct calendar *c, int64_t low, time_t after)
{
    int64_t high = low + 2 * DAY_S; /* no clock goes back further than a day */
    while (high - low > 1) {
        int64_t mid = low + (high - low) / 2;
        struct civil l;
        from_wall(mid, &l);
        if (zone_to_utc(c->zone, &l) > after)
            high = mid;
        else
            low = mid;
    }
    return high;
}

static bool names_local(const struct calendar *c, const struct civil *l)
{
    return next_value(c, CALENDAR_YEAR, l->year) == l->year &&
           next_value(c, CALENDAR_MONTH, l->month) == l->month &&
           (days_of_month(c, l->year, l->month) >> l->day & 1) &&
           next_value(c, CALENDAR_HOUR, l->hour) == l->hour &&
           next_value(c, CALENDAR_MINUTE, l->minute) == l->minute &&
           next_value(c, CALENDAR_SECOND, l->second) == l->second;
}

static int64_t wall_at(const struct calendar *c, time_t t)
{
    struct civil l;
    zone_from_utc(c->zone, t, &l);
    return to_wall(&l);
}

/* An event that was found for a local time. */
static void describe(const struct calendar *c, int64_t wall, time_t at, struct calendar_event *out)
{
    *out = (struct calendar_event){.at = at};
    int64_t seen = wall_at(c, at);
    if (seen != wall) {
        /* Not shifted when the first local time after the gap is named as well, as in "hourly". */
        struct civil l;
        from_wall(seen, &l);
        out->shifted = !names_local(c, &l);
    }
    int64_t back = (seen - at) - (wall_at(c, at + DAY_S) - (at + DAY_S));
    out->folded = !out->shifted && back > 0 && wall_at(c, at + (time_t)back) == seen;
}

bool calendar_next(const struct calendar *c, time_t after, struct calendar_event *out)
{
    const struct calendar_range *years = &calendar_ranges[CALENDAR_YEAR];
    const time_t first = (time_t)(civil_to_days(years->min, 1, 1) - 2) * DAY_S;
    const time_t last = (time_t)(civil_to_days(years->max + 1, 1, 1) + 2) * DAY_S;
    struct civil l;
    if (after > last)
        return false;
    if (after < first)
        after = first;
    if (!find_local(c, wall_at(c, after) + 1, &l))
        return false;
    time_t at = zone_to_utc(c->zone, &l);
    if (at <= after) {
        if (!find_local(c, first_wall_due_after(c, to_wall(&l), after), &l))
            return false;
        at = zone_to_utc(c->zone, &l);
    }
    describe(c, to_wall(&l), at, out);
    return true;
}

const char *calendar_zone(const struct calendar *c)
{
    return c->zone;
}

void calendar_add_weekdays(struct buf *out, unsigned weekdays)
{
    static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const char *separator = "";
    for (int first = 0; first < 7; first++) {
        int last = first;
        if (!(weekdays >> first & 1))
            continue;
        while (last < 6 && weekdays >> (last + 1) & 1)
            last++;
        buf_printf(out, "%s%s", separator, names[first]);
        if (last > first)
            buf_printf(out, "%s%s", last == first + 1 ? "," : "..", names[last]);
        separator = ",";
        first = last;
    }
}

static void add_list(struct buf *out, const struct calendar_list *list, int width)
{
    if (list->n == 0)
        buf_add_char(out, '*');
    for (size_t i = 0; i < list->n; i++) {
        const struct calendar_item *item = &list->items[i];
        buf_printf(out, "%s%0*d", i ? "," : "", width, item->start);
        if (item->stop >= 0)
            buf_printf(out, "..%0*d", width, item->stop);
        if (item->step > (item->stop >= 0 ? 1 : 0))
            buf_printf(out, "/%d", item->step);
    }
}

static void add_text(struct buf *out, const struct calendar *c, unsigned weekdays,
                     const struct calendar_list *days)
{
    if (weekdays != CALENDAR_ALL_WEEKDAYS) {
        calendar_add_weekdays(out, weekdays);
        buf_add_char(out, ' ');
    }
    add_list(out, &c->lists[CALENDAR_YEAR], 4);
    buf_add_char(out, '-');
    add_list(out, &c->lists[CALENDAR_MONTH], 2);
    buf_add_char(out, c->from_end ? '~' : '-');
    add_list(out, days, 2);
    buf_add_char(out, ' ');
    add_list(out, &c->lists[CALENDAR_HOUR], 2);
    buf_add_char(out, ':');
    add_list(out, &c->lists[CALENDAR_MINUTE], 2);
    buf_add_char(out, ':');
    add_list(out, &c->lists[CALENDAR_SECOND], 2);
}

const char *calendar_text(const struct calendar *c, struct arena *arena)
{
    static const struct calendar_list any = {0};
    struct buf out;
    buf_init(&out, TEXT_BYTES);
    if (c->either) {
        add_text(&out, c, c->weekdays, &any);
        buf_add_str(&out, " or ");
        add_text(&out, c, CALENDAR_ALL_WEEKDAYS, &c->lists[CALENDAR_DAY]);
    } else {
        add_text(&out, c, c->weekdays, &c->lists[CALENDAR_DAY]);
    }
    const char *text = arena_strndup(arena, out.data, out.len);
    buf_release(&out);
    return text;
}
