#include "formats/xlsx_rows.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

enum {
    BLOCK_BYTES = 256 * 1024, /* of XML that are deflated at once */
    MARGIN = 128,             /* more than the tags of a cell */
    MOST_ESCAPED = 7,         /* _x0001_ for one byte */
    STYLE_BYTES = 16 + XLSX_NUMBER_BYTES,
};

struct xlsx_rows *xlsx_rows_open(const char *temp_dir, bool small)
{
    struct xlsx_rows *r = xcalloc(1, sizeof(*r));
    r->small = small;
    r->deflate = deflate_new();
    aside_open(&r->aside, temp_dir);
    return r;
}

void xlsx_rows_free(struct xlsx_rows *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->nsheets; i++) {
        free(r->sheets[i].last);
        free(r->sheets[i].styles);
    }
    free(r->sheets);
    free(r->xml);
    free(r->names);
    aside_release(&r->aside);
    deflate_free(r->deflate);
    free(r);
}

static struct xlsx_rows_sheet *current(struct xlsx_rows *r)
{
    return &r->sheets[r->nsheets - 1];
}

/* ---- XML ---- */

static char *room(struct xlsx_rows *r, size_t len)
{
    if (len > r->cap - r->used) {
        r->cap = (r->used + len) * 2;
        r->xml = xrealloc(r->xml, r->cap, 1);
    }
    return r->xml + r->used;
}

static char *put(char *p, const char *s, size_t len)
{
    memcpy(p, s, len);
    return p + len;
}

#define PUT(p, literal) put(p, literal, sizeof(literal) - 1)

/* Nonzero when one of eight bytes is a control, <, > or &; < and > differ in one bit. */
static uint64_t has_special(const char *s)
{
    const uint64_t each = 0x0101010101010101, high = each << 7;
    uint64_t w;
    memcpy(&w, s, 8);
    uint64_t angle = (w | each * 2) ^ each * '>', amp = w ^ each * '&';
    return (((w - each * 0x20) & ~w) | ((angle - each) & ~angle) | ((amp - each) & ~amp)) & high;
}

static char *put_escaped_byte(char *p, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    if (c == '&')
        return PUT(p, "&amp;");
    if (c == '<')
        return PUT(p, "&lt;");
    if (c == '>')
        return PUT(p, "&gt;");
    if ((unsigned char)c >= 0x20 || c == '\t' || c == '\n') {
        *p = c;
        return p + 1;
    }
    p = PUT(p, "_x00");
    *p++ = digits[c >> 4];
    *p++ = digits[c & 15];
    *p = '_';
    return p + 1;
}

static char *put_escaped(char *p, const char *s, size_t len)
{
    size_t i = 0;
    while (i < len) {
        if (len - i >= 8 && !has_special(s + i)) {
            memcpy(p, s + i, 8);
            p += 8;
            i += 8;
            continue;
        }
        size_t end = len - i < 8 ? len : i + 8;
        for (; i < end; i++)
            p = put_escaped_byte(p, s[i]);
    }
    return p;
}

static size_t style_text(unsigned index, char out[STYLE_BYTES])
{
    char *p = PUT(out, " s=\"");
    p += xlsx_number_text(index, p);
    *p++ = '"';
    return (size_t)(p - out);
}

/* The number of a style that has one, or 0 after noting where it must be put. */
static char *put_style(struct xlsx_rows *r, char *p, lxw_format *style)
{
    char text[STYLE_BYTES];
    if (!style || style->xf_index == 0)
        return p;
    if (style->xf_index != LXW_PROPERTY_UNSET)
        return put(p, text, style_text((unsigned)style->xf_index, text));
    struct xlsx_rows_sheet *s = current(r);
    if (s->nstyles == r->styles_cap) {
        r->styles_cap = r->styles_cap ? r->styles_cap * 2 : 16;
        s->styles = xrealloc(s->styles, r->styles_cap, sizeof(*s->styles));
    }
    s->styles[s->nstyles++] = (struct xlsx_rows_style){(size_t)(p - r->xml) - r->row_start, style};
    return p;
}

/* The beginning of a cell. Returns where it goes on, with room for `len` bytes and its tags. */
static char *begin_cell(struct xlsx_rows *r, lxw_col_t col, lxw_format *style, size_t len)
{
    char *p = room(r, len + MARGIN);
    p = PUT(p, "<c");
    if (!r->small || col != r->next_col) {
        p = PUT(p, " r=\"");
        for (const char *name = r->names[col]; *name; name++)
            *p++ = *name;
        p = put(p, r->row, r->row_len);
        *p++ = '"';
    }
    r->next_col = (lxw_col_t)(col + 1);
    if (col > r->last_col)
        r->last_col = col;
    return put_style(r, p, style);
}

static void end_cell(struct xlsx_rows *r, const char *end)
{
    r->used = (size_t)(end - r->xml);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

void xlsx_rows_text(struct xlsx_rows *r, lxw_col_t col, const char *s, size_t len,
                    lxw_format *style)
{
    char *p = begin_cell(r, col, style, len * MOST_ESCAPED);
    if (is_blank(s[0]) || is_blank(s[len - 1]))
        p = PUT(p, " t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    else
        p = PUT(p, " t=\"inlineStr\"><is><t>");
    p = put_escaped(p, s, len);
    end_cell(r, PUT(p, "</t></is></c>"));
}

void xlsx_rows_number(struct xlsx_rows *r, lxw_col_t col, double value, lxw_format *style)
{
    char *p = PUT(begin_cell(r, col, style, 0), "><v>");
    p += xlsx_number_text(value, p);
    end_cell(r, PUT(p, "</v></c>"));
}

void xlsx_rows_boolean(struct xlsx_rows *r, lxw_col_t col, bool value, lxw_format *style)
{
    char *p = begin_cell(r, col, style, 0);
    end_cell(r, value ? PUT(p, " t=\"b\"><v>1</v></c>") : PUT(p, " t=\"b\"><v>0</v></c>"));
}

void xlsx_rows_blank(struct xlsx_rows *r, lxw_col_t col, lxw_format *style)
{
    end_cell(r, PUT(begin_cell(r, col, style, 0), "/>"));
}

void xlsx_rows_formula(struct xlsx_rows *r, lxw_col_t col, const char *formula, double value,
                       lxw_format *style)
{
    size_t len = strlen(formula);
    char *p = PUT(begin_cell(r, col, style, len * MOST_ESCAPED), "><f>");
    p = PUT(put_escaped(p, formula, len), "</f><v>");
    p += xlsx_number_text(value, p);
    end_cell(r, PUT(p, "</v></c>"));
}

/* ---- rows ---- */

static size_t insert(char *row, size_t len, size_t at, const char *text, size_t n)
{
    memmove(row + at + n, row + at, len - at);
    memcpy(row + at, text, n);
    return len + n;
}

/*
 * Gives the row what the library would know only now, and returns its new length; it has the room.
 * The styles' numbers: the library looks a format up again and again that looks like one that has a
 * number, so we tell it. And what rows have once a sheet uses something of Excel 2010.
 */
static size_t settle(struct xlsx_rows_sheet *s, char *row, size_t len)
{
    static const char descent[] = " x14ac:dyDescent=\"0.25\"";
    char text[STYLE_BYTES];
    size_t shift = 0;
    if (s->sheet->excel_version == 2010 && len) {
        shift = sizeof(descent) - 1;
        len = insert(row, len, (size_t)((char *)memchr(row, '>', len) - row), descent, shift);
    }
    for (size_t i = 0; i < s->nstyles; i++) {
        lxw_format *style = s->styles[i].format;
        int32_t index = style->xf_index = lxw_format_get_xf_index(style);
        if (index == 0)
            continue;
        size_t n = style_text((unsigned)index, text);
        len = insert(row, len, s->styles[i].at + shift, text, n);
        shift += n;
    }
    s->nstyles = 0;
    return len;
}

static void collect(void *ctx, const char *p, size_t len)
{
    aside_add(ctx, p, len);
}

/* Deflates the rows before the current one, which moves to the front. */
static void pack(struct xlsx_rows *r, enum deflate_end end)
{
    struct xlsx_rows_sheet *s = current(r);
    s->crc = deflate_crc32(s->crc, r->xml, r->row_start);
    s->size += r->row_start;
    deflate_add(r->deflate, r->xml, r->row_start, end, collect, &r->aside);
    memmove(r->xml, r->xml + r->row_start, r->used - r->row_start);
    r->used -= r->row_start;
    r->row_start = 0;
}

void xlsx_rows_begin(struct xlsx_rows *r, lxw_worksheet *sheet, size_t ncolumns)
{
    if (r->nsheets == r->sheets_cap) {
        r->sheets_cap = r->sheets_cap ? r->sheets_cap * 2 : 4;
        r->sheets = xrealloc(r->sheets, r->sheets_cap, sizeof(*r->sheets));
    }
    r->sheets[r->nsheets++] = (struct xlsx_rows_sheet){sheet, .at = aside_size(&r->aside)};
    r->names = xrealloc(r->names, ncolumns, sizeof(*r->names));
    for (size_t i = 0; i < ncolumns; i++)
        lxw_col_to_name(r->names[i], (lxw_col_t)i, LXW_FALSE);
    r->used = r->row_start = r->styles_cap = 0;
    r->last_row = r->last_col = 0;
}

/* The row that was begun is complete, and its styles are known from now on. */
static void end_row(struct xlsx_rows *r)
{
    struct xlsx_rows_sheet *s = current(r);
    if (r->used == r->row_start)
        return;
    end_cell(r, PUT(room(r, MARGIN), "</row>"));
    room(r, (s->nstyles + 1) * MARGIN);
}

int xlsx_rows_row(struct xlsx_rows *r, lxw_row_t row, unsigned height, struct err *e)
{
    end_row(r);
    if (r->used)
        r->used = r->row_start + settle(current(r), r->xml + r->row_start, r->used - r->row_start);
    r->row_start = r->used;
    if (r->used >= BLOCK_BYTES)
        pack(r, DEFLATE_MORE);
    r->last_row = row;
    r->next_col = 0;
    r->row_len = xlsx_number_text(row + 1, r->row);
    char *p = PUT(room(r, MARGIN), "<row r=\"");
    p = put(p, r->row, r->row_len);
    if (height) {
        p = PUT(p, "\" ht=\"");
        p += xlsx_number_text(height, p);
        p = PUT(p, "\" customHeight=\"1");
    }
    end_cell(r, PUT(p, "\">"));
    return aside_ok(&r->aside, e);
}

void xlsx_rows_count(struct xlsx_rows *r)
{
    r->of_report += r->used > r->row_start;
}

int xlsx_rows_end(struct xlsx_rows *r, struct err *e)
{
    struct xlsx_rows_sheet *s = current(r);
    end_row(r);
    pack(r, DEFLATE_SEGMENT);
    s->packed = aside_size(&r->aside) - s->at;
    s->last_len = r->used;
    s->last = xmalloc(r->used + (s->nstyles + 1) * MARGIN);
    memcpy(s->last, r->xml, r->used);
    /* The library writes the extent of what it believes to be there. */
    s->sheet->dim_rowmin = 0;
    s->sheet->dim_rowmax = r->last_row;
    s->sheet->dim_colmin = 0;
    s->sheet->dim_colmax = r->last_col;
    return aside_ok(&r->aside, e);
}

void xlsx_rows_seal(struct xlsx_rows *r, lxw_worksheet *first)
{
    lxw_worksheet_write_single_row(first);
    for (size_t i = 0; i < r->nsheets; i++) {
        struct xlsx_rows_sheet *s = &r->sheets[i];
        s->last_len = settle(s, s->last, s->last_len);
    }
}
