#include "formats/xlsx_table.h"

#include <string.h>

#include "formats/xlsx.h"
#include "formats/xlsx_totals.h"
#include "lib/parse.h"
#include "lib/utf8.h"

enum {
    NOTHING_COLUMNS = 4, /* that the line which says that there are no rows covers */
    MIN_WIDTH = 8,
    MAX_WIDTH = 60,
    FILTER_BUTTON = 3, /* characters that the button of the autofilter covers in a header */
    HEADER_HEIGHT = 24,
};

uint64_t xlsx_table_sheet_rows(uint32_t max_rows, bool totals)
{
    return max_rows - 1 - totals;
}

/* A part of a page's footer, which holds 255 units in all: "&" begins a code there, "&&" is one. */
static const char *footer_text(struct arena *arena, const char *text)
{
    enum { MAX_UNITS = 60, MAX_DOUBLED = 10 };
    struct buf b;
    unsigned doubled = 0;
    buf_init(&b, 4096);
    for (const char *s = xlsx_pen_plain(arena, text, MAX_UNITS); *s; s++) {
        if (*s == '&' && ++doubled > MAX_DOUBLED)
            break;
        if (*s == '&')
            buf_add_char(&b, '&');
        buf_add_char(&b, *s);
    }
    const char *copy = arena_strndup(arena, b.data, b.len);
    buf_release(&b);
    return copy;
}

void xlsx_table_add_sheet(struct xlsx_book *b, const char *title, struct xlsx_extent *out)
{
    const struct document *doc = b->doc;
    const char *name = xlsx_names_add(&b->names, title);
    char page[128];
    locale_sentence(b->pen.locale, WORD_PAGE, "&P", "&N", page, sizeof(page));
    const char *footer = arena_printf(
        &b->arena, "&L%s · %s · %s&R%s", footer_text(&b->arena, doc->title),
        footer_text(&b->arena, doc->tenant_name), footer_text(&b->arena, doc->period), page);
    *out = (struct xlsx_extent){.name = name};
    out->sheet = xlsx_frame_sheet(&b->frame, name, xlsx_names_quote(&b->arena, name), footer,
                                  b->pen.locale->us_letter);
}

/* What the column means, as the hint that Excel shows when its header is chosen. */
static void set_note(struct xlsx_table *t, size_t i, unsigned sheet)
{
    enum { MAX_TITLE = 32, MAX_NOTE = 255 }; /* Excel's own, in UTF-16 units */
    struct xlsx_book *b = t->book;
    const char *note = label_text(column_look(&t->result->columns[i])->note, b->pen.locale->tag);
    if (note)
        xlsx_frame_note(&b->frame, sheet, (unsigned)i,
                        xlsx_pen_plain(&b->arena, t->result->columns[i].title, MAX_TITLE),
                        xlsx_pen_plain(&b->arena, note, MAX_NOTE));
}

/* Excel puts dates to the right and booleans into the middle; under a title they read better. */
static enum look_align column_align(const struct column *c)
{
    enum look_align align = column_look(c)->align;
    bool left = c->type == COLUMN_DATE || c->type == COLUMN_DATETIME || c->type == COLUMN_BOOLEAN;
    return align == ALIGN_AUTO && left ? ALIGN_LEFT : align;
}

/* A header stands over its values. */
static enum xlsx_fixed_style header_style(const struct xlsx_column *c)
{
    static const enum xlsx_fixed_style styles[] = {[ALIGN_LEFT] = XLSX_HEADER,
                                                   [ALIGN_CENTER] = XLSX_HEADER_CENTER,
                                                   [ALIGN_RIGHT] = XLSX_HEADER_RIGHT};
    if (c->align == ALIGN_AUTO)
        return column_type_is_number(c->type) || c->type == COLUMN_TIME ? XLSX_HEADER_RIGHT
                                                                        : XLSX_HEADER;
    return styles[c->align];
}

/* Adds the next sheet of the result set, up to and with its header row. */
static int start_sheet(struct xlsx_table *t, struct err *e)
{
    const struct result *r = t->result;
    const struct result_look *look = result_look(r);
    struct xlsx_book *b = t->book;
    struct xlsx_pen *p = &b->pen;
    if (t->nextents == t->extents_cap) {
        size_t cap = t->extents_cap ? t->extents_cap * 2 : 2;
        t->extents = arena_grow(&b->arena, t->extents, t->nextents, cap, sizeof(*t->extents));
        t->extents_cap = cap;
    }
    struct xlsx_extent *x = &t->extents[t->nextents++];
    xlsx_table_add_sheet(b, r->title, x);
    xlsx_frame_table(&b->frame, x->sheet, look->tab_color, look->hidden);
    xlsx_rows_begin(b->rows, x->sheet,
                    r->ncolumns < NOTHING_COLUMNS ? NOTHING_COLUMNS : r->ncolumns);
    if (xlsx_rows_row(b->rows, 0, HEADER_HEIGHT, e) != 0)
        return -1;
    for (size_t i = 0; i < r->ncolumns; i++) {
        const char *title = r->columns[i].title;
        if (xlsx_pen_text(p, (unsigned)i, title, strlen(title),
                          &p->styles[header_style(&t->columns[i])], e) != 0)
            return err_wrap(e, "title of column \"%s\"", r->columns[i].name);
        t->widths[i] = p->shown + FILTER_BUTTON;
        set_note(t, i, x->sheet);
    }
    p->row = 1;
    return 0;
}

/* ---- what needs to know all rows ---- */

static void set_widths(struct xlsx_table *t, unsigned sheet)
{
    size_t n = t->result->ncolumns;
    double *widths = arena_alloc(&t->book->arena, n * sizeof(*widths));
    for (size_t i = 0; i < n; i++) {
        size_t shown = t->widths[i] + 1;
        widths[i] = column_look(&t->result->columns[i])->width;
        if (widths[i] <= 0)
            widths[i] = (double)(shown < MIN_WIDTH   ? MIN_WIDTH
                                 : shown > MAX_WIDTH ? MAX_WIDTH
                                                     : shown);
    }
    xlsx_frame_widths(&t->book->frame, sheet, widths, n);
}

/* A text in Excel's quotes, which are doubled inside. */
static char *quote(struct arena *arena, const char *text)
{
    struct buf quoted;
    buf_init(&quoted, 4096);
    buf_add_char(&quoted, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            buf_add_char(&quoted, '"');
        buf_add_char(&quoted, *p);
    }
    buf_add_char(&quoted, '"');
    char *copy = arena_strdup(arena, quoted.data);
    buf_release(&quoted);
    return copy;
}

/*
 * The condition of a rule in Excel's words, for the cell at the top of the column. Excel compares
 * without regard to case; to it an empty cell is 0, and any text more than any number.
 */
static char *condition(struct xlsx_book *b, const struct look_rule *rule, enum column_type type,
                       size_t col)
{
    static const char *const signs[] = {[TEST_IS] = "=",
                                        [TEST_BELOW] = "<",
                                        [TEST_AT_MOST] = "<=",
                                        [TEST_ABOVE] = ">",
                                        [TEST_AT_LEAST] = ">="};
    char cell[XLSX_COLUMN_BYTES + 1] = "";
    const char *value = rule->value;
    cell[xlsx_number_column((unsigned)col, cell)] = '2';
    if (rule->test != TEST_IS || (column_type_is_number(type) && parse_decimal(value)))
        return arena_printf(&b->arena, "=AND(ISNUMBER(%s),%s%s%s)", cell, cell, signs[rule->test],
                            value);
    if (type == COLUMN_BOOLEAN && (strcmp(value, "0") == 0 || strcmp(value, "1") == 0))
        return arena_printf(&b->arena, "=AND(ISLOGICAL(%s),%s=%s)", cell, cell,
                            value[0] == '1' ? "TRUE" : "FALSE");
    return arena_printf(&b->arena, "=%s=%s", cell, quote(&b->arena, value));
}

static void set_colors(struct xlsx_table *t, const struct xlsx_extent *x)
{
    static const uint32_t colors[][2] = {[COLOR_GOOD] = {0xC6EFCE, 0x006100},
                                         [COLOR_WARNING] = {0xFFEB9C, 0x7F4A00},
                                         [COLOR_BAD] = {0xFFC7CE, 0x9C0006},
                                         [COLOR_INFO] = {0xDDEBF7, 0x1F4E79},
                                         [COLOR_NEUTRAL] = {0xE7E6E6, 0x4A4A4A}};
    struct xlsx_book *b = t->book;
    for (size_t i = 0; i < t->result->ncolumns; i++) {
        const struct column_look *look = column_look(&t->result->columns[i]);
        for (size_t k = 0; k < look->nrules; k++) {
            const struct look_rule *rule = &look->rules[k];
            xlsx_frame_rule(&b->frame, x->sheet, (unsigned)i, x->last,
                            condition(b, rule, t->columns[i].type, i), colors[rule->color][0],
                            colors[rule->color][1]);
        }
        if (look->bar)
            xlsx_frame_bars(&b->frame, x->sheet, (unsigned)i, x->last);
    }
}

/* The rows are complete. What is written below them is no part of the filter. */
static void end_rows(struct xlsx_table *t)
{
    const struct xlsx_extent *x = &t->extents[t->nextents - 1];
    if (x->last)
        set_colors(t, x);
    xlsx_frame_filter(&t->book->frame, x->sheet, x->last, (unsigned)(t->result->ncolumns - 1));
}

/* All that is on the sheet is written. */
static int end_sheet(struct xlsx_table *t, struct err *e)
{
    struct xlsx_rows *rows = t->book->rows;
    unsigned sheet = t->extents[t->nextents - 1].sheet;
    set_widths(t, sheet);
    xlsx_frame_extent(&t->book->frame, sheet, rows->first_row, rows->last_row, rows->last_col);
    return xlsx_rows_end(rows, e);
}

/* ---- the rows ---- */

/* An amount that is summed or drawn is read in thousands; a number that is only there may be an id.
 */
static const char *number_format(const struct column *c)
{
    const struct column_look *look = column_look(c);
    if (!look->number_format && c->type == COLUMN_INTEGER && (look->total || look->bar))
        return "#,##0";
    return look->number_format;
}

int xlsx_table_begin(struct xlsx_table *t, struct xlsx_book *b, const struct result *r,
                     struct err *e)
{
    bool totals = result_has_totals(r);
    if (r->ncolumns > XLSX_MAX_COLUMNS)
        return err_set(e, ERR_DATA, "%zu columns; a sheet holds %d", r->ncolumns, XLSX_MAX_COLUMNS);
    *t = (struct xlsx_table){.book = b, .result = r};
    t->columns = arena_alloc(&b->arena, r->ncolumns * sizeof(*t->columns));
    t->widths = arena_alloc(&b->arena, r->ncolumns * sizeof(*t->widths));
    t->places = arena_alloc(&b->arena, r->ncolumns * sizeof(*t->places));
    if (totals) {
        t->totals = arena_alloc(&b->arena, r->ncolumns * sizeof(*t->totals));
        t->ntotals = r->ncolumns;
    }
    for (size_t i = 0; i < r->ncolumns; i++) {
        const struct column *c = &r->columns[i];
        const struct xlsx_look look = {.number_format = number_format(c), .align = column_align(c)};
        t->columns[i] = (struct xlsx_column){.type = c->type, .align = look.align};
        if (look.number_format && xlsx_pen_look(&b->pen, &look, &t->columns[i].own, e) != 0)
            return err_wrap(e, "column \"%s\"", c->name);
        if (xlsx_pen_expect(&b->pen, &t->columns[i], e) != 0)
            return -1;
        if (totals)
            tally_init(&t->totals[i], column_look(c)->total);
    }
    return start_sheet(t, e);
}

/* Excel adds up numbers, and counts cells that are not blank; a number that is a text here is none.
 */
static void count_cell(struct xlsx_table *t, size_t i, const struct cell *cell)
{
    const struct xlsx_pen *p = &t->book->pen;
    if (p->is_number)
        t->places[i] = p->places;
    if (!t->totals || t->totals[i].what == TOTAL_NONE)
        return;
    if (t->totals[i].what == TOTAL_COUNT ? p->shown > 0 : p->is_number)
        tally_cell(&t->totals[i], cell);
}

/* Characters that a number format other than the type's own shows; the text says too little. */
static void note_width(struct xlsx_table *t, size_t i)
{
    size_t shown = t->book->pen.shown;
    if (t->columns[i].own && shown)
        shown += 4;
    if (shown > t->widths[i])
        t->widths[i] = shown;
}

int xlsx_table_row(struct xlsx_table *t, const struct cell *cells, struct err *e)
{
    struct xlsx_pen *p = &t->book->pen;
    uint64_t most = xlsx_table_sheet_rows(t->book->max_rows, t->totals != NULL);
    if (p->row > most) {
        end_rows(t);
        if (end_sheet(t, e) != 0 || start_sheet(t, e) != 0)
            return -1;
    }
    if (xlsx_rows_row(p->rows, p->row, 0, e) != 0)
        return -1;
    for (size_t i = 0; i < t->result->ncolumns; i++) {
        if (xlsx_pen_cell(p, (unsigned)i, &t->columns[i], &cells[i], e) != 0)
            return err_wrap(e, "column \"%s\"", t->result->columns[i].name);
        note_width(t, i);
        count_cell(t, i, &cells[i]);
    }
    xlsx_rows_count(p->rows);
    t->extents[t->nextents - 1].last = p->row++;
    t->rows++;
    return 0;
}

/* Over several columns: no row of data is, so the check can tell them apart. */
static int put_nothing(struct xlsx_table *t, struct err *e)
{
    struct xlsx_pen *p = &t->book->pen;
    struct xlsx_style *style = &p->styles[XLSX_NOTHING];
    const char *text = locale_word(p->locale, WORD_NO_ROWS);
    if (xlsx_rows_row(p->rows, p->row, 0, e) != 0 ||
        xlsx_pen_text(p, 0, text, strlen(text), style, e) != 0)
        return -1;
    for (unsigned col = 1; col < NOTHING_COLUMNS; col++)
        xlsx_pen_blank(p, col, style);
    xlsx_frame_merge(&t->book->frame, t->extents[t->nextents - 1].sheet, p->row, 0,
                     NOTHING_COLUMNS - 1);
    return 0;
}

int xlsx_table_end(struct xlsx_table *t, struct err *e)
{
    end_rows(t);
    if (t->rows == 0 && put_nothing(t, e) != 0)
        return -1;
    if (t->rows && t->totals && xlsx_totals_put(t, e) != 0)
        return -1;
    return end_sheet(t, e);
}

void xlsx_table_release(struct xlsx_table *t)
{
    /* Not by `result`: after a failure it may be gone. */
    for (size_t i = 0; i < t->ntotals; i++)
        tally_release(&t->totals[i]);
    t->totals = NULL;
    t->ntotals = 0;
}
