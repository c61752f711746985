#include "formats/xlsx_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAPER_LETTER = 1, /* ST_PaperSize of ECMA-376 */
    PAPER_A4 = 9,
    BAR = 0xA9C6E8,
    DPI = 96,
    HIGHEST_ROW = 1000000, /* rows that stand for marks have seven digits, */
    ROW_STEP = 1000,       /* and begin elsewhere when a text of the job holds one of them */
};

int xlsx_library_result(lxw_error code, const char *doing, struct err *e)
{
    if (code == LXW_NO_ERROR)
        return 0;
    return err_set(e, ERR_IO, "can't %s: %s (libxlsxwriter error %d)", doing, lxw_strerror(code),
                   (int)code);
}

/* ---- arguments ---- */

char *xlsx_library_text(const struct xlsx_library *l, struct xlsx_script *s)
{
    const char *text = xlsx_script_text(s);
    if (!l->values || !text || strncmp(text, XLSX_MARK, XLSX_MARK_BYTES) != 0)
        return (char *)(uintptr_t)text;
    size_t value = strtoul(text + XLSX_MARK_BYTES, NULL, 10);
    return (char *)(uintptr_t)l->frame->values[value].text;
}

static lxw_row_t take_row(const struct xlsx_library *l, struct xlsx_script *s)
{
    uint64_t n = xlsx_script_number(s);
    if (n < XLSX_ROW_MARK)
        return (lxw_row_t)n;
    n -= XLSX_ROW_MARK;
    return l->values ? l->frame->rows[n].row : (lxw_row_t)(l->first_row + n);
}

static lxw_worksheet *take_sheet(const struct xlsx_library *l, struct xlsx_script *s)
{
    return l->sheets[xlsx_script_number(s)];
}

static lxw_col_t take_col(struct xlsx_script *s)
{
    return (lxw_col_t)xlsx_script_number(s);
}

static lxw_color_t take_color(struct xlsx_script *s)
{
    return (lxw_color_t)xlsx_script_number(s);
}

/* ---- the workbook ---- */

static int properties(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    char program[] = "pressrun";
    xlsx_script_text(s); /* the moment: the library takes a number */
    lxw_doc_properties p = {
        .author = program,
        .created = l->values ? l->frame->created : XLSX_LIBRARY_CREATED,
    };
    p.title = xlsx_library_text(l, s);
    p.subject = xlsx_library_text(l, s);
    p.company = xlsx_library_text(l, s);
    p.comments = xlsx_library_text(l, s);
    return xlsx_library_result(workbook_set_properties(l->book, &p), "set the properties", e);
}

static void set_style(lxw_format *f, struct xlsx_script *s)
{
    static const uint8_t align[] = {[ALIGN_AUTO] = LXW_ALIGN_NONE,
                                    [ALIGN_LEFT] = LXW_ALIGN_LEFT,
                                    [ALIGN_CENTER] = LXW_ALIGN_CENTER,
                                    [ALIGN_RIGHT] = LXW_ALIGN_RIGHT},
                         valign[] = {[XLSX_VALIGN_NONE] = LXW_ALIGN_NONE,
                                     [XLSX_VALIGN_TOP] = LXW_ALIGN_VERTICAL_TOP,
                                     [XLSX_VALIGN_CENTER] = LXW_ALIGN_VERTICAL_CENTER,
                                     [XLSX_VALIGN_BOTTOM] = LXW_ALIGN_VERTICAL_BOTTOM};
    const char *number_format = xlsx_script_text(s);
    uint64_t n;
    if (number_format)
        format_set_num_format(f, number_format);
    format_set_align(f, align[xlsx_script_number(s)]);
    format_set_align(f, valign[xlsx_script_number(s)]);
    if ((n = xlsx_script_number(s)) != 0)
        format_set_indent(f, (uint8_t)n);
    if ((n = xlsx_script_number(s)) != 0)
        format_set_font_size(f, (double)n);
    if ((n = take_color(s)) != 0)
        format_set_font_color(f, (lxw_color_t)n);
    if ((n = take_color(s)) != 0)
        format_set_bg_color(f, (lxw_color_t)n);
    if ((n = take_color(s)) != 0) {
        format_set_top(f, LXW_BORDER_THIN);
        format_set_top_color(f, (lxw_color_t)n);
    }
    if ((n = take_color(s)) != 0) {
        format_set_bottom(f, LXW_BORDER_THIN);
        format_set_bottom_color(f, (lxw_color_t)n);
    }
}

/* Gets its number here: the library gives them in the order in which it first looks at a style. */
static int style(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    static void (*const set[])(lxw_format *) = {format_set_bold, format_set_italic, NULL,
                                                format_set_text_wrap, format_set_shrink};
    lxw_format *f = workbook_add_format(l->book);
    if (!f)
        return err_set(e, ERR_INTERNAL, "libxlsxwriter made no style");
    set_style(f, s);
    uint64_t flags = xlsx_script_number(s);
    for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++) {
        if ((flags >> i & 1) && set[i])
            set[i](f);
        else if (flags >> i & 1)
            format_set_underline(f, LXW_UNDERLINE_SINGLE);
    }
    if (l->nstyles == l->styles_cap) {
        size_t cap = l->styles_cap ? l->styles_cap * 2 : 32;
        l->styles = arena_grow(&l->arena, l->styles, l->nstyles, cap, sizeof(*l->styles));
        l->styles_cap = cap;
    }
    l->nstyles += l->nstyles == 0; /* number 0 is the plain one */
    l->styles[l->nstyles] = f;
    f->xf_index = lxw_format_get_xf_index(f);
    if ((size_t)f->xf_index != l->nstyles)
        return err_set(e, ERR_INTERNAL, "libxlsxwriter calls style %zu number %d", l->nstyles,
                       (int)f->xf_index);
    l->nstyles++;
    return 0;
}

/* ---- sheets ---- */

static int sheet(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    const char *name = xlsx_script_text(s), *quoted = xlsx_script_text(s);
    const char *footer = xlsx_library_text(l, s);
    bool us_letter = xlsx_script_number(s);
    lxw_worksheet *made = workbook_add_worksheet(l->book, name);
    if (!made)
        return err_set(e, ERR_IO, "libxlsxwriter refused the sheet \"%s\"", name);
    if (l->nsheets == l->sheets_cap) {
        size_t cap = l->sheets_cap ? l->sheets_cap * 2 : 8;
        l->sheets = arena_grow(&l->arena, l->sheets, l->nsheets, cap, sizeof(*l->sheets));
        l->sheets_cap = cap;
    }
    l->sheets[l->nsheets++] = made;
    /* For what the library itself writes about the sheet; it frees this. */
    free(made->quoted_name);
    made->quoted_name = xstrdup(quoted);
    worksheet_set_landscape(made);
    worksheet_set_paper(made, us_letter ? PAPER_LETTER : PAPER_A4);
    return xlsx_library_result(worksheet_set_footer(made, footer), "set the footer", e);
}

static int table(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *to = take_sheet(l, s);
    uint64_t tab = xlsx_script_number(s);
    worksheet_freeze_panes(to, 1, 0);
    worksheet_fit_to_pages(to, 1, 0);
    if (tab)
        worksheet_set_tab_color(to, (lxw_color_t)(tab - 1));
    if (xlsx_script_number(s))
        worksheet_hide(to);
    return xlsx_library_result(worksheet_repeat_rows(to, 0, 0), "repeat the header", e);
}

static int cover(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *to = take_sheet(l, s);
    lxw_col_t columns = take_col(s);
    double width = (double)xlsx_script_number(s);
    worksheet_set_print_scale(to, (uint16_t)xlsx_script_number(s));
    worksheet_gridlines(to, LXW_HIDE_ALL_GRIDLINES);
    return xlsx_library_result(worksheet_set_column(to, 0, (lxw_col_t)(columns - 1), width, NULL),
                               "set a width", e);
}

/* The library writes the extent of what it believes to be there. */
static int extent(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *of = take_sheet(l, s);
    lxw_row_t first = take_row(l, s), last = take_row(l, s);
    lxw_col_t col = take_col(s);
    (void)e;
    if (l->values) /* so are the rows */
        return 0;
    of->dim_rowmin = first;
    of->dim_rowmax = last;
    of->dim_colmin = 0;
    of->dim_colmax = col;
    return 0;
}

static int widths(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    uint64_t i = xlsx_script_number(s);
    const struct xlsx_widths *w = &l->frame->widths[i];
    for (lxw_col_t col = 0; l->values && col < w->n; col++) {
        lxw_error code = worksheet_set_column(l->sheets[i], col, col, w->columns[col], NULL);
        if (xlsx_library_result(code, "set a width", e) != 0)
            return -1;
    }
    return 0;
}

static int filter(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *to = take_sheet(l, s);
    lxw_row_t row = take_row(l, s);
    return xlsx_library_result(worksheet_autofilter(to, 0, 0, row, take_col(s)),
                               "set the autofilter", e);
}

static int rule(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_conditional_format format = {.type = LXW_CONDITIONAL_TYPE_FORMULA, .stop_if_true = 1};
    lxw_worksheet *to = take_sheet(l, s);
    lxw_col_t col = take_col(s);
    lxw_row_t row = take_row(l, s);
    format.value_string = xlsx_library_text(l, s);
    format.format = workbook_add_format(l->book);
    if (!format.format)
        return err_set(e, ERR_INTERNAL, "libxlsxwriter made no style");
    format_set_bg_color(format.format, take_color(s));
    format_set_font_color(format.format, take_color(s));
    return xlsx_library_result(worksheet_conditional_format_range(to, 1, col, row, col, &format),
                               "set a colour", e);
}

static int bars(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_conditional_format bar = {.type = LXW_CONDITIONAL_DATA_BAR,
                                  .data_bar_2010 = 1,
                                  .bar_solid = 1,
                                  .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                  .min_value = 0,
                                  .bar_color = BAR};
    lxw_worksheet *to = take_sheet(l, s);
    lxw_col_t col = take_col(s);
    lxw_row_t row = take_row(l, s);
    return xlsx_library_result(worksheet_conditional_format_range(to, 1, col, row, col, &bar),
                               "set the bars", e);
}

static int note(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *to = take_sheet(l, s);
    lxw_col_t col = take_col(s);
    lxw_data_validation hint = {.validate = LXW_VALIDATION_TYPE_ANY};
    hint.input_title = xlsx_library_text(l, s);
    hint.input_message = xlsx_library_text(l, s);
    return xlsx_library_result(worksheet_data_validation_cell(to, 0, col, &hint), "set a note", e);
}

/* What is in the cells is written with the rows. */
static int merge(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *to = take_sheet(l, s);
    lxw_row_t row = take_row(l, s);
    lxw_col_t first = take_col(s), last = take_col(s);
    return xlsx_library_result(worksheet_merge_range(to, row, first, row, last, "", NULL),
                               "merge cells", e);
}

static int link_cell(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *to = take_sheet(l, s);
    lxw_row_t row = take_row(l, s);
    const char *target = xlsx_script_text(s), *text = xlsx_script_text(s);
    lxw_format *f = l->styles[xlsx_script_number(s)];
    return xlsx_library_result(worksheet_write_url_opt(to, row, 0, target, f, text, NULL),
                               "write a link", e);
}

static int page_breaks(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *to = take_sheet(l, s);
    uint64_t n = xlsx_script_number(s);
    lxw_row_t *rows = arena_alloc(&l->arena, (n + 1) * sizeof(*rows));
    for (uint64_t i = 0; i < n; i++)
        rows[i] = (lxw_row_t)xlsx_script_number(s);
    return xlsx_library_result(worksheet_set_h_pagebreaks(to, rows), "set page breaks", e);
}

/* The library would show a picture of 300 dots an inch smaller than one of 96. */
static int picture(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *to = take_sheet(l, s);
    lxw_row_t row = take_row(l, s);
    size_t len = 0;
    double scale;
    const char *file = xlsx_script_bytes(s, &len);
    uint64_t bits = xlsx_script_number(s);
    memcpy(&scale, &bits, sizeof(scale));
    lxw_image_options how = {.x_scale = scale,
                             .y_scale = scale,
                             .x_offset = 2,
                             .y_offset = 4,
                             .object_position = LXW_OBJECT_DONT_MOVE_DONT_SIZE,
                             .decorative = LXW_TRUE};
    lxw_error code =
        worksheet_insert_image_buffer_opt(to, row, 0, (const unsigned char *)file, len, &how);
    if (xlsx_library_result(code, "insert the logo", e) != 0)
        return -1;
    lxw_object_properties *made = STAILQ_FIRST(to->image_props);
    made->x_dpi = made->y_dpi = DPI;
    return 0;
}

/* ---- the script ---- */

/* Whether a text of the job could be taken for the row of a mark. */
static bool is_taken(const struct xlsx_frame *f, uint32_t first)
{
    char text[16];
    for (size_t i = 0; i < f->nrows; i++) {
        int n = snprintf(text, sizeof(text), "%zu", first + i + 1);
        if (memmem(f->script.data, f->script.len, text, (size_t)n))
            return true;
    }
    return false;
}

int xlsx_library_open(struct xlsx_library *l, const struct xlsx_frame *frame, const char *path,
                      const char *temp_dir, struct err *e)
{
    struct xlsx_library made = {.frame = frame, .first_row = HIGHEST_ROW};
    char *dir = xstrdup(temp_dir);
    lxw_workbook_options how = {.constant_memory = 1, .tmpdir = dir};
    while (is_taken(frame, made.first_row))
        made.first_row += ROW_STEP;
    made.book = workbook_new_opt(path, &how);
    free(dir);
    if (!made.book)
        return err_set(e, ERR_IO, "libxlsxwriter made no workbook");
    *l = made;
    return 0;
}

int xlsx_library_run(struct xlsx_library *l, struct err *e)
{
    static int (*const calls[XLSX_NCALLS])(struct xlsx_library *, struct xlsx_script *,
                                           struct err *) = {
        [XLSX_CALL_PROPERTIES] = properties,
        [XLSX_CALL_STYLE] = style,
        [XLSX_CALL_SHEET] = sheet,
        [XLSX_CALL_TABLE] = table,
        [XLSX_CALL_COVER] = cover,
        [XLSX_CALL_EXTENT] = extent,
        [XLSX_CALL_WIDTHS] = widths,
        [XLSX_CALL_FILTER] = filter,
        [XLSX_CALL_RULE] = rule,
        [XLSX_CALL_BARS] = bars,
        [XLSX_CALL_NOTE] = note,
        [XLSX_CALL_MERGE] = merge,
        [XLSX_CALL_LINK] = link_cell,
        [XLSX_CALL_BREAK] = page_breaks,
        [XLSX_CALL_PICTURE] = picture,
        [XLSX_CALL_CHART] = xlsx_library_chart,
        [XLSX_CALL_SERIES] = xlsx_library_series,
        [XLSX_CALL_PLACE_CHART] = xlsx_library_place_chart,
        [XLSX_CALL_CHARTSHEET] = xlsx_library_chartsheet,
    };
    const struct buf *script = &l->frame->script;
    struct xlsx_script s = {script->data + l->done};
    while (s.at < script->data + script->len) {
        if (calls[xlsx_script_number(&s)](l, &s, e) != 0)
            return -1;
    }
    l->done = script->len;
    return 0;
}

int xlsx_library_close(struct xlsx_library *l, struct err *e)
{
    lxw_workbook *book = l->book;
    l->book = NULL; /* closing frees it, whatever comes out */
    return xlsx_library_result(workbook_close(book), "write the workbook", e);
}

void xlsx_library_release(struct xlsx_library *l)
{
    lxw_workbook_free(l->book);
    arena_release(&l->arena);
    *l = (struct xlsx_library){0};
}
