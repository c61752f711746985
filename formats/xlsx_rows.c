#include "formats/xlsx_rows.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

enum {
    BLOCK_BYTES = 128 * 1024, /* of XML that are deflated at once */
    MARGIN = 128,             /* more than the tags of a cell */
    MOST_ESCAPED = 7,         /* _x0001_ for one byte */
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
        if (end == len && len >= 8 && !has_special(s + len - 8)) { /* with some of those before */
            memcpy(p + (len - i) - 8, s + len - 8, 8);
            return p + (len - i);
        }
        for (; i < end; i++)
            p = put_escaped_byte(p, s[i]);
    }
    return p;
}

/* The beginning of a cell. Returns where it goes on, with room for `len` bytes and its tags. */
static char *begin_cell(struct xlsx_rows *r, unsigned col, unsigned style, size_t len)
{
    char *p = room(r, len + MARGIN);
    p = PUT(p, "<c");
    if (!r->small || col != r->next_col) {
        p = PUT(p, " r=\"");
        for (const char *name = r->names[col]; *name; name++)
            *p++ = *name;
        memcpy(p, r->row, 8); /* has at most 7 digits */
        p += r->row_len;
        *p++ = '"';
    }
    r->next_col = col + 1;
    if (col > r->last_col)
        r->last_col = col;
    if (!style)
        return p;
    p = PUT(p, " s=\"");
    p += xlsx_number_text(style, p);
    *p++ = '"';
    return p;
}

static void end_cell(struct xlsx_rows *r, const char *end)
{
    r->used = (size_t)(end - r->xml);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

void xlsx_rows_text(struct xlsx_rows *r, unsigned col, const char *s, size_t len, unsigned style)
{
    char *p = begin_cell(r, col, style, len * MOST_ESCAPED);
    if (is_blank(s[0]) || is_blank(s[len - 1]))
        p = PUT(p, " t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    else
        p = PUT(p, " t=\"inlineStr\"><is><t>");
    p = put_escaped(p, s, len);
    end_cell(r, PUT(p, "</t></is></c>"));
}

void xlsx_rows_number(struct xlsx_rows *r, unsigned col, double value, unsigned style)
{
    char *p = PUT(begin_cell(r, col, style, 0), "><v>");
    p += xlsx_number_text(value, p);
    end_cell(r, PUT(p, "</v></c>"));
}

void xlsx_rows_numeral(struct xlsx_rows *r, unsigned col, const char *s, size_t len, unsigned style)
{
    char *p = PUT(begin_cell(r, col, style, len), "><v>");
    end_cell(r, PUT(put(p, s, len), "</v></c>"));
}

void xlsx_rows_boolean(struct xlsx_rows *r, unsigned col, bool value, unsigned style)
{
    char *p = begin_cell(r, col, style, 0);
    end_cell(r, value ? PUT(p, " t=\"b\"><v>1</v></c>") : PUT(p, " t=\"b\"><v>0</v></c>"));
}

void xlsx_rows_blank(struct xlsx_rows *r, unsigned col, unsigned style)
{
    end_cell(r, PUT(begin_cell(r, col, style, 0), "/>"));
}

void xlsx_rows_formula(struct xlsx_rows *r, unsigned col, const char *formula, double value,
                       unsigned style)
{
    size_t len = strlen(formula);
    char *p = PUT(begin_cell(r, col, style, len * MOST_ESCAPED), "><f>");
    p = PUT(put_escaped(p, formula, len), "</f><v>");
    p += xlsx_number_text(value, p);
    end_cell(r, PUT(p, "</v></c>"));
}

/* ---- rows ---- */

static void collect(void *ctx, const char *p, size_t len)
{
    aside_add(ctx, p, len);
}

/* Deflates the rows that are complete: all that are there. */
static void pack(struct xlsx_rows *r, enum deflate_end end)
{
    struct xlsx_rows_sheet *s = current(r);
    s->crc = deflate_crc32(s->crc, r->xml, r->used);
    s->size += r->used;
    deflate_add(r->deflate, r->xml, r->used, end, collect, &r->aside);
    r->used = r->row_start = 0;
}

void xlsx_rows_begin(struct xlsx_rows *r, unsigned sheet, size_t ncolumns)
{
    if (r->nsheets == r->sheets_cap) {
        r->sheets_cap = r->sheets_cap ? r->sheets_cap * 2 : 4;
        r->sheets = xrealloc(r->sheets, r->sheets_cap, sizeof(*r->sheets));
    }
    r->sheets[r->nsheets++] = (struct xlsx_rows_sheet){sheet, .at = aside_size(&r->aside)};
    r->names = xrealloc(r->names, ncolumns, sizeof(*r->names));
    for (size_t i = 0; i < ncolumns; i++)
        xlsx_number_column((unsigned)i, r->names[i]);
    r->used = r->row_start = 0;
    r->first_row = UINT32_MAX;
    r->last_row = r->last_col = 0;
}

/* The row that was begun is complete. */
static void end_row(struct xlsx_rows *r)
{
    if (r->used > r->row_start)
        end_cell(r, PUT(room(r, MARGIN), "</row>"));
    r->row_start = r->used;
}

int xlsx_rows_row(struct xlsx_rows *r, uint32_t row, unsigned height, struct err *e)
{
    end_row(r);
    if (r->used >= BLOCK_BYTES)
        pack(r, DEFLATE_MORE);
    r->last_row = row;
    if (r->first_row == UINT32_MAX)
        r->first_row = row;
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
    return aside_ok(&r->aside, e);
}
