#include "formats/xlsx_totals.h"

#include <stdio.h>
#include <string.h>

#include "lib/utf8.h"

static const char *total_word(const struct xlsx_table *t, enum look_total total)
{
    static const enum locale_word words[] = {
        [TOTAL_SUM] = WORD_TOTAL,   [TOTAL_AVERAGE] = WORD_AVERAGE, [TOTAL_MIN] = WORD_MINIMUM,
        [TOTAL_MAX] = WORD_MAXIMUM, [TOTAL_COUNT] = WORD_COUNT,
    };
    return locale_word(t->book->pen.locale, words[total]);
}

/* SUBTOTAL counts what the filter leaves; it takes the ranges of several sheets. */
static char *total_formula(struct xlsx_table *t, size_t i)
{
    static const int function[] = {[TOTAL_SUM] = 109,
                                   [TOTAL_AVERAGE] = 101,
                                   [TOTAL_MIN] = 105,
                                   [TOTAL_MAX] = 104,
                                   [TOTAL_COUNT] = 103};
    struct arena *arena = &t->book->arena;
    char column[XLSX_COLUMN_BYTES];
    char *formula =
        arena_printf(arena, "SUBTOTAL(%d", function[column_look(&t->result->columns[i])->total]);
    xlsx_number_column((unsigned)i, column);
    for (size_t k = 0; k < t->nextents; k++) {
        const struct xlsx_extent *x = &t->extents[k];
        const char *cells = x->last == 1
                                ? arena_printf(arena, "%s2", column)
                                : arena_printf(arena, "%s2:%s%u", column, column, x->last + 1);
        if (k + 1 == t->nextents)
            formula = arena_printf(arena, "%s,%s", formula, cells);
        else
            formula =
                arena_printf(arena, "%s,%s!%s", formula, xlsx_names_quote(arena, x->name), cells);
    }
    return arena_printf(arena, "%s)", formula);
}

/* How long a section of a number format is: up to a ; that is neither quoted nor escaped. */
static size_t section_len(const char *s)
{
    size_t n = 0;
    for (bool quoted = false; s[n] && (quoted || s[n] != ';'); n++) {
        if (s[n] == '"')
            quoted = !quoted;
        else if (s[n] == '\\' && !quoted && s[n + 1])
            n++;
    }
    return n;
}

/* The colour and the condition that a section begins with; [h] and [$EUR] are shown themselves. */
static size_t section_head_len(const char *s)
{
    size_t n = 0;
    while (s[n] == '[' && s[n + 1] != '$' && strchr(s + n, ']')) {
        size_t inside = strcspn(s + n + 1, "]");
        if (strspn(s + n + 1, "hmsHMS") == inside)
            break;
        n += inside + 2;
    }
    return n;
}

static const char *section_with_word(struct arena *arena, const char *word, const char *sign,
                                     const char *s)
{
    size_t len = section_len(s), head = section_head_len(s);
    if (head > len)
        head = len;
    return arena_printf(arena, "%.*s\"%s \"%s%.*s", (int)head, s, word, sign, (int)(len - head),
                        s + head);
}

/* A number format with a word in front of what it shows, in each of its sections. Of a single one,
 * Excel would put the sign of a number below zero before the word. */
static const char *with_word(struct arena *arena, const char *word, const char *format)
{
    const char *s = format, *out = section_with_word(arena, word, "", s);
    size_t len = section_len(s);
    if (!s[len])
        out = arena_printf(arena, "%s;%s", out, section_with_word(arena, word, "-", s));
    for (; s[len]; len = section_len(s)) {
        s += len + 1;
        out = arena_printf(arena, "%s;%s", out, section_with_word(arena, word, "", s));
    }
    return strlen(out) < XLSX_NUMBER_FORMAT_BYTES ? out : format;
}

/* Another kind than the row's label says, says so in its number format: it stays a number. */
static int total_style(struct xlsx_table *t, size_t i, enum look_total label,
                       struct xlsx_style **out, struct err *e)
{
    const struct column *c = &t->result->columns[i];
    const struct column_look *look = column_look(c);
    struct xlsx_look made = {.align = t->columns[i].align, .total = true};
    char format[64];
    unsigned places = t->places[i];
    if (look->total == TOTAL_NONE)
        return xlsx_pen_look(&t->book->pen, &made, out, e);
    if (look->total == TOTAL_AVERAGE && places < 2)
        places = 2;
    xlsx_pen_format_of(&t->book->pen, c->type == COLUMN_INTEGER ? COLUMN_DECIMAL : c->type, places,
                       format);
    const char *number = look->total == TOTAL_COUNT ? "#,##0"
                         : look->number_format      ? look->number_format
                         : c->type == COLUMN_INTEGER && look->total != TOTAL_AVERAGE ? "#,##0"
                                                                                     : format;
    if (look->total != label)
        number = with_word(&t->book->arena, total_word(t, look->total), number);
    made.number_format = number;
    return xlsx_pen_look(&t->book->pen, &made, out, e);
}

/* A sum may be wider than what is summed, and its label comes in front. */
static void note_total_width(struct xlsx_table *t, size_t i, enum look_total label, double value)
{
    enum look_total total = column_look(&t->result->columns[i])->total;
    char text[400];
    bool general = t->columns[i].type == COLUMN_FLOAT;
    size_t shown =
        (size_t)(general ? snprintf(text, sizeof(text), "%.10g", value)
                         : snprintf(text, sizeof(text), "%.*f", (int)t->places[i], value));
    shown += shown / 3 + 2; /* thousands, a percent sign; bold digits are wider */
    if (total != label)
        shown += utf8_columns(total_word(t, total), strlen(total_word(t, total))) + 2;
    if (shown > t->widths[i])
        t->widths[i] = shown;
}

static int put_total(struct xlsx_table *t, size_t i, enum look_total label, struct err *e)
{
    struct xlsx_pen *p = &t->book->pen;
    unsigned col = (unsigned)i;
    struct xlsx_style *style;
    double value = 0;
    if (total_style(t, i, label, &style, e) != 0)
        return -1;
    if (column_look(&t->result->columns[i])->total == TOTAL_NONE ||
        !tally_number(&t->totals[i], &value)) {
        xlsx_pen_blank(p, col, style);
        return 0;
    }
    note_total_width(t, i, label, value);
    xlsx_rows_formula(p->rows, col, total_formula(t, i), value, xlsx_frame_style(p->frame, style));
    return 0;
}

int xlsx_totals_put(struct xlsx_table *t, struct err *e)
{
    const struct result *r = t->result;
    struct xlsx_pen *p = &t->book->pen;
    enum look_total label = TOTAL_NONE;
    for (size_t i = 0; i < r->ncolumns; i++) {
        enum look_total total = column_look(&r->columns[i])->total;
        if (total != TOTAL_NONE && (label == TOTAL_NONE || total == TOTAL_SUM))
            label = total;
    }
    if (xlsx_rows_row(p->rows, p->row, 0, e) != 0)
        return -1;
    for (size_t i = 0; i < r->ncolumns; i++) {
        struct xlsx_style *style;
        const struct xlsx_look made = {.total = true};
        if (i == 0 && column_look(&r->columns[0])->total == TOTAL_NONE) {
            const char *word = total_word(t, label);
            if (xlsx_pen_look(p, &made, &style, e) != 0 ||
                xlsx_pen_text(p, 0, word, strlen(word), style, e) != 0)
                return -1;
        } else if (put_total(t, i, label, e) != 0) {
            return -1;
        }
    }
    p->row++;
    return 0;
}
