#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "jobs/job.h"
#include "lib/limits.h"
#include "lib/parse.h"
#include "lib/utf8.h"
#include "lib/zone.h"

const char *const param_type_names[] = {"text", "integer",  "decimal", "boolean",
                                        "date", "datetime", NULL};

static int refuse(struct arena *arena, const char *text, const char *what, struct err *e)
{
    return err_set(e, ERR_USAGE, "\"%s\" is not %s", yaml_show(arena, text), what);
}

/* Exactly `n` digits at `s`, at most `max`; moves behind them. */
static bool digits(const char **s, int n, int min, int max, int *out)
{
    int v = 0;
    for (int i = 0; i < n; i++, (*s)++) {
        if (**s < '0' || **s > '9')
            return false;
        v = v * 10 + (**s - '0');
    }
    *out = v;
    return v >= min && v <= max;
}

static bool skip(const char **s, char c)
{
    if (**s != c)
        return false;
    (*s)++;
    return true;
}

static bool read_date(const char **s, struct civil *c)
{
    return digits(s, 4, 1, 9999, &c->year) && skip(s, '-') && digits(s, 2, 1, 12, &c->month) &&
           skip(s, '-') && digits(s, 2, 1, 31, &c->day) &&
           c->day <= civil_days_in_month(c->year, c->month);
}

static bool read_time(const char **s, struct civil *c)
{
    return digits(s, 2, 0, 23, &c->hour) && skip(s, ':') && digits(s, 2, 0, 59, &c->minute) &&
           skip(s, ':') && digits(s, 2, 0, 59, &c->second);
}

static const char *parse_date(const char *text, struct arena *arena)
{
    struct civil c = {0};
    const char *s = text;
    if (!read_date(&s, &c) || *s)
        return NULL;
    return arena_strdup(arena, text);
}

static const char *parse_datetime(const char *text, struct arena *arena)
{
    struct civil c = {0};
    const char *s = text;
    if (!read_date(&s, &c) || (!skip(&s, ' ') && !skip(&s, 'T')) || !read_time(&s, &c) || *s)
        return NULL;
    char *canonical = arena_strdup(arena, text);
    canonical[strlen("YYYY-MM-DD")] = ' ';
    return canonical;
}

static const char *parse_integer(const char *text, struct arena *arena)
{
    int64_t v;
    if (!parse_int64(text, INT64_MIN, INT64_MAX, &v))
        return NULL;
    return arena_printf(arena, "%" PRId64, v);
}

static const char *parse_flag(const char *text)
{
    bool v;
    if (strcmp(text, "1") == 0 || strcmp(text, "0") == 0)
        return *text == '1' ? "1" : "0";
    if (!parse_bool(text, &v))
        return NULL;
    return v ? "1" : "0";
}

int param_parse(enum param_type type, const char *text, struct arena *arena,
                struct param_value *out, struct err *e)
{
    const char *value = NULL, *expected = "";
    switch (type) {
    case PARAM_TEXT:
        expected = "valid UTF-8 of at most 64 KiB";
        if (strlen(text) <= LIMIT_SQL_BYTES && utf8_valid(text, strlen(text)))
            value = arena_strdup(arena, text);
        break;
    case PARAM_INTEGER:
        expected = "a whole number of 64 bits";
        value = parse_integer(text, arena);
        break;
    case PARAM_DECIMAL:
        expected = "a decimal number such as -12 or 0.50";
        if (parse_decimal(text))
            value = arena_strdup(arena, text);
        break;
    case PARAM_BOOLEAN:
        expected = "true or false";
        value = parse_flag(text);
        break;
    case PARAM_DATE:
        expected = "a date; write it as 2026-11-23";
        value = parse_date(text, arena);
        break;
    case PARAM_DATETIME:
        expected = "a date and time; write it as 2026-11-23 17:30:00";
        value = parse_datetime(text, arena);
        break;
    }
    if (!value)
        return refuse(arena, text, expected, e);
    *out = (struct param_value){.type = type, .text = value};
    return 0;
}
