/* Cells as people read them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/html_parts.h"
#include "formats/json_text.h"
#include "formats/text.h"
#include "formats/xml_text.h"

static bool is_time(enum column_type type)
{
    return type == COLUMN_DATE || type == COLUMN_TIME || type == COLUMN_DATETIME;
}

bool html_value_is_right(const struct html_column *c)
{
    if (c->look->align != ALIGN_AUTO)
        return c->look->align == ALIGN_RIGHT;
    return column_type_is_number(c->type) || is_time(c->type);
}

/* ---- as a text ---- */

static const char *show_text(struct html *h, const char *s, size_t *len)
{
    return text_clean(&h->clean, s, len, false, &h->writer.notes.replaced_characters);
}

static const char *show_json(struct html *h, const struct cell *cell, size_t *len)
{
    if (!json_text_valid(cell->text, cell->len))
        return show_text(h, cell->text, len);
    json_text_readable(&h->shown, cell->text, cell->len);
    *len = h->shown.len;
    return show_text(h, h->shown.data, len);
}

/* Split seconds, unless there are none: 12:00:00.500 shows .500. */
static void add_fraction(struct html *h, const struct cell *cell)
{
    const char *point = memchr(cell->text, '.', cell->len), *end = cell->text + cell->len;
    if (!point || strspn(point + 1, "0") >= (size_t)(end - point - 1))
        return;
    buf_add_char(&h->shown, h->locale->decimal_sign);
    buf_add(&h->shown, point + 1, (size_t)(end - point - 1));
}

/* A time of day, or hours and minutes of any length, as the database writes them. */
static void add_clock(struct html *h, const struct cell *cell)
{
    const char *point = memchr(cell->text, '.', cell->len);
    buf_add(&h->shown, cell->text, point ? (size_t)(point - cell->text) : cell->len);
    add_fraction(h, cell);
}

static bool show_time(struct html *h, const struct html_column *c, const struct cell *cell)
{
    const struct number_format *own = c->type == COLUMN_DATE ? &h->date : &h->datetime;
    if (number_format_show(&c->format, h->locale, c->type, cell->text, cell->len, &h->shown))
        return true;
    if (c->type == COLUMN_TIME)
        add_clock(h, cell);
    else if (!number_format_show(own, h->locale, c->type, cell->text, cell->len, &h->shown))
        return false;
    else if (c->type == COLUMN_DATETIME)
        add_fraction(h, cell);
    return true;
}

static bool show_number(struct html *h, const struct html_column *c, const struct cell *cell,
                        bool grouped)
{
    enum column_type type = c->type == COLUMN_BOOLEAN ? COLUMN_INTEGER : c->type;
    if (!number_format_show(&c->format, h->locale, type, cell->text, cell->len, &h->shown))
        number_format_plain(h->locale, grouped, cell->text, cell->len, &h->shown);
    return true;
}

const char *html_value_text(struct html *h, const struct html_column *c, const struct cell *cell,
                            bool grouped, size_t *len)
{
    bool shown = false;
    *len = cell->len;
    buf_clear(&h->shown);
    switch (c->type) {
    case COLUMN_TEXT:
        return show_text(h, cell->text, len);
    case COLUMN_JSON:
        return show_json(h, cell, len);
    case COLUMN_BINARY:
        return text_hex(&h->clean, cell->text, len);
    case COLUMN_BOOLEAN:
        if (cell->len == 1 && (*cell->text == '0' || *cell->text == '1')) {
            buf_add_str(&h->shown, locale_word(h->locale, *cell->text == '1' ? WORD_YES : WORD_NO));
            shown = true;
            break;
        } /* fall through */
    case COLUMN_INTEGER:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
        shown = show_number(h, c, cell, grouped);
        break;
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_DATETIME:
        shown = show_time(h, c, cell);
        break;
    }
    if (!shown)
        return show_text(h, cell->text, len);
    /* What a job calls a number or a date may be any text. */
    *len = h->shown.len;
    return show_text(h, h->shown.data, len);
}

/* ---- as a cell ---- */

static bool passes(enum look_test test, long double value, long double limit)
{
    switch (test) {
    case TEST_BELOW:
        return value < limit;
    case TEST_AT_MOST:
        return value <= limit;
    case TEST_ABOVE:
        return value > limit;
    case TEST_AT_LEAST:
        return value >= limit;
    case TEST_IS:
        break;
    }
    return value == limit;
}

static bool is_same_text(const struct look_rule *rule, const struct cell *cell)
{
    return strlen(rule->value) == cell->len && strncasecmp(rule->value, cell->text, cell->len) == 0;
}

/* The colour that the first rule which fits gives, or NULL. */
static const char *color_of(const struct html_column *c, const struct cell *cell)
{
    static const char *const names[] = {"good", "warning", "bad", "info", "neutral"};
    long double value;
    if (!c->look->nrules)
        return NULL;
    if ((!column_type_is_number(c->type) && c->type != COLUMN_BOOLEAN) ||
        !tally_parse(cell, &value))
        value = NAN; /* passes nothing */
    for (size_t i = 0; i < c->look->nrules; i++) {
        const struct look_rule *rule = &c->look->rules[i];
        if ((rule->test == TEST_IS && is_same_text(rule, cell)) ||
            passes(rule->test, value, c->limits[i]))
            return names[rule->color];
    }
    return NULL;
}

static bool is_long(const char *s, size_t len)
{
    size_t lines = 0;
    for (size_t i = 0; i < len && i <= HTML_LONG_BYTES; i++)
        lines += s[i] == '\n';
    return len > HTML_LONG_BYTES || lines > HTML_LONG_LINES;
}

/* Where a long text is folded: behind so many lines or bytes, at a blank if there is one near. */
static size_t fold_at(const char *s, size_t len)
{
    size_t lines = 0, at = 0;
    for (; at < len && at < HTML_FOLD_BYTES; at++) {
        if (s[at] == '\n' && ++lines == HTML_FOLD_LINES)
            return at;
    }
    for (size_t back = at; back + HTML_FOLD_BYTES / 8 > at; back--) {
        if (s[back] == ' ')
            return back;
    }
    return text_whole(s, at);
}

static bool is_blank(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!strchr(" \t\r\n", s[i]))
            return false;
    }
    return true;
}

/* Letters of the Far East and pictures, which are E3 and above, are as wide as two others. */
static void note_width(struct html_column *c, const char *s, size_t len)
{
    int width = 0;
    for (size_t i = 0; i < len && width < HTML_WRAP_WIDTH; i++)
        width += (unsigned char)s[i] >= 0xe3 ? 2 : ((unsigned char)s[i] & 0xc0) != 0x80;
    if (width > c->widest)
        c->widest = width;
}

static bool is_ascii(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)s[i] >= 0x80)
            return false;
    }
    return true;
}

/* A long text has its colour on the element that folds it: it is a block. */
static void write_long(struct html *h, const char *s, size_t len, const char *color,
                       struct output *out)
{
    uint64_t *replaced = &h->writer.notes.replaced_characters;
    size_t fold = fold_at(s, len);
    bool flat = is_blank(s, fold); /* nobody could see what to open */
    output_add_str(out, flat ? "<div class=\"flat " : "<details class=\"");
    output_add_str(out, color ? color : "long");
    output_add_str(out, flat ? "\">" : "\"><summary>");
    *replaced += xml_text_write(out, s, fold);
    output_add_str(out, flat ? "" : "</summary>");
    *replaced += xml_text_write(out, s + fold, len - fold);
    output_add_str(out, flat ? "</div>" : "</details>");
}

/* <time> has the value for programs; only of what is a day that there is. */
static bool open_time(struct html *h, const struct html_column *c, const struct cell *cell,
                      struct output *out)
{
    if ((c->type != COLUMN_DATE && c->type != COLUMN_DATETIME) || !h->shown.len)
        return false;
    size_t most = c->type == COLUMN_DATE ? 10 : 23; /* down to milliseconds */
    output_add_str(out, "<time datetime=\"");
    output_add(out, cell->text, cell->len < most ? cell->len : most);
    output_add_str(out, "\">");
    return true;
}

/* The opening tag; a bar is a background that the column's variables give its measure. */
static void open_cell(struct html_column *c, const struct cell *cell, bool ascii,
                      struct output *out)
{
    char number[64];
    long double value;
    output_add_str(out, ascii ? "<td" : "<td dir=\"auto\"");
    if (c->look->bar && tally_parse(cell, &value) && fabsl(value) < 1e30L) {
        snprintf(number, sizeof(number), " class=\"bar%s\" style=\"--v:%.9Lg\"",
                 value < 0 ? " below" : "", value);
        output_add_str(out, number);
        c->low = fmin(c->low, (double)value);
        c->high = fmax(c->high, (double)value);
    }
    output_add_char(out, '>');
}

void html_value_cell(struct html *h, struct html_column *c, const struct cell *cell,
                     struct output *out)
{
    if (!cell->text) {
        output_add_str(out, "<td></td>");
        return;
    }
    size_t len;
    const char *text = html_value_text(h, c, cell, false, &len);
    const char *color = color_of(c, cell);
    if (c->widest < HTML_WRAP_WIDTH)
        note_width(c, text, len);
    open_cell(c, cell, is_time(c->type) || is_ascii(text, len), out);
    if (is_long(text, len)) {
        write_long(h, text, len, color, out);
        output_add_str(out, "</td>");
        return;
    }
    if (color) {
        output_add_str(out, "<span class=\"");
        output_add_str(out, color);
        output_add_str(out, "\">");
    }
    bool time = open_time(h, c, cell, out);
    h->writer.notes.replaced_characters += xml_text_write(out, text, len);
    output_add_str(out, time ? "</time>" : "");
    output_add_str(out, color ? "</span></td>" : "</td>");
}
