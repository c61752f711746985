#include "formats/xlsx_package.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/xlsx_check.h"
#include "formats/xml_parse.h"
#include "formats/zip_read.h"
#include "formats/zip_write.h"
#include "lib/buf.h"
#include "lib/utf8.h"

enum { DEFLATED = 8, MAX_FRAME_BYTES = 64 * 1024 * 1024 };

static int gather(void *ctx, const char *p, size_t len, struct err *e)
{
    buf_add(ctx, p, len);
    return buf_ok(ctx) ? 0 : err_set(e, ERR_INTERNAL, "a part of a workbook is too large");
}

static void gather_packed(void *ctx, const char *p, size_t len)
{
    buf_add(ctx, p, len);
}

static int forward(void *ctx, const char *p, size_t len, struct err *e)
{
    output_add(ctx, p, len);
    return output_ok(ctx, e);
}

/* What the library made of a part is all there: else its last tags are missing. */
static int prove(const struct buf *part, const char *name, struct err *e)
{
    struct xml_parser parser;
    if (strncmp(name, "xl/media/", 9) == 0) /* no XML; the checksum was its own */
        return 0;
    xml_parse_init(&parser, "row");
    if (!utf8_valid(part->data, part->len))
        return err_set(e, ERR_IO, "libxlsxwriter made \"%s\" with invalid UTF-8", name);
    if (xml_parse_feed(&parser, part->data, part->len) != 0 || xml_parse_end(&parser) != 0)
        return err_set(e, ERR_IO, "libxlsxwriter made half of \"%s\": it %s", name, parser.wrong);
    return 0;
}

static int copy_member(struct zip_write *to, const struct zip *from, const struct zip_member *m,
                       struct err *e)
{
    zip_write_member(to, m);
    return zip_read_packed(from, m, forward, &to->out, e);
}

/* Where the rows go: the frame's texts can't contain it, as < is escaped in them. */
static int find_gap(const struct buf *frame, const char *name, size_t *head, size_t *tail,
                    struct err *e)
{
    static const char begin[] = "<sheetData>", end[] = "</sheetData>";
    const char *b = strstr(frame->data, begin), *t = b ? strstr(b, end) : NULL;
    if (!t)
        return err_set(e, ERR_INTERNAL, "libxlsxwriter left no place for rows in \"%s\"", name);
    *head = (size_t)(b - frame->data) + sizeof(begin) - 1;
    *tail = (size_t)(t - frame->data);
    return 0;
}

/* Writes a sheet from its frame, cut open: head, the rows, and the last of them with the tail. */
static int write_sheet(struct zip_write *to, const struct zip_member *m, struct xlsx_rows *rows,
                       const struct xlsx_rows_sheet *s, const struct buf *frame, struct err *e)
{
    struct buf head, tail;
    size_t head_len = 0, tail_at = 0;
    int rc = -1;
    if (find_gap(frame, m->name, &head_len, &tail_at, e) != 0)
        return -1;
    const char *end = frame->data + tail_at;
    size_t end_len = frame->len - tail_at;
    struct zip_member made = {.name = m->name, .method = DEFLATED};
    buf_init(&head, MAX_FRAME_BYTES);
    buf_init(&tail, SIZE_MAX / 2);
    deflate_add(rows->deflate, frame->data, head_len, DEFLATE_SEGMENT, gather_packed, &head);
    deflate_add(rows->deflate, s->last, s->last_len, DEFLATE_MORE, gather_packed, &tail);
    deflate_add(rows->deflate, end, end_len, DEFLATE_STREAM, gather_packed, &tail);
    uint32_t last = deflate_crc32(deflate_crc32(0, s->last, s->last_len), end, end_len);
    made.crc = deflate_crc32_join(deflate_crc32(0, frame->data, head_len), s->crc, s->size);
    made.crc = deflate_crc32_join(made.crc, last, s->last_len + end_len);
    made.size = head_len + s->size + s->last_len + end_len;
    made.packed = head.len + s->packed + tail.len;
    zip_write_member(to, &made);
    output_add(&to->out, head.data, head.len);
    if (aside_copy(&rows->aside, s->at, s->packed, &to->out, e) != 0)
        goto out;
    output_add(&to->out, tail.data, tail.len);
    rc = buf_ok(&head) ? output_ok(&to->out, e)
                       : err_set(e, ERR_INTERNAL, "a part of a workbook is too large");
out:
    buf_release(&head);
    buf_release(&tail);
    return rc;
}

/* The sheet of ours that the part is, or NULL; sheet 1 is not ours. */
static const struct xlsx_rows_sheet *sheet_of(const struct xlsx_rows *rows, const char *name)
{
    size_t number = 0;
    int end = 0;
    if (sscanf(name, "xl/worksheets/sheet%9zu.xml%n", &number, &end) != 1 || end == 0 ||
        name[end] || number < 2 || number - 2 >= rows->nsheets)
        return NULL;
    return &rows->sheets[number - 2];
}

/* Takes one part over; the library's own, or a sheet with its rows. */
static int write_member(struct zip_write *to, const struct zip *from, const struct zip_member *m,
                        struct xlsx_rows *rows, size_t *sheets, struct err *e)
{
    const struct xlsx_rows_sheet *s = sheet_of(rows, m->name);
    struct buf part;
    int rc = -1;
    buf_init(&part, MAX_FRAME_BYTES);
    if (zip_read_member(from, m, gather, &part, e) == 0 && prove(&part, m->name, e) == 0)
        rc = s ? write_sheet(to, m, rows, s, &part, e) : copy_member(to, from, m, e);
    buf_release(&part);
    *sheets += s != NULL;
    return rc;
}

static int write_members(struct zip_write *to, const struct zip *from, struct xlsx_rows *rows,
                         struct err *e)
{
    size_t found = 0;
    if (xlsx_check_required(from, e) != 0)
        return -1;
    for (size_t i = 0; i < from->n; i++) {
        if (write_member(to, from, &from->members[i], rows, &found, e) != 0)
            return -1;
    }
    if (found != rows->nsheets)
        return err_set(e, ERR_IO, "libxlsxwriter made %zu of %zu sheets", found, rows->nsheets);
    return 0;
}

int xlsx_package_finish(const char *path, struct xlsx_rows *rows, struct written *written,
                        struct err *e)
{
    struct zip from = {0};
    struct zip_write to = {0};
    int rc = -1;
    if (zip_read_open(&from, path, e) != 0)
        goto out;
    /* It stays readable while it has no name any more. */
    if (unlink(path) != 0) {
        err_sys(e, "can't replace \"%s\"", path);
        goto out;
    }
    if (zip_write_open(&to, path, e) != 0 || write_members(&to, &from, rows, e) != 0)
        goto out;
    rc = zip_write_close(&to, e);
    *written = to.out.written;
    written->rows = rows->of_report;
out:
    if (rc != 0 && e->kind == ERR_IO) { /* the library keeps it to itself when there is no room */
        e->transient = true;
        err_hint(e, "is the disk full? make room on the file system of the state directory; what "
                    "failed is tried again at the next run");
    }
    zip_write_release(&to);
    zip_read_release(&from);
    return rc;
}
