/*
 * Cron lines as in crontab(5), read into the same parts as systemd's expressions. Where crons
 * differ: "5/15" goes on to the end, as Cronie has it; a range of weekdays may end with Sunday; a
 * step that leads nowhere is an error, as "*" with "/90" in minutes is not every 90 minutes.
 */
#include <string.h>
#include <strings.h>

#include "jobs/calendar_parts.h"

enum { FIELDS = 5, QUOTED = 80, NO_NUMBER = -1 };

static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/* 0 and 7 are Sunday. */
static const struct calendar_range weekday_range = {"weekday", 0, 7};

/* The fields in their order. `last` is where "*" ends: with the 7, Sunday would come twice. */
static const struct field {
    int part; /* or CALENDAR_PARTS for the weekday */
    const struct calendar_range *range;
    int last;
    const char *const *names;
    int nnames, first_name;
} fields[FIELDS] = {
    {CALENDAR_MINUTE, &calendar_ranges[CALENDAR_MINUTE], 59, NULL, 0, 0},
    {CALENDAR_HOUR, &calendar_ranges[CALENDAR_HOUR], 23, NULL, 0, 0},
    {CALENDAR_DAY, &calendar_ranges[CALENDAR_DAY], 31, NULL, 0, 0},
    {CALENDAR_MONTH, &calendar_ranges[CALENDAR_MONTH], 12, month_names, 12, 1},
    {CALENDAR_PARTS, &weekday_range, 6, weekday_names, 7, 0},
};

static const struct {
    const char *name;
    const char *words[FIELDS];
} nicknames[] = {
    {"@hourly", {"0", "*", "*", "*", "*"}},   {"@daily", {"0", "0", "*", "*", "*"}},
    {"@midnight", {"0", "0", "*", "*", "*"}}, {"@weekly", {"0", "0", "*", "*", "0"}},
    {"@monthly", {"0", "0", "1", "*", "*"}},  {"@yearly", {"0", "0", "1", "1", "*"}},
    {"@annually", {"0", "0", "1", "1", "*"}},
};

/* A number or a name of the field. */
static int value_at(const struct field *f, const char **s)
{
    int n;
    if (calendar_read_number(s, &n))
        return n;
    for (int i = 0; i < f->nnames; i++) {
        if (strncasecmp(*s, f->names[i], 3) == 0) {
            *s += 3;
            return f->first_name + i;
        }
    }
    return NO_NUMBER;
}

/* "*", "5", "5-9", with "/2" or without. False when it is none of them. */
static bool read_item(const struct field *f, const char **s, struct calendar_item *item)
{
    *item = (struct calendar_item){f->range->min, -1, 0};
    bool star = **s == '*';
    if (star)
        (*s)++;
    else if ((item->start = value_at(f, s)) < 0)
        return false;
    if (!star && **s == '-') {
        (*s)++;
        item->step = 1;
        bool by_name = **s < '0' || **s > '9';
        if ((item->stop = value_at(f, s)) < 0)
            return false;
        if (by_name && item->stop == 0 && f->part == CALENDAR_PARTS)
            item->stop = 7; /* Fri-Sun */
    }
    if (**s != '/')
        return true;
    (*s)++;
    if (!calendar_read_number(s, &item->step))
        return false;
    if (f->part == CALENDAR_PARTS && item->stop < 0 && item->step > 0)
        item->stop = f->last;
    return true;
}

static void add_weekdays(struct calendar *c, const struct calendar_list *list)
{
    c->weekdays = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct calendar_item *item = &list->items[i];
        int last = item->step ? item->stop : item->start;
        for (int day = item->start; day <= last; day += item->step ? item->step : 7)
            c->weekdays |= 1U << (day + 6) % 7;
    }
}

/* Reads one field; "*" alone, or among others, leaves its list empty. */
static int read_field(const struct calendar_reader *r, const struct field *f, const char *word)
{
    struct calendar_list list = {0};
    bool all = false;
    for (const char *s = word;; s++) {
        struct calendar_item item;
        struct calendar_source source = {s, 0};
        bool found = read_item(f, &s, &item);
        if (!found || (*s && *s != ',')) {
            err_set(r->e, ERR_CONFIG, "\"%.*s\" is not the %s of a cron line", QUOTED, word,
                    f->range->name);
            return err_hint(r->e, "the fields are minute, hour, day, month and weekday, as in "
                                  "\"*/15 8-18 * * Mon-Fri\"");
        }
        source.len = (size_t)(s - source.text);
        if (*source.text == '*' && (source.len == 1 || item.step == 1))
            all = true;
        else if (calendar_add_item(r, f->range, &list, item, &source) != 0)
            return -1;
        if (*s == '\0')
            break;
    }
    if (all)
        return 0;
    if (f->part == CALENDAR_PARTS)
        add_weekdays(r->c, &list);
    else
        r->c->lists[f->part] = list;
    return 0;
}

static int read_fields(const struct calendar_reader *r, const char *const *words)
{
    const struct calendar_item zero = {0, -1, 0};
    for (size_t i = 0; i < FIELDS; i++) {
        if (read_field(r, &fields[i], words[i]) != 0)
            return -1;
    }
    /* As crontab(5) says: a field that contains a "*" restricts nothing for this rule. */
    r->c->either = !strchr(words[2], '*') && !strchr(words[4], '*');
    return calendar_add_item(r, &calendar_ranges[CALENDAR_SECOND], &r->c->lists[CALENDAR_SECOND],
                             zero, &(struct calendar_source){"0", 1});
}

int calendar_read_cron(const struct calendar_reader *r, char *const *words, size_t n)
{
    const char *first[FIELDS];
    if (n > FIELDS) {
        err_set(r->e, ERR_CONFIG, "a cron line has five fields, not %zu", n);
        return err_hint(r->e, "leave out seconds, years and commands: minute, hour, day, month, "
                              "weekday, as in \"30 6 * * Mon-Fri\"");
    }
    for (size_t i = 0; i < FIELDS; i++)
        first[i] = words[i];
    return read_fields(r, first);
}

int calendar_read_nickname(const struct calendar_reader *r, char *const *words, size_t n)
{
    const char *name = words[0];
    for (size_t i = 0; n == 1 && i < sizeof(nicknames) / sizeof(nicknames[0]); i++) {
        if (strcasecmp(name, nicknames[i].name) == 0)
            return read_fields(r, nicknames[i].words);
    }
    if (strcasecmp(name, "@reboot") == 0) {
        err_set(r->e, ERR_CONFIG, "\"%s\" is not a time", name);
    } else if (name[1] >= '0' && name[1] <= '9') {
        err_set(r->e, ERR_CONFIG, "\"%.*s\" counts seconds since 1970, which is not supported",
                QUOTED, name);
        return err_hint(r->e, "write the date and time, like \"2026-11-24 02:00 UTC\"");
    } else {
        err_set(r->e, ERR_CONFIG, "\"%.*s%s\" is not a name that cron knows", QUOTED, name,
                n > 1 ? " ..." : "");
    }
    return err_hint(r->e, "@hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually "
                          "are known, each alone");
}
