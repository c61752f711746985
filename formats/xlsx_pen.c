#include "formats/xlsx_pen.h"

#include <stdio.h>
#include <string.h>

#include "formats/json_text.h"
#include "formats/text.h"
#include "lib/utf8.h"

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

void xlsx_pen_init(struct xlsx_pen *p, struct xlsx_frame *frame, struct xlsx_rows *rows,
                   const struct locale *locale, bool truncate, struct render_notes *notes)
{
    *p = (struct xlsx_pen){
        .frame = frame, .rows = rows, .locale = locale, .truncate = truncate, .notes = notes};
    memcpy(p->styles, xlsx_fixed_styles, sizeof(p->styles));
    buf_init(&p->clean, TEXT_MAX_BYTES);
    buf_init(&p->text, TEXT_MAX_BYTES);
}

void xlsx_pen_release(struct xlsx_pen *p)
{
    if (!p->locale)
        return;
    buf_release(&p->clean);
    buf_release(&p->text);
    arena_release(&p->arena);
    *p = (struct xlsx_pen){0};
}

int xlsx_pen_look(struct xlsx_pen *p, const struct xlsx_look *look, struct xlsx_style **out,
                  struct err *e)
{
    const char *format = look->number_format;
    if (format && strlen(format) >= XLSX_NUMBER_FORMAT_BYTES)
        return err_set(e, ERR_DATA, "the number format has over %d bytes",
                       XLSX_NUMBER_FORMAT_BYTES - 1);
    struct xlsx_style *s = arena_alloc(&p->arena, sizeof(*s));
    *s = (struct xlsx_style){.number_format = format ? arena_strdup(&p->arena, format) : NULL,
                             .align = look->align};
    if (look->total) {
        s->bold = true;
        s->top = XLSX_ACCENT;
        s->background = XLSX_TILE;
    }
    if (look->figure) {
        s->bold = true;
        s->size = look->words ? 12 : 22;
        s->color = XLSX_ACCENT;
        s->background = XLSX_TILE;
        s->align = ALIGN_LEFT;
        s->valign = XLSX_VALIGN_TOP;
        s->wrap = look->words;
        s->shrink = !look->words; /* a number that is too wide would be #### */
    }
    *out = s;
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

static unsigned number_of(struct xlsx_pen *p, struct xlsx_style *style)
{
    return style ? xlsx_frame_style(p->frame, style) : 0;
}

/* The column's own style, or that of the kind; NULL is a style, too: nothing special. */
static int style_of(struct xlsx_pen *p, const struct xlsx_column *column, enum xlsx_kind kind,
                    struct xlsx_style **out, struct err *e)
{
    struct xlsx_style **known = &p->kinds[kind][column->align];
    if (!column->own && !*known && make_kind(p, kind, column->align, e) != 0)
        return -1;
    *out = column->own ? column->own : *known;
    return 0;
}

int xlsx_pen_expect(struct xlsx_pen *p, const struct xlsx_column *column, struct err *e)
{
    enum { PLACES = 2 }; /* as amounts of money have */
    static const enum xlsx_kind kinds[] = {
        [COLUMN_INTEGER] = XLSX_NUMBER,    [COLUMN_DECIMAL] = XLSX_NUMBER + PLACES,
        [COLUMN_BOOLEAN] = XLSX_BOOLEAN,   [COLUMN_DATE] = XLSX_DATE,
        [COLUMN_DATETIME] = XLSX_DATETIME, [COLUMN_TIME] = XLSX_TIME,
        [COLUMN_FLOAT] = XLSX_TEXT,        [COLUMN_TEXT] = XLSX_TEXT,
        [COLUMN_JSON] = XLSX_TEXT,         [COLUMN_BINARY] = XLSX_TEXT,
    };
    struct xlsx_style *style;
    if (style_of(p, column, kinds[column->type], &style, e) != 0)
        return -1;
    number_of(p, style);
    return 0;
}

void xlsx_pen_blank(struct xlsx_pen *p, unsigned col, struct xlsx_style *style)
{
    xlsx_rows_blank(p->rows, col, number_of(p, style));
}

/* Nonzero when one of eight bytes is not ASCII, is a control, or may begin an escape of Excel's. */
static uint64_t is_special(const char *s)
{
    const uint64_t each = 0x0101010101010101, high = each << 7;
    uint64_t w;
    memcpy(&w, s, 8);
    uint64_t line = w ^ each * '_';
    return (w | ((w - each * 0x20) & ~w) | ((line - each) & ~line)) & high;
}

/* A text that goes into the cell as it is, and whose bytes are what it shows: most are. */
static bool is_plain(const char *s, size_t len)
{
    size_t i = 0;
    if (len < 8) {
        while (i < len && (unsigned char)s[i] - 0x20u < 0x60 && s[i] != '_')
            i++;
        return i == len && len;
    }
    for (; i + 8 <= len; i += 8) {
        if (is_special(s + i))
            return false;
    }
    return !is_special(s + len - 8) && len <= XLSX_TEXT_UNITS;
}

int xlsx_pen_text(struct xlsx_pen *p, unsigned col, const char *s, size_t len,
                  struct xlsx_style *style, struct err *e)
{
    if (is_plain(s, len)) {
        p->shown = len;
        xlsx_rows_text(p->rows, col, s, len, number_of(p, style));
        return 0;
    }
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
    if (p->text.len)
        xlsx_rows_text(p->rows, col, p->text.data, p->text.len, number_of(p, style));
    else
        xlsx_pen_blank(p, col, style);
    return 0;
}

void xlsx_pen_number(struct xlsx_pen *p, unsigned col, double value, struct xlsx_style *style)
{
    xlsx_rows_number(p->rows, col, value, number_of(p, style));
}

/* Text that is written as it is, in the style of its column. */
static int put_text(struct xlsx_pen *p, unsigned col, const struct xlsx_column *column,
                    const char *s, size_t len, struct err *e)
{
    struct xlsx_style *style = NULL;
    if ((column->own || column->align != ALIGN_AUTO) &&
        style_of(p, column, XLSX_TEXT, &style, e) != 0)
        return -1;
    return xlsx_pen_text(p, col, s, len, style, e);
}

static int put_number(struct xlsx_pen *p, unsigned col, const struct xlsx_column *column,
                      const struct cell *cell, struct err *e)
{
    struct xlsx_numeral number;
    bool is_float = column->type == COLUMN_FLOAT;
    struct xlsx_style *style = NULL;
    int got = xlsx_value_number(cell->text, cell->len, !is_float, &number);
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
    p->places = number.decimals;
    enum xlsx_kind kind = XLSX_NUMBER + (column->type == COLUMN_DECIMAL ? number.decimals : 0);
    if (is_float && !column->own && column->align == ALIGN_AUTO)
        style = NULL;
    else if (style_of(p, column, is_float ? XLSX_TEXT : kind, &style, e) != 0)
        return -1;
    if (number.len)
        xlsx_rows_numeral(p->rows, col, cell->text, number.len, number_of(p, style));
    else
        xlsx_pen_number(p, col, number.value, style);
    return 0;
}

static int put_boolean(struct xlsx_pen *p, unsigned col, const struct xlsx_column *column,
                       const struct cell *cell, struct err *e)
{
    struct xlsx_style *style = NULL;
    if (cell->len != 1 || (*cell->text != '0' && *cell->text != '1'))
        return put_number(p, col, column, cell, e);
    p->shown = sizeof("FALSE") - 1;
    if (style_of(p, column, XLSX_BOOLEAN, &style, e) != 0)
        return -1;
    xlsx_rows_boolean(p->rows, col, *cell->text == '1', number_of(p, style));
    return 0;
}

static int put_date(struct xlsx_pen *p, unsigned col, const struct xlsx_column *column,
                    const struct cell *cell, struct err *e)
{
    double serial = 0;
    bool fraction = false, fits;
    enum xlsx_kind kind;
    struct xlsx_style *style;
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
    xlsx_pen_number(p, col, serial, style);
    return 0;
}

static int put_json(struct xlsx_pen *p, unsigned col, const struct xlsx_column *column,
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

static int put_binary(struct xlsx_pen *p, unsigned col, const struct xlsx_column *column,
                      const struct cell *cell, struct err *e)
{
    size_t len = cell->len;
    const char *hex = text_hex(&p->clean, cell->text, &len);
    return put_text(p, col, column, hex, len, e);
}

int xlsx_pen_cell(struct xlsx_pen *p, unsigned col, const struct xlsx_column *column,
                  const struct cell *cell, struct err *e)
{
    p->is_number = false;
    if (!cell->text) {
        p->shown = 0;
        /* A row without any cell would not be in the file at all: the first column always is. */
        if (!col)
            xlsx_pen_blank(p, col, NULL);
        return 0;
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
