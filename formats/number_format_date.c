/* Dates and times by the formats of number_format.h. */
#include <stdio.h>
#include <string.h>

#include "formats/number_format_parts.h"
#include "lib/zone.h"

struct moment {
    struct civil civil;
    int64_t days;  /* since 1970-01-01 */
    int64_t hours; /* of a time, days and all */
    const char *fraction;
    size_t fraction_len; /* digits of the second's */
};

/* A number of `n` digits, or of all digits there are for 0; -1 when there is none. */
static int take_number(const char **s, const char *end, int n)
{
    int value = 0, taken = 0;
    while (*s < end && **s >= '0' && **s <= '9' && taken < (n ? n : 4)) {
        value = value * 10 + (*(*s)++ - '0');
        taken++;
    }
    return taken && (n == 0 || taken == n) ? value : -1;
}

static bool take_char(const char **s, const char *end, char c)
{
    if (*s == end || **s != c)
        return false;
    ++*s;
    return true;
}

/* No date is there for 0000-00-00, nor for what the database accepts as a part of a date. */
static bool take_date(const char **s, const char *end, struct moment *m)
{
    struct civil *c = &m->civil;
    c->year = take_number(s, end, 4);
    bool dashes = take_char(s, end, '-');
    c->month = take_number(s, end, 2);
    dashes = take_char(s, end, '-') && dashes;
    c->day = take_number(s, end, 2);
    if (!dashes || c->year < 1 || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > civil_days_in_month(c->year, c->month))
        return false;
    m->days = civil_to_days(c->year, c->month, c->day);
    return true;
}

/* Up to the end. */
static bool take_time(const char **s, const char *end, struct moment *m)
{
    struct civil *c = &m->civil;
    m->hours = take_number(s, end, 0);
    bool colons = take_char(s, end, ':');
    c->minute = take_number(s, end, 2);
    colons = take_char(s, end, ':') && colons;
    c->second = take_number(s, end, 2);
    if (!colons || m->hours < 0 || c->minute < 0 || c->minute > 59 || c->second < 0 ||
        c->second > 59)
        return false;
    c->hour = (int)(m->hours % 24);
    if (take_char(s, end, '.')) {
        m->fraction = *s;
        while (*s < end && **s >= '0' && **s <= '9')
            ++*s;
        m->fraction_len = (size_t)(*s - m->fraction);
    }
    return *s == end;
}

static bool read_moment(enum column_type type, const char *s, size_t len, struct moment *m)
{
    const char *end = s + len;
    *m = (struct moment){0};
    if (type == COLUMN_TIME)
        return take_time(&s, end, m);
    if (!take_date(&s, end, m))
        return false;
    if (type == COLUMN_DATE)
        return s == end;
    return take_char(&s, end, ' ') && take_time(&s, end, m) && m->hours < 24;
}

/* m is minutes behind hours and before seconds. */
static bool is_minutes(struct number_token t, const char *after, const char *end, char last)
{
    if ((*t.text | 0x20) != 'm' || t.len > 2)
        return false;
    if (last == 'h')
        return true;
    do
        t = number_format_token(&after, end);
    while (t.kind == TOKEN_TEXT || t.kind == TOKEN_POINT || t.kind == TOKEN_COMMA);
    return t.kind == TOKEN_DATE && (*t.text | 0x20) == 's';
}

/* What the type has no part for is not shown as if it were zero, and no hours are left out. */
static bool has_parts(const struct number_format *f, enum column_type type, const struct moment *m)
{
    const char *p = f->text, *end = f->text + f->len;
    bool elapsed = false, hours = false;
    char last = 0;
    struct number_token t;
    while ((t = number_format_token(&p, end)).kind != TOKEN_END) {
        char letter = t.len ? (char)(*t.text | 0x20) : 0;
        if (t.kind == TOKEN_ELAPSED) {
            elapsed = true;
            last = 'h';
        }
        if (t.kind != TOKEN_DATE)
            continue;
        bool clock = letter == 'h' || letter == 's' || is_minutes(t, p, end, last);
        if (type == (clock ? COLUMN_DATE : COLUMN_TIME))
            return false;
        hours |= letter == 'h';
        last = letter;
    }
    if (type != COLUMN_TIME)
        return !elapsed;
    return elapsed || m->hours == 0 || (hours && m->hours < 24);
}

static void add_number(struct buf *out, int64_t value, size_t width)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%0*lld", (int)width, (long long)value);
    buf_add(out, text, (size_t)n);
}

static void add_date_part(const struct locale *l, const struct moment *m, char letter, size_t len,
                          struct buf *out)
{
    const struct civil *c = &m->civil;
    const struct language *words = l->language;
    if (letter == 'y')
        add_number(out, len == 2 ? c->year % 100 : c->year, len);
    else if (letter == 'm' && len > 2)
        buf_add_str(out, (len == 3 ? words->short_months : words->months)[c->month - 1]);
    else if (letter == 'm')
        add_number(out, c->month, len);
    else if (len > 2)
        buf_add_str(
            out, (len == 3 ? words->short_weekdays : words->weekdays)[civil_weekday(m->days) - 1]);
    else
        add_number(out, c->day, len);
}

static void add_time_part(const struct moment *m, char letter, size_t len, bool half,
                          struct buf *out)
{
    const struct civil *c = &m->civil;
    if (letter == 'h')
        add_number(out, half ? (c->hour + 11) % 12 + 1 : c->hour, len);
    else
        add_number(out, letter == 's' ? c->second : c->minute, len);
}

/* .000 behind seconds, as many digits as there are zeros. The point was taken. */
static bool add_fraction(const struct locale *l, const struct moment *m, const char **p,
                         const char *end, struct buf *out)
{
    size_t n = 0;
    for (; *p < end && **p == '0'; ++*p, n++) {
        if (n == 0)
            buf_add_char(out, l->decimal_sign);
        buf_add_char(out, n < m->fraction_len ? m->fraction[n] : '0');
    }
    return n > 0;
}

static bool has_half(const struct number_format *f)
{
    const char *p = f->text, *end = f->text + f->len;
    struct number_token t;
    do
        t = number_format_token(&p, end);
    while (t.kind != TOKEN_END && t.kind != TOKEN_HALF);
    return t.kind == TOKEN_HALF;
}

bool number_format_show_date(const struct number_format *f, const struct locale *l,
                             enum column_type type, const char *s, size_t len, struct buf *out)
{
    struct moment m;
    if (!read_moment(type, s, len, &m) || !has_parts(f, type, &m))
        return false;
    const char *p = f->text, *end = f->text + f->len;
    bool half = has_half(f);
    char last = 0; /* part */
    struct number_token t;
    while ((t = number_format_token(&p, end)).kind != TOKEN_END) {
        char letter = t.len ? (char)(*t.text | 0x20) : 0;
        if (t.kind == TOKEN_ELAPSED) {
            add_number(out, m.hours, t.len);
            last = 'h';
        } else if (t.kind == TOKEN_DATE) {
            bool clock = letter == 'h' || letter == 's' || is_minutes(t, p, end, last);
            if (clock)
                add_time_part(&m, letter, t.len, half, out);
            else
                add_date_part(l, &m, letter, t.len, out);
            last = letter;
        } else if (t.kind == TOKEN_HALF) {
            buf_add_str(out, m.civil.hour < 12 ? "AM" : "PM");
        } else if (t.kind != TOKEN_SKIP &&
                   !(t.kind == TOKEN_POINT && last == 's' && add_fraction(l, &m, &p, end, out))) {
            buf_add(out, t.text, t.len);
        }
    }
    return true;
}
