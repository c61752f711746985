#include "formats/xlsx_pen.h"

#include <stdio.h>
#include <string.h>

#include "formats/json_text.h"
#include "formats/text.h"
#include "lib/utf8.h"

int xlsx_pen_result(lxw_error code, const char *doing, struct err *e)
{
    if (code == LXW_NO_ERROR)
        return 0;
    err_set(e, ERR_IO, "can't %s: %s (libxlsxwriter error %d)", doing, lxw_strerror(code),
            (int)code);
    /* The codes about files don't say why; nearly always there was no room. */
    if (code < LXW_ERROR_CREATING_XLSX_FILE || code > LXW_ERROR_ZIP_CLOSE)
        return -1;
    e->transient = true;
    return err_hint(e,
                    "is the disk full? make room on the file system of the state directory; what "
                    "failed is tried again at the next run");
}

/* The library puts such texts into XML as they are but for <, > and &. */
char *xlsx_pen_plain(struct arena *arena, const char *text, size_t max_units)
{
    struct buf clean;
    size_t end = 0, units = 0;
    uint32_t c;
    buf_init(&clean, TEXT_MAX_BYTES);
    utf8_clean(&clean, text, strlen(text));
    while (end < clean.len) {
        size_t n = utf8_decode(clean.data + end, clean.len - end, &c);
        units += c >= 0x10000 ? 2 : 1;
        if (units > max_units)
            break;
        end += n;
    }
    char *out = arena_strndup(arena, clean.data, end);
    for (char *p = out; *p; p++) {
        if ((unsigned char)*p < 0x20)
            *p = ' ';
    }
    buf_release(&clean);
    return out;
}

static void set_looks(struct xlsx_pen *p)
{
    lxw_format **s = p->styles;
    for (int i = XLSX_HEADER; i <= XLSX_HEADER_CENTER; i++) {
        format_set_bold(s[i]);
        format_set_font_color(s[i], 0xFFFFFF);
        format_set_bg_color(s[i], XLSX_ACCENT);
        format_set_text_wrap(s[i]);
        format_set_align(s[i], LXW_ALIGN_VERTICAL_CENTER);
    }
    format_set_align(s[XLSX_HEADER_CENTER], LXW_ALIGN_CENTER);
    format_set_align(s[XLSX_HEADER_RIGHT], LXW_ALIGN_RIGHT);
    format_set_indent(s[XLSX_HEADER_RIGHT], 2); /* room for the button of the autofilter */
    format_set_bold(s[XLSX_TITLE]);
    format_set_font_size(s[XLSX_TITLE], 20);
    format_set_font_color(s[XLSX_TITLE], XLSX_ACCENT);
    format_set_text_wrap(s[XLSX_TITLE]);
    format_set_align(s[XLSX_TITLE], LXW_ALIGN_VERTICAL_TOP);
    format_set_font_size(s[XLSX_SUBTITLE], 12);
    format_set_font_color(s[XLSX_SUBTITLE], XLSX_GREY);
    format_set_text_wrap(s[XLSX_SUBTITLE]);
    format_set_align(s[XLSX_SUBTITLE], LXW_ALIGN_VERTICAL_TOP);
    format_set_font_color(s[XLSX_LABEL], XLSX_GREY);
    format_set_align(s[XLSX_LABEL], LXW_ALIGN_VERTICAL_TOP);
    format_set_align(s[XLSX_VALUE], LXW_ALIGN_LEFT);
    format_set_align(s[XLSX_VALUE], LXW_ALIGN_VERTICAL_TOP);
    format_set_text_wrap(s[XLSX_VALUE]);
    format_set_bold(s[XLSX_HEADING]);
    format_set_font_color(s[XLSX_HEADING], XLSX_ACCENT);
    format_set_bottom(s[XLSX_HEADING], LXW_BORDER_THIN);
    format_set_bottom_color(s[XLSX_HEADING], XLSX_ACCENT);
    format_set_underline(s[XLSX_LINK], LXW_UNDERLINE_SINGLE);
    format_set_font_color(s[XLSX_LINK], 0x0B5CAD);
    format_set_text_wrap(s[XLSX_WRAPPED]);
    format_set_align(s[XLSX_WRAPPED], LXW_ALIGN_VERTICAL_TOP);
    format_set_font_color(s[XLSX_FIGURE_LABEL], XLSX_GREY);
    format_set_text_wrap(s[XLSX_FIGURE_LABEL]);
    format_set_align(s[XLSX_FIGURE_LABEL], LXW_ALIGN_VERTICAL_BOTTOM);
    format_set_bg_color(s[XLSX_FIGURE_LABEL], XLSX_TILE);
    format_set_italic(s[XLSX_NOTHING]);
    format_set_font_color(s[XLSX_NOTHING], XLSX_GREY);
}

static int new_style(struct xlsx_pen *p, lxw_format **out, struct err *e)
{
    *out = workbook_add_format(p->book);
    return *out ? 0 : err_set(e, ERR_INTERNAL, "libxlsxwriter made no style");
}

int xlsx_pen_init(struct xlsx_pen *p, lxw_workbook *book, const struct locale *locale,
                  bool truncate, struct render_notes *notes, struct err *e)
{
    *p = (struct xlsx_pen){.book = book, .locale = locale, .truncate = truncate, .notes = notes};
    buf_init(&p->clean, TEXT_MAX_BYTES);
    buf_init(&p->text, TEXT_MAX_BYTES);
    for (int i = 0; i < XLSX_NSTYLES; i++) {
        if (new_style(p, &p->styles[i], e) != 0)
            return -1;
    }
    set_looks(p);
    return 0;
}

void xlsx_pen_release(struct xlsx_pen *p)
{
    if (!p->book)
        return;
    buf_release(&p->clean);
    buf_release(&p->text);
    *p = (struct xlsx_pen){0};
}

static uint8_t alignment(enum look_align align)
{
    static const uint8_t of[] = {[ALIGN_AUTO] = LXW_ALIGN_NONE,
                                 [ALIGN_LEFT] = LXW_ALIGN_LEFT,
                                 [ALIGN_CENTER] = LXW_ALIGN_CENTER,
                                 [ALIGN_RIGHT] = LXW_ALIGN_RIGHT};
    return of[align];
}

int xlsx_pen_look(struct xlsx_pen *p, const struct xlsx_look *look, lxw_format **out, struct err *e)
{
    /* The library would cut a longer one without a word. */
    if (look->number_format && strlen(look->number_format) >= LXW_FORMAT_FIELD_LEN)
        return err_set(e, ERR_DATA, "the number format has over %d bytes",
                       LXW_FORMAT_FIELD_LEN - 1);
    if (new_style(p, out, e) != 0)
        return -1;
    if (look->number_format)
        format_set_num_format(*out, look->number_format);
    format_set_align(*out, alignment(look->align));
    if (look->total) {
        format_set_bold(*out);
        format_set_top(*out, LXW_BORDER_THIN);
        format_set_top_color(*out, XLSX_ACCENT);
        format_set_bg_color(*out, XLSX_TILE);
    }
    if (look->figure) {
        format_set_bold(*out);
        format_set_font_size(*out, look->words ? 12 : 22);
        format_set_font_color(*out, XLSX_ACCENT);
        format_set_bg_color(*out, XLSX_TILE);
        format_set_align(*out, LXW_ALIGN_LEFT);
        format_set_align(*out, LXW_ALIGN_VERTICAL_TOP);
        if (look->words)
            format_set_text_wrap(*out);
        else
            format_set_shrink(*out); /* a number that is too wide would be #### */
    }
    return 0;
}

static void kind_format(const struct xlsx_pen *p, enum xlsx_kind kind, char out[64])
{
    static const char *const behind[] = {[XLSX_DATE] = "",
                                         [XLSX_DATETIME] = " hh:mm:ss",
                                         [XLSX_DATETIME_FRACTION] = " hh:mm:ss.000"};
    int decimals = (int)kind - XLSX_NUMBER;
    if (kind == XLSX_TEXT)
        snprintf(out, 64, "General");
    else if (kind == XLSX_TIME || kind == XLSX_TIME_FRACTION)
        snprintf(out, 64, "[h]:mm:ss%s", kind == XLSX_TIME_FRACTION ? ".000" : "");
    else if (kind == XLSX_BOOLEAN) /* Excel needs none, LibreOffice would show 1 and 0 */
        snprintf(out, 64, "\"TRUE\";\"TRUE\";\"FALSE\"");
    else if (decimals < 0)
        snprintf(out, 64, "%s%s", p->locale->date_format, behind[kind]);
    else
        snprintf(out, 64, "0%s%.*s", decimals ? "." : "", decimals,
                 "000000000000000000000000000000");
}

void xlsx_pen_format_of(const struct xlsx_pen *p, enum column_type type, unsigned decimals,
                        char out[64])
{
    switch (type) {
    case COLUMN_INTEGER:
    case COLUMN_DECIMAL:
        kind_format(p, XLSX_NUMBER + (type == COLUMN_DECIMAL ? decimals : 0), out);
        return;
    case COLUMN_DATE:
    case COLUMN_DATETIME:
        kind_format(p, type == COLUMN_DATE ? XLSX_DATE : XLSX_DATETIME, out);
        return;
    case COLUMN_TIME:
        kind_format(p, XLSX_TIME, out);
        return;
    case COLUMN_BOOLEAN:
        kind_format(p, XLSX_BOOLEAN, out);
        return;
    case COLUMN_TEXT:
    case COLUMN_FLOAT:
    case COLUMN_JSON:
    case COLUMN_BINARY:
        break;
    }
    kind_format(p, XLSX_TEXT, out);
}

static int make_kind(struct xlsx_pen *p, enum xlsx_kind kind, enum look_align align, struct err *e)
{
    char format[64];
    struct xlsx_look look = {.number_format = kind == XLSX_TEXT ? NULL : format, .align = align};
    kind_format(p, kind, format);
    return xlsx_pen_look(p, &look, &p->kinds[kind][align], e);
}

/* The column's own style, or that of the kind; NULL is a style, too: nothing special. */
static int style_of(struct xlsx_pen *p, const struct xlsx_column *column, enum xlsx_kind kind,
                    lxw_format **out, struct err *e)
{
    lxw_format **known = &p->kinds[kind][column->align];
    if (!column->own && !*known && make_kind(p, kind, column->align, e) != 0)
        return -1;
    *out = column->own ? column->own : *known;
    return 0;
}

int xlsx_pen_blank(struct xlsx_pen *p, lxw_col_t col, lxw_format *style, struct err *e)
{
    if (p->rows) {
        xlsx_rows_blank(p->rows, col, style);
        return 0;
    }
    return xlsx_pen_result(worksheet_write_blank(p->sheet, p->row, col, style), "write a cell", e);
}

int xlsx_pen_text(struct xlsx_pen *p, lxw_col_t col, const char *s, size_t len, lxw_format *style,
                  struct err *e)
{
    s = text_clean(&p->clean, s, &len, false, &p->notes->replaced_characters);
    p->shown = len < 256 ? utf8_columns(s, len) : len; /* no column gets that wide */
    if (!xlsx_value_text(&p->text, s, len)) {
        if (!p->truncate) {
            err_set(e, ERR_DATA, "a text of %zu characters; a cell of a workbook holds %d",
                    utf8_utf16_units(s, len), XLSX_TEXT_UNITS);
            return err_hint(e, "shorten it in the query, or set formats: {xlsx: {too_long: "
                               "truncate}}");
        }
        p->notes->truncated_texts++;
    }
    if (!p->text.len) /* the library leaves out an empty text without a style */
        return xlsx_pen_blank(p, col, style ? style : p->styles[XLSX_PLAIN], e);
    if (p->rows) {
        xlsx_rows_text(p->rows, col, p->text.data, p->text.len, style);
        return 0;
    }
    return xlsx_pen_result(worksheet_write_string(p->sheet, p->row, col, p->text.data, style),
                           "write a cell", e);
}

int xlsx_pen_number(struct xlsx_pen *p, lxw_col_t col, double value, lxw_format *style,
                    struct err *e)
{
    if (p->rows) {
        xlsx_rows_number(p->rows, col, value, style);
        return 0;
    }
    return xlsx_pen_result(worksheet_write_number(p->sheet, p->row, col, value, style),
                           "write a cell", e);
}

/* Text that is written as it is, in the style of its column. */
static int put_text(struct xlsx_pen *p, lxw_col_t col, const struct xlsx_column *column,
                    const char *s, size_t len, struct err *e)
{
    lxw_format *style = NULL;
    if ((column->own || column->align != ALIGN_AUTO) &&
        style_of(p, column, XLSX_TEXT, &style, e) != 0)
        return -1;
    return xlsx_pen_text(p, col, s, len, style, e);
}

static int put_number(struct xlsx_pen *p, lxw_col_t col, const struct xlsx_column *column,
                      const struct cell *cell, struct err *e)
{
    double value = 0;
    unsigned decimals = 0;
    bool is_float = column->type == COLUMN_FLOAT;
    lxw_format *style = NULL;
    int got = xlsx_value_number(cell->text, cell->len, !is_float, &value, &decimals);
    if (got < 0) {
        err_set(e, ERR_DATA, "\"%.*s\" is not a number that a workbook can hold",
                cell->len < 40 ? (int)cell->len : 40, cell->text);
        return err_hint(e, "use NULLIF() or CASE in the query to turn it into NULL");
    }
    if (got == 0) {
        const struct xlsx_column as_number = {.own = column->own,
                                              .align = column->align ? column->align : ALIGN_RIGHT};
        p->notes->numbers_as_text++;
        return put_text(p, col, &as_number, cell->text, cell->len, e);
    }
    p->shown = cell->len;
    p->is_number = true;
    p->places = decimals;
    enum xlsx_kind kind = XLSX_NUMBER + (column->type == COLUMN_DECIMAL ? decimals : 0);
    if (is_float && !column->own && column->align == ALIGN_AUTO)
        return xlsx_pen_number(p, col, value, NULL, e);
    if (style_of(p, column, is_float ? XLSX_TEXT : kind, &style, e) != 0)
        return -1;
    return xlsx_pen_number(p, col, value, style, e);
}

static int put_boolean(struct xlsx_pen *p, lxw_col_t col, const struct xlsx_column *column,
                       const struct cell *cell, struct err *e)
{
    lxw_format *style = NULL;
    if (cell->len != 1 || (*cell->text != '0' && *cell->text != '1'))
        return put_number(p, col, column, cell, e);
    p->shown = sizeof("FALSE") - 1;
    if (style_of(p, column, XLSX_BOOLEAN, &style, e) != 0)
        return -1;
    if (p->rows) {
        xlsx_rows_boolean(p->rows, col, *cell->text == '1', style);
        return 0;
    }
    return xlsx_pen_result(
        worksheet_write_boolean(p->sheet, p->row, col, *cell->text == '1', style), "write a cell",
        e);
}

static int put_date(struct xlsx_pen *p, lxw_col_t col, const struct xlsx_column *column,
                    const struct cell *cell, struct err *e)
{
    double serial = 0;
    bool fraction = false, fits;
    enum xlsx_kind kind;
    lxw_format *style;
    if (column->type == COLUMN_DATE) {
        fits = xlsx_value_date(cell->text, cell->len, &serial);
        kind = XLSX_DATE;
    } else if (column->type == COLUMN_DATETIME) {
        fits = xlsx_value_datetime(cell->text, cell->len, &serial, &fraction);
        kind = fraction ? XLSX_DATETIME_FRACTION : XLSX_DATETIME;
    } else {
        fits = xlsx_value_time(cell->text, cell->len, &serial, &fraction);
        kind = fraction ? XLSX_TIME_FRACTION : XLSX_TIME;
    }
    if (!fits) {
        p->notes->dates_as_text++;
        return put_text(p, col, column, cell->text, cell->len, e);
    }
    p->shown = cell->len;
    if (style_of(p, column, kind, &style, e) != 0)
        return -1;
    return xlsx_pen_number(p, col, serial, style, e);
}

static int put_json(struct xlsx_pen *p, lxw_col_t col, const struct xlsx_column *column,
                    const struct cell *cell, struct err *e)
{
    struct buf readable;
    if (!json_text_valid(cell->text, cell->len))
        return put_text(p, col, column, cell->text, cell->len, e);
    buf_init(&readable, TEXT_MAX_BYTES);
    json_text_readable(&readable, cell->text, cell->len);
    int rc = put_text(p, col, column, readable.data, readable.len, e);
    buf_release(&readable);
    return rc;
}

static int put_binary(struct xlsx_pen *p, lxw_col_t col, const struct xlsx_column *column,
                      const struct cell *cell, struct err *e)
{
    size_t len = cell->len;
    const char *hex = text_hex(&p->clean, cell->text, &len);
    return put_text(p, col, column, hex, len, e);
}

int xlsx_pen_cell(struct xlsx_pen *p, lxw_col_t col, const struct xlsx_column *column,
                  const struct cell *cell, struct err *e)
{
    p->is_number = false;
    if (!cell->text) {
        p->shown = 0;
        /* A row without any cell would not be in the file at all: the first column always is. */
        if (col)
            return 0;
        return xlsx_pen_blank(p, col, p->styles[XLSX_PLAIN], e);
    }
    switch (column->type) {
    case COLUMN_INTEGER:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
        return put_number(p, col, column, cell, e);
    case COLUMN_BOOLEAN:
        return put_boolean(p, col, column, cell, e);
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_DATETIME:
        return put_date(p, col, column, cell, e);
    case COLUMN_JSON:
        return put_json(p, col, column, cell, e);
    case COLUMN_BINARY:
        return put_binary(p, col, column, cell, e);
    case COLUMN_TEXT:
        break;
    }
    return put_text(p, col, column, cell->text, cell->len, e);
}
