#include "formats/tally.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/decimal.h"
#include "formats/text.h"

void tally_init(struct tally *t, enum look_total what)
{
    *t = (struct tally){.what = what, .null = true};
    buf_init(&t->text, TEXT_MAX_BYTES);
}

void tally_release(struct tally *t)
{
    if (t->what != TOTAL_NONE)
        buf_release(&t->text);
    *t = (struct tally){0};
}

bool tally_is_cell(enum look_total what)
{
    return what == TOTAL_FIRST || what == TOTAL_LAST;
}

bool tally_parse(const struct cell *cell, long double *out)
{
    char text[128], *end;
    if (!cell->text || cell->len == 0 || cell->len >= sizeof(text))
        return false;
    memcpy(text, cell->text, cell->len);
    text[cell->len] = '\0';
    if (strspn(text, "-+.0123456789eE") != cell->len)
        return false;
    long double value = strtold(text, &end);
    if (*end || !isfinite(value))
        return false;
    *out = value;
    return true;
}

static void note_places(struct tally *t, const struct cell *cell)
{
    const char *point = cell->text ? memchr(cell->text, '.', cell->len) : NULL;
    int n = point ? (int)(cell->text + cell->len - point) - 1 : 0;
    if (n > t->places)
        t->places = n;
}

static void keep(struct tally *t, const struct cell *cell)
{
    if (t->what == TOTAL_FIRST && t->count)
        return;
    t->count = 1;
    t->null = !cell->text;
    buf_clear(&t->text);
    if (cell->text)
        buf_add(&t->text, cell->text, cell->len);
}

/* Neumaier's summation: a million cents are ten thousand to the last digit. */
static void add(struct tally *t, long double v)
{
    long double sum = t->number + v;
    if (fabsl(t->number) >= fabsl(v))
        t->lost += (t->number - sum) + v;
    else
        t->lost += (v - sum) + t->number;
    t->number = sum;
}

void tally_cell(struct tally *t, const struct cell *cell)
{
    long double v = 0;
    note_places(t, cell);
    if (tally_is_cell(t->what)) {
        keep(t, cell);
        return;
    }
    if (!cell->text || (t->what != TOTAL_COUNT && !tally_parse(cell, &v)))
        return;
    bool first = t->count++ == 0;
    if (t->what == TOTAL_SUM || t->what == TOTAL_AVERAGE)
        add(t, v);
    else if ((t->what == TOTAL_MIN && (first || v < t->number)) ||
             (t->what == TOTAL_MAX && (first || v > t->number)))
        t->number = v;
}

/* Exact in long doubles, for all but those of a cell. */
static bool to_value(const struct tally *t, long double *out)
{
    long double v = t->number + t->lost;
    if (tally_is_cell(t->what)) {
        const struct cell cell = tally_text(t);
        if (!tally_parse(&cell, &v))
            return false;
    } else if (t->what == TOTAL_COUNT) {
        v = (long double)t->count;
    } else if (t->what == TOTAL_AVERAGE && t->count) {
        v /= (long double)t->count;
    } else if (t->what != TOTAL_SUM && !t->count) {
        return false;
    }
    *out = v;
    return isfinite(v);
}

bool tally_number(const struct tally *t, double *out)
{
    long double v;
    if (!to_value(t, &v) || !isfinite((double)v))
        return false;
    *out = (double)v;
    return true;
}

bool tally_decimal(const struct tally *t, int places, struct buf *out)
{
    enum { DIGITS = 18, ALL_DIGITS = 15 };
    long double v;
    char text[48];
    struct decimal d;
    if (!to_value(t, &v))
        return false;
    int len = snprintf(text, sizeof(text), "%.*Le", (places < 0 ? ALL_DIGITS : DIGITS) - 1, v);
    if (!decimal_parse(&d, text, (size_t)len))
        return false;
    if (places < 0)
        places = decimal_places(&d);
    decimal_round(&d, places);
    if (d.negative && d.n)
        buf_add_char(out, '-');
    for (int place = d.point > 1 ? d.point - 1 : 0; place >= -places; place--) {
        if (place == -1)
            buf_add_char(out, '.');
        buf_add_char(out, decimal_digit(&d, place));
    }
    return true;
}

struct cell tally_text(const struct tally *t)
{
    if (t->null)
        return (struct cell){NULL, 0};
    return (struct cell){t->text.data, t->text.len};
}
