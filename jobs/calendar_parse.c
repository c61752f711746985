/*
 * Calendar expressions of systemd.time(7): weekdays, date, time and zone, a word each. An error is
 * set where it is understood best, at a number; who reads a word sets one when none is.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "jobs/calendar_parts.h"
#include "lib/zone.h"

/* Text, and words of it: a cron line has five, and the sixth is only counted. */
enum { MAX_BYTES = 1000, MAX_WORDS = 6, QUOTED = 80 };

static const char *const weekday_names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                            "Friday", "Saturday", "Sunday"};

/* systemd takes the other spellings too, and so they work here. */
static const struct {
    const char *word, *meaning;
} shorthands[] = {
    {"minutely", "*:*"},          {"hourly", "*:00"},
    {"daily", "00:00"},           {"weekly", "Mon"},
    {"monthly", "*-01"},          {"quarterly", "01,04,07,10-01"},
    {"semiannually", "01,07-01"}, {"semi-annually", "01,07-01"},
    {"biannually", "01,07-01"},   {"bi-annually", "01,07-01"},
    {"yearly", "01-01"},          {"annually", "01-01"},
    {"anually", "01-01"},
};

/* The month's first three days can't be counted from its end: not every month has them there. */
static const struct calendar_range days_from_end = {"day from the month's end", 1, 28};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool calendar_read_number(const char **s, int *out)
{
    enum { TOO_LARGE = 1000000 };
    int n = 0;
    if (!is_digit(**s))
        return false;
    for (; is_digit(**s); (*s)++)
        n = n < TOO_LARGE ? n * 10 + (**s - '0') : TOO_LARGE;
    *out = n;
    return true;
}

/* Puts an item where the normal form has it, which names the same only once. */
static void insert_item(struct calendar_list *list, const struct calendar_item *item,
                        struct arena *arena)
{
    size_t at = 0, n = list->n;
    for (; at < n; at++) {
        const struct calendar_item *other = &list->items[at];
        int order = item->start - other->start;
        if (order == 0)
            order = item->stop - other->stop;
        if (order == 0)
            order = item->step - other->step;
        if (order == 0)
            return;
        if (order < 0)
            break;
    }
    if ((n & (n - 1)) == 0) /* the room doubles when it is full */
        list->items = arena_grow(arena, list->items, n, n ? 2 * n : 1, sizeof(*list->items));
    memmove(&list->items[at + 1], &list->items[at], (n - at) * sizeof(*list->items));
    list->items[at] = *item;
    list->n++;
}

/* "hour "24" " and why it can't be. */
__attribute__((format(printf, 4, 5))) static int refuse_item(const struct calendar_reader *r,
                                                             const struct calendar_range *range,
                                                             const struct calendar_source *source,
                                                             const char *why, ...)
{
    char text[128];
    int len = source->len < QUOTED ? (int)source->len : QUOTED;
    va_list ap;
    va_start(ap, why);
    vsnprintf(text, sizeof(text), why, ap);
    va_end(ap);
    return err_set(r->e, ERR_CONFIG, "%s \"%.*s\" %s", range->name, len, source->text, text);
}

int calendar_add_item(const struct calendar_reader *r, const struct calendar_range *range,
                      struct calendar_list *list, struct calendar_item item,
                      const struct calendar_source *source)
{
    const char *to = memchr(source->text, '.', source->len) ? ".." : "-";
    bool has_stop = item.stop >= 0, down = range == &days_from_end;
    if (item.start < range->min || item.start > range->max ||
        (has_stop && (item.stop < range->min || item.stop > range->max)))
        return refuse_item(r, range, source, "is not between %d and %d", range->min, range->max);
    if (item.step == 0 && memchr(source->text, '/', source->len))
        return refuse_item(r, range, source, "has a step of 0");
    if (has_stop && item.stop < item.start) {
        refuse_item(r, range, source, "runs backwards");
        return err_hint(r->e, "write the lesser first, or two ranges: \"%d%s%d,%d%s%d\"",
                        item.start, to, range->max, range->min, to, item.stop);
    }
    if (!has_stop && item.step > (down ? item.start - range->min : range->max - item.start)) {
        refuse_item(r, range, source, "has a step that leads beyond the last");
        return err_hint(r->e, "write \"%d\", or a smaller step", item.start);
    }
    /* A range ends where its last step does; one that has no step is a number. */
    if (has_stop)
        item.stop -= (item.stop - item.start) % item.step;
    if (item.stop == item.start)
        item = (struct calendar_item){item.start, -1, 0};
    insert_item(list, &item, r->arena);
    return 0;
}

/* "5", "5..9", "5..9/2" or "5/2". False when it is none of them. */
static bool read_item(const char **s, struct calendar_item *item)
{
    *item = (struct calendar_item){.stop = -1};
    if (!calendar_read_number(s, &item->start))
        return false;
    if ((*s)[0] == '.' && (*s)[1] == '.') {
        *s += 2;
        item->step = 1;
        if (!calendar_read_number(s, &item->stop))
            return false;
    }
    if (**s != '/')
        return true;
    (*s)++;
    return calendar_read_number(s, &item->step);
}

/* 00 to 69 are years after 2000, 70 to 99 before; as systemd has it. */
static int full_year(int year)
{
    if (year >= 0 && year < 70)
        return year + 2000;
    return year >= 70 && year < 100 ? year + 1900 : year;
}

/* Reads a list and the `end` behind it. False, perhaps without an error, when it isn't one. */
static bool read_list(const struct calendar_reader *r, enum calendar_part part, const char **s,
                      char end)
{
    const struct calendar_range *range = &calendar_ranges[part];
    if (part == CALENDAR_DAY && r->c->from_end)
        range = &days_from_end;
    if (**s == '*') {
        (*s)++;
        return *(*s)++ == end;
    }
    for (;;) {
        struct calendar_item item;
        struct calendar_source source = {*s, 0};
        if (!read_item(s, &item) || (**s != end && **s != ','))
            return false;
        source.len = (size_t)(*s - source.text);
        if (part == CALENDAR_YEAR) {
            item.start = full_year(item.start);
            item.stop = full_year(item.stop);
        }
        if (calendar_add_item(r, range, &r->c->lists[part], item, &source) != 0)
            return false;
        if (*(*s)++ == end)
            return true;
    }
}

static int not_understood(const struct calendar_reader *r, const char *word, const char *what,
                          const char *example)
{
    if (r->e->kind != ERR_NONE)
        return -1;
    err_set(r->e, ERR_CONFIG, "\"%.*s\" is not %s", QUOTED, word, what);
    if (strstr(word, "*/"))
        return err_hint(r->e, "\"*/15\" is for cron lines; here it is \"0/15\", \"1/15\" for days");
    return err_hint(r->e, "write it like %s", example);
}

/* "2026-11-24", "11-24", "*-*-01", "*-02~03" */
static int read_date(const struct calendar_reader *r, const char *word)
{
    const char *s = word, *first = strpbrk(word, "-~"), *last = NULL;
    if (first)
        last = strpbrk(first + 1, "-~");
    bool year = last != NULL;
    if (!last)
        last = first;
    r->c->from_end = last && *last == '~';
    bool ok = last && (!year || (*first == '-' && read_list(r, CALENDAR_YEAR, &s, '-'))) &&
              read_list(r, CALENDAR_MONTH, &s, *last) && read_list(r, CALENDAR_DAY, &s, '\0');
    if (!ok)
        return not_understood(r, word, "a date", "2026-11-24, *-*-01 or *-*~01 (a month's last)");
    if (r->c->lists[CALENDAR_DAY].n == 0)
        r->c->from_end = false;
    return 0;
}

static void set_to(const struct calendar_reader *r, enum calendar_part part, int value)
{
    const struct calendar_item item = {value, -1, 0};
    insert_item(&r->c->lists[part], &item, r->arena);
}

/* "06:30", "06:30:15", "8..18:0/15" */
static int read_time(const struct calendar_reader *r, const char *word)
{
    const char *s = word, *dot = strchr(word, '.');
    while (dot && dot[1] == '.')
        dot = strchr(dot + 2, '.');
    if (dot)
        return err_set(r->e, ERR_CONFIG,
                       "\"%.*s\" has a fraction of a second: that is not supported", QUOTED, word);
    const char *seconds = strchr(strchr(word, ':') + 1, ':');
    bool ok = read_list(r, CALENDAR_HOUR, &s, ':') &&
              read_list(r, CALENDAR_MINUTE, &s, seconds ? ':' : '\0') &&
              (!seconds || read_list(r, CALENDAR_SECOND, &s, '\0'));
    if (!ok)
        return not_understood(r, word, "a time of day", "06:30, 06:30:15 or 8..18:0/15");
    struct calendar_list *list = &r->c->lists[CALENDAR_SECOND];
    if (!seconds)
        set_to(r, CALENDAR_SECOND, 0);
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].start == 0 && list->items[i].stop < 0 && list->items[i].step == 1)
            list->n = 0; /* "0/1" is "*" in the normal form, but only for seconds */
    }
    return 0;
}

/* The weekday a text begins with, 0 for Monday, and moves behind it; or -1. */
static int weekday_at(const char **s)
{
    size_t len = strcspn(*s, "-.,");
    for (int i = 0; i < 7; i++) {
        if ((len == 3 || len == strlen(weekday_names[i])) &&
            strncasecmp(*s, weekday_names[i], len) == 0) {
            *s += len;
            return i;
        }
    }
    return -1;
}

static int refuse_backwards(const struct calendar_reader *r, const char *word, int first, int last)
{
    struct buf days;
    buf_init(&days, QUOTED);
    /* All but those between the last and the first. */
    calendar_add_weekdays(&days, CALENDAR_ALL_WEEKDAYS & ~((1U << first) - (2U << last)));
    err_set(r->e, ERR_CONFIG, "weekdays \"%.*s\" run backwards", QUOTED, word);
    err_hint(r->e, "weeks begin on Monday: write \"%s\"", days.data);
    buf_release(&days);
    return -1;
}

static int read_weekdays(const struct calendar_reader *r, const char *word)
{
    unsigned found = 0;
    for (const char *s = word;;) {
        int first = weekday_at(&s), last = first;
        if (first >= 0 && (*s == '-' || (s[0] == '.' && s[1] == '.'))) {
            s += *s == '-' ? 1 : 2;
            last = weekday_at(&s);
        }
        if (first < 0 || last < 0 || (*s && *s != ','))
            return not_understood(r, word, "a weekday, nor a word like \"daily\"",
                                  "Mon..Fri or Mon,Thu");
        if (last < first)
            return refuse_backwards(r, word, first, last);
        for (int day = first; day <= last; day++)
            found |= 1U << day;
        s += *s == ',';
        if (*s == '\0') /* systemd takes a comma at the end as well */
            break;
    }
    r->c->weekdays = found;
    return 0;
}

/* The word that ends an expression, when it can only be a zone. */
static int read_zone(const struct calendar_reader *r, const char *word)
{
    if (strcasecmp(word, "UTC") == 0)
        word = "UTC";
    if (!zone_exists(word)) {
        err_set(r->e, ERR_CONFIG, "there is no time zone \"%.*s\"", QUOTED, word);
        return err_hint(r->e,
                        "write it like Europe/Berlin or UTC; weekdays come first, like Mon,Wed");
    }
    r->c->zone = arena_strdup(r->arena, word);
    return 0;
}

/* [weekdays] [date] [time] */
static int read_words(const struct calendar_reader *r, char *const *words, size_t n)
{
    size_t i = 0;
    bool date = false, time = false;
    if (is_letter(words[0][0]) && read_weekdays(r, words[i++]) != 0)
        return -1;
    for (; i < n && i < MAX_WORDS; i++) {
        bool is_time = strchr(words[i], ':') != NULL;
        if (time || (date && !is_time) || (!is_time && !strpbrk(words[i], "-~"))) {
            err_set(r->e, ERR_CONFIG, "\"%.*s\" is %s", QUOTED, words[i],
                    time   ? "one word too many after the time of day"
                    : date ? "no time of day"
                           : "neither a date nor a time of day");
            return err_hint(r->e, "the order is weekdays, date, time, zone, as in \"Mon..Fri *-*-* "
                                  "06:30 UTC\"; a cron line has five fields");
        }
        if ((is_time ? read_time : read_date)(r, words[i]) != 0)
            return -1;
        time = is_time;
        date = true;
    }
    if (!time) {
        set_to(r, CALENDAR_HOUR, 0);
        set_to(r, CALENDAR_MINUTE, 0);
        set_to(r, CALENDAR_SECOND, 0);
    }
    return 0;
}

static int read_expression(const struct calendar_reader *r, char *const *words, size_t n)
{
    if (n > 1 && n <= MAX_WORDS && is_letter(words[n - 1][0])) {
        if (read_zone(r, words[n - 1]) != 0)
            return -1;
        n--;
    }
    for (size_t i = 0; n == 1 && i < sizeof(shorthands) / sizeof(shorthands[0]); i++) {
        if (strcasecmp(words[0], shorthands[i].word) == 0) {
            char *meaning = arena_strdup(r->arena, shorthands[i].meaning);
            return read_words(r, &meaning, 1);
        }
    }
    return read_words(r, words, n);
}

/* Splits at blanks. Returns how many words there are; the first MAX_WORDS of them are set. */
static size_t split(char *text, char *words[MAX_WORDS])
{
    size_t n = 0;
    for (char *save, *word = strtok_r(text, " \t", &save); word;
         word = strtok_r(NULL, " \t", &save)) {
        if (n < MAX_WORDS)
            words[n] = word;
        n++;
    }
    return n;
}

static int read_text(const struct calendar_reader *r, const char *text)
{
    char *words[MAX_WORDS];
    if (strlen(text) > MAX_BYTES)
        return err_set(r->e, ERR_CONFIG, "the expression is longer than %d bytes", MAX_BYTES);
    size_t n = split(arena_strdup(r->arena, text), words);
    if (n == 0)
        return err_set(r->e, ERR_CONFIG, "the expression is empty");
    if (words[0][0] == '@')
        return calendar_read_nickname(r, words, n);
    /* Four words are the most that systemd's have, and no minute begins with a letter. */
    if (n > 4 && !is_letter(words[0][0]))
        return calendar_read_cron(r, words, n);
    return read_expression(r, words, n);
}

int calendar_parse(const char *text, const char *zone, struct arena *arena,
                   const struct calendar **out, struct err *e)
{
    struct err why = {0};
    struct calendar *c = arena_alloc(arena, sizeof(*c));
    struct calendar_reader r = {c, arena, &why};
    c->zone = arena_strdup(arena, zone);
    c->weekdays = CALENDAR_ALL_WEEKDAYS;
    if (read_text(&r, text) != 0) {
        if (!why.hint[0])
            err_hint(&why, "write it like \"*-*-* 02:00\", \"Mon..Fri 06:30 Europe/Berlin\" or "
                           "\"0 2 * * *\"");
        *e = why;
        return -1;
    }
    calendar_fill_sets(c);
    *out = c;
    return 0;
}
