#include "formats/xlsx_table.h"

#include <stdlib.h>
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
    PAPER_LETTER = 1, /* ST_PaperSize of ECMA-376 */
    PAPER_A4 = 9,
};

uint64_t xlsx_table_sheet_rows(uint32_t max_rows, bool totals)
{
    return max_rows - 1 - totals;
}

int xlsx_table_add_sheet(struct xlsx_book *b, const char *title, struct xlsx_extent *out,
                         struct err *e)
{
    out->name = xlsx_names_add(&b->names, title);
    out->last = 0;
    out->sheet = workbook_add_worksheet(b->book, out->name);
    if (!out->sheet)
        return err_set(e, ERR_IO, "libxlsxwriter refused the sheet \"%s\"", out->name);
    /* For what the library itself writes about the sheet; it frees this. */
    free(out->sheet->quoted_name);
    out->sheet->quoted_name = xstrdup(xlsx_names_quote(&b->arena, out->name));
    return 0;
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

int xlsx_table_set_print(struct xlsx_book *b, lxw_worksheet *sheet, struct err *e)
{
    const struct document *doc = b->doc;
    char page[128];
    locale_sentence(b->pen.locale, WORD_PAGE, "&P", "&N", page, sizeof(page));
    const char *footer = arena_printf(
        &b->arena, "&L%s · %s · %s&R%s", footer_text(&b->arena, doc->title),
        footer_text(&b->arena, doc->tenant_name), footer_text(&b->arena, doc->period), page);
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, b->pen.locale->us_letter ? PAPER_LETTER : PAPER_A4);
    return xlsx_pen_result(worksheet_set_footer(sheet, footer), "set the footer", e);
}

/* What the column means, as the hint that Excel shows when its header is chosen. */
static int set_note(struct xlsx_table *t, size_t i, lxw_worksheet *sheet, struct err *e)
{
    enum { MAX_TITLE = 32, MAX_NOTE = 255 }; /* Excel's own, in UTF-16 units */
    struct xlsx_book *b = t->book;
    const char *note = label_text(column_look(&t->result->columns[i])->note, b->pen.locale->tag);
    if (!note)
        return 0;
    lxw_data_validation hint = {
        .validate = LXW_VALIDATION_TYPE_ANY,
        .input_title = xlsx_pen_plain(&b->arena, t->result->columns[i].title, MAX_TITLE),
        .input_message = xlsx_pen_plain(&b->arena, note, MAX_NOTE),
    };
    return xlsx_pen_result(worksheet_data_validation_cell(sheet, 0, (lxw_col_t)i, &hint),
                           "set a note", e);
}

/* Excel puts dates to the right and booleans into the middle; under a title they read better. */
static enum look_align column_align(const struct column *c)
{
    enum look_align align = column_look(c)->align;
    bool left = c->type == COLUMN_DATE || c->type == COLUMN_DATETIME || c->type == COLUMN_BOOLEAN;
    return align == ALIGN_AUTO && left ? ALIGN_LEFT : align;
}

/* A header stands over its values. */
static enum xlsx_style header_style(const struct xlsx_column *c)
{
    static const enum xlsx_style styles[] = {[ALIGN_LEFT] = XLSX_HEADER,
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
    struct xlsx_extent *x = &t->extents[t->nextents];
    if (xlsx_table_add_sheet(b, r->title, x, e) != 0 || xlsx_table_set_print(b, x->sheet, e) != 0 ||
        xlsx_pen_result(worksheet_repeat_rows(x->sheet, 0, 0), "repeat the header", e) != 0)
        return -1;
    t->nextents++;
    p->sheet = x->sheet;
    p->rows = b->rows;
    p->row = 0;
    worksheet_freeze_panes(x->sheet, 1, 0);
    worksheet_fit_to_pages(x->sheet, 1, 0);
    if (look->tab_color >= 0)
        worksheet_set_tab_color(x->sheet, (lxw_color_t)look->tab_color);
    if (look->hidden)
        worksheet_hide(x->sheet);
    xlsx_rows_begin(b->rows, x->sheet,
                    r->ncolumns < NOTHING_COLUMNS ? NOTHING_COLUMNS : r->ncolumns);
    if (xlsx_rows_row(b->rows, 0, HEADER_HEIGHT, e) != 0)
        return -1;
    for (size_t i = 0; i < r->ncolumns; i++) {
        const char *title = r->columns[i].title;
        if (xlsx_pen_text(p, (lxw_col_t)i, title, strlen(title),
                          p->styles[header_style(&t->columns[i])], e) != 0)
            return err_wrap(e, "title of column \"%s\"", r->columns[i].name);
        t->widths[i] = p->shown + FILTER_BUTTON;
        if (set_note(t, i, x->sheet, e) != 0)
            return -1;
    }
    p->row = 1;
    return 0;
}

/* ---- what needs to know all rows ---- */

static int set_widths(struct xlsx_table *t, lxw_worksheet *sheet, struct err *e)
{
    for (size_t i = 0; i < t->result->ncolumns; i++) {
        double width = column_look(&t->result->columns[i])->width;
        size_t shown = t->widths[i] + 1;
        if (width <= 0)
            width = (double)(shown < MIN_WIDTH ? MIN_WIDTH : shown > MAX_WIDTH ? MAX_WIDTH : shown);
        lxw_col_t col = (lxw_col_t)i;
        if (xlsx_pen_result(worksheet_set_column(sheet, col, col, width, NULL), "set a width", e) !=
            0)
            return -1;
    }
    return 0;
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
                       lxw_col_t col)
{
    static const char *const signs[] = {[TEST_IS] = "=",
                                        [TEST_BELOW] = "<",
                                        [TEST_AT_MOST] = "<=",
                                        [TEST_ABOVE] = ">",
                                        [TEST_AT_LEAST] = ">="};
    char cell[LXW_MAX_CELL_NAME_LENGTH];
    const char *value = rule->value;
    lxw_rowcol_to_cell(cell, 1, col);
    if (rule->test != TEST_IS || (column_type_is_number(type) && parse_decimal(value)))
        return arena_printf(&b->arena, "=AND(ISNUMBER(%s),%s%s%s)", cell, cell, signs[rule->test],
                            value);
    if (type == COLUMN_BOOLEAN && (strcmp(value, "0") == 0 || strcmp(value, "1") == 0))
        return arena_printf(&b->arena, "=AND(ISLOGICAL(%s),%s=%s)", cell, cell,
                            value[0] == '1' ? "TRUE" : "FALSE");
    return arena_printf(&b->arena, "=%s=%s", cell, quote(&b->arena, value));
}

static int set_rule(struct xlsx_table *t, size_t i, const struct look_rule *rule,
                    const struct xlsx_extent *x, struct err *e)
{
    static const lxw_color_t colors[][2] = {[COLOR_GOOD] = {0xC6EFCE, 0x006100},
                                            [COLOR_WARNING] = {0xFFEB9C, 0x7F4A00},
                                            [COLOR_BAD] = {0xFFC7CE, 0x9C0006},
                                            [COLOR_INFO] = {0xDDEBF7, 0x1F4E79},
                                            [COLOR_NEUTRAL] = {0xE7E6E6, 0x4A4A4A}};
    struct xlsx_book *b = t->book;
    lxw_conditional_format format = {.type = LXW_CONDITIONAL_TYPE_FORMULA, .stop_if_true = 1};
    format.format = workbook_add_format(b->book);
    if (!format.format)
        return err_set(e, ERR_INTERNAL, "libxlsxwriter made no style");
    format_set_bg_color(format.format, colors[rule->color][0]);
    format_set_font_color(format.format, colors[rule->color][1]);
    format.value_string = condition(b, rule, t->columns[i].type, (lxw_col_t)i);
    return xlsx_pen_result(worksheet_conditional_format_range(x->sheet, 1, (lxw_col_t)i, x->last,
                                                              (lxw_col_t)i, &format),
                           "set a colour", e);
}

static int set_colors(struct xlsx_table *t, const struct xlsx_extent *x, struct err *e)
{
    for (size_t i = 0; i < t->result->ncolumns; i++) {
        const struct column_look *look = column_look(&t->result->columns[i]);
        lxw_conditional_format bar = {.type = LXW_CONDITIONAL_DATA_BAR,
                                      .data_bar_2010 = 1,
                                      .bar_solid = 1,
                                      .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                      .min_value = 0,
                                      .bar_color = 0xA9C6E8};
        for (size_t k = 0; k < look->nrules; k++) {
            if (set_rule(t, i, &look->rules[k], x, e) != 0)
                return -1;
        }
        if (look->bar &&
            xlsx_pen_result(worksheet_conditional_format_range(x->sheet, 1, (lxw_col_t)i, x->last,
                                                               (lxw_col_t)i, &bar),
                            "set the bars", e) != 0)
            return -1;
    }
    return 0;
}

/* The rows are complete. What is written below them is no part of the filter. */
static int end_rows(struct xlsx_table *t, struct err *e)
{
    struct xlsx_extent *x = &t->extents[t->nextents - 1];
    lxw_col_t last = (lxw_col_t)(t->result->ncolumns - 1);
    if (x->last && set_colors(t, x, e) != 0)
        return -1;
    return xlsx_pen_result(worksheet_autofilter(x->sheet, 0, 0, x->last, last),
                           "set the autofilter", e);
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
    if (p->row > most && (end_rows(t, e) != 0 || set_widths(t, p->sheet, e) != 0 ||
                          xlsx_rows_end(p->rows, e) != 0 || start_sheet(t, e) != 0))
        return -1;
    if (xlsx_rows_row(p->rows, p->row, 0, e) != 0)
        return -1;
    for (size_t i = 0; i < t->result->ncolumns; i++) {
        if (xlsx_pen_cell(p, (lxw_col_t)i, &t->columns[i], &cells[i], e) != 0)
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
    lxw_format *style = p->styles[XLSX_NOTHING];
    const char *text = locale_word(p->locale, WORD_NO_ROWS);
    if (xlsx_pen_result(
            worksheet_merge_range(p->sheet, p->row, 0, p->row, NOTHING_COLUMNS - 1, "", style),
            "merge cells", e) != 0 ||
        xlsx_rows_row(p->rows, p->row, 0, e) != 0 ||
        xlsx_pen_text(p, 0, text, strlen(text), style, e) != 0)
        return -1;
    for (lxw_col_t col = 1; col < NOTHING_COLUMNS; col++)
        xlsx_rows_blank(p->rows, col, style);
    return 0;
}

int xlsx_table_end(struct xlsx_table *t, struct err *e)
{
    if (end_rows(t, e) != 0)
        return -1;
    if (t->rows == 0 && put_nothing(t, e) != 0)
        return -1;
    if (t->rows && t->totals && xlsx_totals_put(t, e) != 0)
        return -1;
    return set_widths(t, t->extents[t->nextents - 1].sheet, e) == 0
               ? xlsx_rows_end(t->book->rows, e)
               : -1;
}

void xlsx_table_release(struct xlsx_table *t)
{
    /* Not by `result`: after a failure it may be gone. */
    for (size_t i = 0; i < t->ntotals; i++)
        tally_release(&t->totals[i]);
    t->totals = NULL;
    t->ntotals = 0;
}
