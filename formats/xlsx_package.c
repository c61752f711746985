#include "formats/xlsx_package.h"

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"

enum { DEFLATED = 8, MAX_PART_BYTES = 64 * 1024 * 1024 };

/* A part on its way into the file. */
struct filling {
    struct zip_write *to;
    const struct xlsx_frame *frame;
    struct xlsx_rows *rows;
    struct buf xml, packed;
    const struct xlsx_rows_sheet *sheet; /* NULL: no rows go into the part */
    size_t head;                         /* bytes of the XML that are before them */
};

static void keep(void *ctx, const char *p, size_t len)
{
    buf_add(ctx, p, len);
}

/* ---- what stands in the place of marks ---- */

/* A text in an element, as the library escapes it. */
static void add_escaped(struct buf *xml, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "<>&");
        buf_add(xml, s, n);
        s += n;
        if (*s)
            buf_add_str(xml, *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : "&amp;");
        s += *s != '\0';
    }
}

static void add_number(struct buf *xml, double value)
{
    char text[XLSX_NUMBER_BYTES];
    buf_add(xml, text, xlsx_number_text(value, text));
}

/* So that programs which don't calculate, such as previews, show the chart. */
static void add_points(struct buf *xml, const struct xlsx_value *v)
{
    const char *kind = v->as_texts ? "strCache" : "numCache";
    if (!v->points)
        return;
    buf_printf(xml, "<c:%s>%s<c:ptCount val=\"%zu\"/>", kind,
               v->as_texts ? "" : "<c:formatCode>General</c:formatCode>", v->npoints);
    for (size_t i = 0; i < v->npoints; i++) {
        const struct xlsx_point *point = &v->points[i];
        if (!point->is_number && !point->text)
            continue;
        buf_printf(xml, "<c:pt idx=\"%zu\"><c:v>", i);
        if (v->as_texts && !point->is_number)
            add_escaped(xml, point->text);
        else
            add_number(xml, point->number); /* a text among numbers is drawn as 0 */
        buf_add_str(xml, "</c:v></c:pt>");
    }
    buf_printf(xml, "</c:%s>", kind);
}

/* A column's width with the room at its sides, for a font whose digits are 7 pixels wide. */
static double padded(double width)
{
    enum { DIGIT = 7, PADDING = 5, UNIT = 256 };
    double pixels = width < 1 ? (double)(uint16_t)(width * (DIGIT + PADDING) + 0.5)
                              : (double)((uint16_t)(width * DIGIT + 0.5) + PADDING);
    return (double)(uint32_t)(pixels / DIGIT * UNIT) / UNIT;
}

/* What Excel gives a column of which nothing is said. */
#define USUAL_WIDTH 8.43

static void add_widths(struct buf *xml, const struct xlsx_widths *w)
{
    buf_add_str(xml, "<cols>");
    for (size_t i = 0; i < w->n; i++) {
        buf_printf(xml, "<col min=\"%zu\" max=\"%zu\" width=\"", i + 1, i + 1);
        add_number(xml, padded(w->columns[i]));
        buf_add_str(xml, w->columns[i] == USUAL_WIDTH ? "\"/>" : "\" customWidth=\"1\"/>");
    }
    buf_add_str(xml, "</cols>");
}

static const struct xlsx_rows_sheet *rows_of(const struct xlsx_rows *rows, size_t sheet)
{
    for (size_t i = 0; i < rows->nsheets; i++) {
        if (rows->sheets[i].sheet == sheet)
            return &rows->sheets[i];
    }
    return NULL;
}

static int add_mark(struct filling *f, const struct xlsx_mark *mark, struct err *e)
{
    switch (mark->kind) {
    case XLSX_MARK_VALUE:
        add_escaped(&f->xml, f->frame->values[mark->index].text);
        break;
    case XLSX_MARK_POINTS:
        add_points(&f->xml, &f->frame->values[mark->index]);
        break;
    case XLSX_MARK_ROW:
        add_number(&f->xml, (double)f->frame->rows[mark->index].row + 1);
        break;
    case XLSX_MARK_WIDTHS:
        add_widths(&f->xml, &f->frame->widths[mark->index]);
        break;
    case XLSX_MARK_ROWS:
        f->sheet = rows_of(f->rows, mark->index);
        f->head = f->xml.len;
        if (!f->sheet)
            return err_set(e, ERR_INTERNAL, "sheet %zu of the workbook has no rows", mark->index);
        break;
    }
    return 0;
}

/* ---- parts ---- */

/* A sheet: its head, the rows that are deflated already, and its tail. */
static int write_sheet(struct filling *f, struct zip_member *m, struct err *e)
{
    const struct xlsx_rows_sheet *s = f->sheet;
    struct deflate *d = f->rows->deflate;
    const char *tail = f->xml.data + f->head;
    size_t tail_len = f->xml.len - f->head;
    deflate_add(d, f->xml.data, f->head, DEFLATE_SEGMENT, keep, &f->packed);
    size_t head_packed = f->packed.len;
    deflate_add(d, tail, tail_len, DEFLATE_STREAM, keep, &f->packed);
    m->crc = deflate_crc32_join(deflate_crc32(0, f->xml.data, f->head), s->crc, s->size);
    m->crc = deflate_crc32_join(m->crc, deflate_crc32(0, tail, tail_len), tail_len);
    m->size = f->xml.len + s->size;
    m->packed = f->packed.len + s->packed;
    zip_write_member(f->to, m);
    output_add(&f->to->out, f->packed.data, head_packed);
    if (aside_copy(&f->rows->aside, s->at, s->packed, &f->to->out, e) != 0)
        return -1;
    output_add(&f->to->out, f->packed.data + head_packed, f->packed.len - head_packed);
    return 0;
}

static void write_filled(struct filling *f, struct zip_member *m)
{
    deflate_add(f->rows->deflate, f->xml.data, f->xml.len, DEFLATE_STREAM, keep, &f->packed);
    m->crc = deflate_crc32(0, f->xml.data, f->xml.len);
    m->size = f->xml.len;
    m->packed = f->packed.len;
    zip_write_member(f->to, m);
    output_add(&f->to->out, f->packed.data, f->packed.len);
}

static int write_part(struct filling *f, const struct xlsx_part *part, struct err *e)
{
    struct zip_member made = {.name = part->member.name, .method = DEFLATED};
    size_t at = 0;
    if (part->nmarks == 0) {
        zip_write_member(f->to, &part->member);
        output_add(&f->to->out, part->bytes.data, part->bytes.len);
        return output_ok(&f->to->out, e);
    }
    buf_clear(&f->xml);
    buf_clear(&f->packed);
    f->sheet = NULL;
    for (size_t i = 0; i < part->nmarks; i++) {
        buf_add(&f->xml, part->bytes.data + at, part->marks[i].at - at);
        at = part->marks[i].at;
        if (add_mark(f, &part->marks[i], e) != 0)
            return -1;
    }
    buf_add(&f->xml, part->bytes.data + at, part->bytes.len - at);
    if (f->sheet && write_sheet(f, &made, e) != 0)
        return -1;
    if (!f->sheet)
        write_filled(f, &made);
    if (!buf_ok(&f->xml) || !buf_ok(&f->packed))
        return err_set(e, ERR_INTERNAL, "a part of a workbook is too large");
    return output_ok(&f->to->out, e);
}

int xlsx_package_write(struct zip_write *to, const struct xlsx_template *t,
                       const struct xlsx_frame *frame, struct xlsx_rows *rows, struct err *e)
{
    struct filling f = {.to = to, .frame = frame, .rows = rows};
    int rc = 0;
    buf_init(&f.xml, MAX_PART_BYTES);
    buf_init(&f.packed, MAX_PART_BYTES);
    for (size_t i = 0; i < t->nparts && rc == 0; i++)
        rc = write_part(&f, &t->parts[i], e);
    buf_release(&f.xml);
    buf_release(&f.packed);
    return rc;
}
