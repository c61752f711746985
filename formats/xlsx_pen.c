#include "formats/xlsx_pen.h"

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

static void set_looks(struct xlsx_pen *p)
{
    format_set_bold(p->styles[XLSX_HEADER]);
    format_set_bg_color(p->styles[XLSX_HEADER], 0xDCE6F1);
    format_set_bottom(p->styles[XLSX_HEADER], LXW_BORDER_THIN);
    format_set_text_wrap(p->styles[XLSX_HEADER]);
    format_set_align(p->styles[XLSX_HEADER], LXW_ALIGN_VERTICAL_TOP);
    format_set_bold(p->styles[XLSX_TITLE]);
    format_set_font_size(p->styles[XLSX_TITLE], 16);
    format_set_bold(p->styles[XLSX_LABEL]);
    format_set_num_format(p->styles[XLSX_INTEGER], "0");
    format_set_num_format(p->styles[XLSX_DATE], "yyyy-mm-dd");
    format_set_num_format(p->styles[XLSX_DATETIME], "yyyy-mm-dd hh:mm:ss");
    format_set_num_format(p->styles[XLSX_DATETIME_FRACTION], "yyyy-mm-dd hh:mm:ss.000");
    /* Under their titles, which stand left of the button of the autofilter. */
    format_set_align(p->styles[XLSX_DATE], LXW_ALIGN_LEFT);
    format_set_align(p->styles[XLSX_DATETIME], LXW_ALIGN_LEFT);
    format_set_align(p->styles[XLSX_DATETIME_FRACTION], LXW_ALIGN_LEFT);
    format_set_num_format(p->styles[XLSX_TIME], "[h]:mm:ss");
    format_set_num_format(p->styles[XLSX_TIME_FRACTION], "[h]:mm:ss.000");
}

static int new_style(struct xlsx_pen *p, lxw_format **out, struct err *e)
{
    *out = workbook_add_format(p->book);
    return *out ? 0 : err_set(e, ERR_INTERNAL, "libxlsxwriter made no style");
}

int xlsx_pen_init(struct xlsx_pen *p, lxw_workbook *book, bool truncate, struct render_notes *notes,
                  struct err *e)
{
    *p = (struct xlsx_pen){.book = book, .truncate = truncate, .notes = notes};
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

int xlsx_pen_number_format(struct xlsx_pen *p, const char *format, lxw_format **out, struct err *e)
{
    /* The library would cut a longer one without a word. */
    if (strlen(format) >= LXW_FORMAT_FIELD_LEN)
        return err_set(e, ERR_DATA, "the number format has over %d bytes",
                       LXW_FORMAT_FIELD_LEN - 1);
    if (new_style(p, out, e) != 0)
        return -1;
    format_set_num_format(*out, format);
    return 0;
}

static int decimals_style(struct xlsx_pen *p, unsigned decimals, lxw_format **out, struct err *e)
{
    if (!p->decimals[decimals]) {
        char format[XLSX_MAX_DECIMALS + 3] = "0.";
        memset(format + 2, '0', decimals);
        format[decimals ? decimals + 2 : 1] = '\0';
        if (xlsx_pen_number_format(p, format, &p->decimals[decimals], e) != 0)
            return -1;
    }
    *out = p->decimals[decimals];
    return 0;
}

int xlsx_pen_text(struct xlsx_pen *p, lxw_col_t col, const char *s, size_t len, lxw_format *style,
                  struct err *e)
{
    s = text_clean(&p->clean, s, &len, false, &p->notes->replaced_characters);
    p->shown = len < XLSX_TEXT_UNITS ? utf8_utf16_units(s, len) : len;
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
        return xlsx_pen_result(
            worksheet_write_blank(p->sheet, p->row, col, style ? style : p->styles[XLSX_PLAIN]),
            "write a cell", e);
    return xlsx_pen_result(worksheet_write_string(p->sheet, p->row, col, p->text.data, style),
                           "write a cell", e);
}

static int write_number(struct xlsx_pen *p, lxw_col_t col, double value, lxw_format *style,
                        struct err *e)
{
    return xlsx_pen_result(worksheet_write_number(p->sheet, p->row, col, value, style),
                           "write a cell", e);
}

static int put_number(struct xlsx_pen *p, lxw_col_t col, enum column_type type, lxw_format *own,
                      const struct cell *cell, struct err *e)
{
    double value = 0;
    unsigned decimals = 0;
    int got = xlsx_value_number(cell->text, cell->len, type != COLUMN_FLOAT, &value, &decimals);
    if (got < 0) {
        err_set(e, ERR_DATA, "\"%.*s\" is not a number that a workbook can hold",
                cell->len < 40 ? (int)cell->len : 40, cell->text);
        return err_hint(e, "use NULLIF() or CASE in the query to turn it into NULL");
    }
    if (got == 0) {
        p->notes->numbers_as_text++;
        return xlsx_pen_text(p, col, cell->text, cell->len, NULL, e);
    }
    p->shown = cell->len;
    if (!own && type == COLUMN_DECIMAL && decimals_style(p, decimals, &own, e) != 0)
        return -1;
    if (!own && type != COLUMN_FLOAT)
        own = p->styles[XLSX_INTEGER];
    return write_number(p, col, value, own, e);
}

static int put_boolean(struct xlsx_pen *p, lxw_col_t col, lxw_format *own, const struct cell *cell,
                       struct err *e)
{
    if (cell->len != 1 || (*cell->text != '0' && *cell->text != '1'))
        return put_number(p, col, COLUMN_INTEGER, own, cell, e);
    p->shown = sizeof("FALSE") - 1;
    return xlsx_pen_result(worksheet_write_boolean(p->sheet, p->row, col, *cell->text == '1', own),
                           "write a cell", e);
}

static int put_date(struct xlsx_pen *p, lxw_col_t col, enum column_type type, lxw_format *own,
                    const struct cell *cell, struct err *e)
{
    double serial = 0;
    bool fraction = false, fits;
    enum xlsx_style style;
    if (type == COLUMN_DATE) {
        fits = xlsx_value_date(cell->text, cell->len, &serial);
        style = XLSX_DATE;
    } else if (type == COLUMN_DATETIME) {
        fits = xlsx_value_datetime(cell->text, cell->len, &serial, &fraction);
        style = fraction ? XLSX_DATETIME_FRACTION : XLSX_DATETIME;
    } else {
        fits = xlsx_value_time(cell->text, cell->len, &serial, &fraction);
        style = fraction ? XLSX_TIME_FRACTION : XLSX_TIME;
    }
    if (!fits) {
        p->notes->dates_as_text++;
        return xlsx_pen_text(p, col, cell->text, cell->len, NULL, e);
    }
    p->shown = cell->len;
    return write_number(p, col, serial, own ? own : p->styles[style], e);
}

static int put_json(struct xlsx_pen *p, lxw_col_t col, const struct cell *cell, struct err *e)
{
    struct buf readable;
    if (!json_text_valid(cell->text, cell->len))
        return xlsx_pen_text(p, col, cell->text, cell->len, NULL, e);
    buf_init(&readable, TEXT_MAX_BYTES);
    json_text_readable(&readable, cell->text, cell->len);
    int rc = xlsx_pen_text(p, col, readable.data, readable.len, NULL, e);
    buf_release(&readable);
    return rc;
}

static int put_binary(struct xlsx_pen *p, lxw_col_t col, const struct cell *cell, struct err *e)
{
    size_t len = cell->len;
    const char *hex = text_hex(&p->clean, cell->text, &len);
    return xlsx_pen_text(p, col, hex, len, NULL, e);
}

int xlsx_pen_cell(struct xlsx_pen *p, lxw_col_t col, enum column_type type, lxw_format *own,
                  const struct cell *cell, struct err *e)
{
    if (!cell->text) {
        p->shown = 0;
        /* A row without any cell would not be in the file at all: the first column always is. */
        if (col)
            return 0;
        return xlsx_pen_result(worksheet_write_blank(p->sheet, p->row, col, p->styles[XLSX_PLAIN]),
                               "write a cell", e);
    }
    switch (type) {
    case COLUMN_INTEGER:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
        return put_number(p, col, type, own, cell, e);
    case COLUMN_BOOLEAN:
        return put_boolean(p, col, own, cell, e);
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_DATETIME:
        return put_date(p, col, type, own, cell, e);
    case COLUMN_JSON:
        return put_json(p, col, cell, e);
    case COLUMN_BINARY:
        return put_binary(p, col, cell, e);
    case COLUMN_TEXT:
        break;
    }
    return xlsx_pen_text(p, col, cell->text, cell->len, NULL, e);
}
