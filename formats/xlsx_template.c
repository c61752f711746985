#include "formats/xlsx_template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/xlsx_check.h"
#include "formats/xlsx_library.h"
#include "formats/xml_parse.h"
#include "lib/utf8.h"

enum { MAX_PART_BYTES = 64 * 1024 * 1024, ROW_DIGITS = 7 };

/* A part on its way through the search for marks. */
struct search {
    struct xlsx_template *template;
    struct xlsx_part *part;
    const struct xlsx_frame *frame;
    uint32_t first_row;
    bool *values, *rows, *sheets; /* which have been found, in all parts */
    bool has_rows, is_core;       /* what can be in this part */
    int sheet;                    /* index of the sheet that it is, or -1 */
};

static void add_mark(struct search *s, enum xlsx_mark_kind kind, size_t index)
{
    struct xlsx_part *part = s->part;
    if (part->nmarks == part->marks_cap) {
        size_t cap = part->marks_cap ? part->marks_cap * 2 : 8;
        part->marks =
            arena_grow(&s->template->arena, part->marks, part->nmarks, cap, sizeof(*part->marks));
        part->marks_cap = cap;
    }
    part->marks[part->nmarks++] = (struct xlsx_mark){part->bytes.len, kind, index};
}

static bool begins(const char *p, const char *end, const char *with)
{
    size_t n = strlen(with);
    return (size_t)(end - p) >= n && memcmp(p, with, n) == 0;
}

/* A mark in the place of a text. Returns what follows, or NULL when it is none of ours. */
static const char *take_value(struct search *s, const char *p, const char *end)
{
    static const char range_end[] = "</c:f>";
    char *after;
    size_t index = strtoul(p + XLSX_MARK_BYTES, &after, 10);
    if (index >= s->frame->nvalues || !begins(after, end, XLSX_MARK))
        return NULL;
    p = after + XLSX_MARK_BYTES;
    s->values[index] = true;
    add_mark(s, XLSX_MARK_VALUE, index);
    if (!s->frame->values[index].is_range)
        return p;
    if (!begins(p, end, range_end))
        return NULL;
    buf_add_str(&s->part->bytes, range_end);
    add_mark(s, XLSX_MARK_POINTS, index);
    return p + strlen(range_end);
}

/* A number behind the name of a column: the mark of a row, or just a number. */
static const char *take_number(struct search *s, const char *p, const char *end)
{
    const char *begin = p;
    uint64_t n = 0;
    while (p < end && *p >= '0' && *p <= '9' && p - begin < ROW_DIGITS + 1)
        n = n * 10 + (uint64_t)(*p++ - '0');
    /* Rows in XML count from 1. */
    if (n > s->first_row && n - 1 - s->first_row < s->frame->nrows) {
        s->rows[n - 1 - s->first_row] = true;
        add_mark(s, XLSX_MARK_ROW, (size_t)(n - 1 - s->first_row));
    } else {
        buf_add(&s->part->bytes, begin, (size_t)(p - begin));
    }
    return p;
}

/* Where the rows go; what the library holds there is left out. A text can't contain it, as < is
 * escaped in texts. */
static const char *take_rows(struct search *s, const char *p, const char *end)
{
    static const char rows[] = "<sheetData>", rows_end[] = "</sheetData>";
    const char *after = memmem(p, (size_t)(end - p), rows_end, strlen(rows_end));
    if (!after)
        return NULL;
    s->sheets[s->sheet] = true;
    if (s->frame->widths[s->sheet].n)
        add_mark(s, XLSX_MARK_WIDTHS, (size_t)s->sheet);
    buf_add_str(&s->part->bytes, rows);
    add_mark(s, XLSX_MARK_ROWS, (size_t)s->sheet);
    return after;
}

/* Moves the XML into the part, without its marks. */
static int find_marks(struct search *s, const struct buf *xml, struct err *e)
{
    struct buf *out = &s->part->bytes;
    const char *p = xml->data, *end = xml->data + xml->len;
    while (p && p < end) {
        size_t n = strcspn(p, s->has_rows ? "0123456789<\xef" : s->is_core ? "2\xef" : "\xef");
        buf_add(out, p, n);
        p += n;
        if (p == end)
            break;
        bool after_column = p > xml->data && ((p[-1] >= 'A' && p[-1] <= 'Z') || p[-1] == '$');
        if (begins(p, end, XLSX_MARK)) {
            p = take_value(s, p, end);
        } else if (s->is_core && begins(p, end, XLSX_LIBRARY_CREATED_TEXT)) {
            s->values[XLSX_CREATED] = true;
            add_mark(s, XLSX_MARK_VALUE, XLSX_CREATED);
            p += strlen(XLSX_LIBRARY_CREATED_TEXT);
        } else if (s->sheet >= 0 && begins(p, end, "<sheetData>")) {
            p = take_rows(s, p, end);
        } else if (s->has_rows && *p >= '0' && *p <= '9' && after_column) {
            p = take_number(s, p, end);
        } else {
            buf_add_char(out, *p++);
        }
    }
    return p ? 0 : err_set(e, ERR_IO, "libxlsxwriter broke a mark in \"%s\"", s->part->member.name);
}

/* The part is all there: else its last tags are missing. */
static int prove(const struct xlsx_part *part, struct err *e)
{
    struct xml_parser parser;
    const char *name = part->member.name;
    xml_parse_init(&parser, "row");
    if (!utf8_valid(part->bytes.data, part->bytes.len))
        return err_set(e, ERR_IO, "libxlsxwriter made \"%s\" with invalid UTF-8", name);
    if (xml_parse_feed(&parser, part->bytes.data, part->bytes.len) != 0 ||
        xml_parse_end(&parser) != 0)
        return err_set(e, ERR_IO, "libxlsxwriter made half of \"%s\": it %s", name, parser.wrong);
    return 0;
}

static int gather(void *ctx, const char *p, size_t len, struct err *e)
{
    buf_add(ctx, p, len);
    return buf_ok(ctx) ? 0 : err_set(e, ERR_INTERNAL, "a part of a workbook is too large");
}

static int sheet_of(const char *name)
{
    int number = 0, end = 0;
    if (sscanf(name, "xl/worksheets/sheet%9d.xml%n", &number, &end) != 1 || end == 0 || name[end])
        return -1;
    return number - 1;
}

static int read_xml(struct search *s, const struct zip *z, const struct zip_member *m,
                    struct err *e)
{
    struct buf xml;
    int rc = -1;
    s->sheet = sheet_of(m->name);
    s->has_rows = s->sheet >= 0 || strcmp(m->name, "xl/workbook.xml") == 0;
    s->is_core = strcmp(m->name, "docProps/core.xml") == 0;
    if (s->sheet >= (int)s->frame->nsheets)
        return err_set(e, ERR_IO, "libxlsxwriter made a sheet \"%s\" that nobody wants", m->name);
    buf_init(&xml, MAX_PART_BYTES);
    if (zip_read_member(z, m, gather, &xml, e) == 0 && find_marks(s, &xml, e) == 0)
        rc = prove(s->part, e);
    buf_release(&xml);
    return rc;
}

static int ignore(void *ctx, const char *p, size_t len, struct err *e)
{
    (void)ctx, (void)p, (void)len, (void)e;
    return 0;
}

static int read_part(struct search *s, const struct zip *z, const struct zip_member *m,
                     struct err *e)
{
    bool picture = strncmp(m->name, "xl/media/", 9) == 0;
    s->part = &s->template->parts[s->template->nparts++];
    s->part->member = *m;
    s->part->member.name = arena_strdup(&s->template->arena, m->name);
    buf_init(&s->part->bytes, MAX_PART_BYTES);
    /* Of a picture the checksum says it all. */
    if ((picture ? zip_read_member(z, m, ignore, NULL, e) : read_xml(s, z, m, e)) != 0)
        return -1;
    if (s->part->nmarks)
        return 0;
    buf_clear(&s->part->bytes);
    return zip_read_packed(z, m, gather, &s->part->bytes, e);
}

static int check_found(const struct search *s, struct err *e)
{
    const struct xlsx_frame *f = s->frame;
    for (size_t i = 0; i < f->nsheets; i++) {
        if (!s->sheets[i])
            return err_set(e, ERR_IO, "libxlsxwriter left no place for the rows of sheet %zu",
                           i + 1);
    }
    for (size_t i = 0; i < f->nvalues; i++) {
        if (!s->values[i])
            return err_set(e, ERR_IO, "libxlsxwriter left out value %zu", i);
    }
    for (size_t i = 0; i < f->nrows; i++) {
        if (!s->rows[i])
            return err_set(e, ERR_IO, "libxlsxwriter left out row %zu", i);
    }
    return 0;
}

static int read_parts(struct search *s, const struct zip *z, struct err *e)
{
    struct xlsx_template *t = s->template;
    const struct xlsx_frame *f = s->frame;
    if (xlsx_check_required(z, e) != 0)
        return -1;
    t->parts = arena_alloc(&t->arena, z->n * sizeof(*t->parts));
    t->script_len = f->script.len;
    t->script = arena_strndup(&t->arena, f->script.data, f->script.len);
    s->values = arena_alloc(&t->arena, f->nvalues + 1);
    s->rows = arena_alloc(&t->arena, f->nrows + 1);
    s->sheets = arena_alloc(&t->arena, f->nsheets + 1);
    for (size_t i = 0; i < z->n; i++) {
        if (read_part(s, z, &z->members[i], e) != 0)
            return -1;
    }
    return check_found(s, e);
}

struct xlsx_template *xlsx_template_read(int fd, const struct xlsx_frame *frame, uint32_t first_row,
                                         struct err *e)
{
    struct zip z = {0};
    struct xlsx_template *t = NULL;
    if (zip_read_open_fd(&z, fd, e) != 0)
        return NULL;
    t = xcalloc(1, sizeof(*t));
    struct search s = {.template = t, .frame = frame, .first_row = first_row};
    if (read_parts(&s, &z, e) != 0) {
        xlsx_template_free(t);
        t = NULL;
    }
    zip_read_release(&z);
    return t;
}

/* The package is small, and goes to memory: so nothing of it can stay behind. */
struct xlsx_template *xlsx_template_build(const struct xlsx_frame *frame, const char *temp_dir,
                                          struct err *e)
{
    struct xlsx_library l = {0};
    struct xlsx_template *t = NULL;
    char path[64];
    int fd = memfd_create("pressrun-workbook", MFD_CLOEXEC);
    if (fd < 0) {
        err_sys(e, "can't make a file in memory");
        return NULL;
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (!buf_ok(&frame->script))
        err_set(e, ERR_INTERNAL, "the frame of a workbook is too large");
    else if (xlsx_library_open(&l, frame, path, temp_dir, e) == 0 && xlsx_library_run(&l, e) == 0 &&
             xlsx_library_close(&l, e) == 0)
        t = xlsx_template_read(fd, frame, l.first_row, e);
    xlsx_library_release(&l);
    close(fd);
    if (!t && e->kind == ERR_IO) { /* the library keeps it to itself when there is no room */
        e->transient = true;
        err_hint(e, "is the disk full? make room on the file system of the state directory; what "
                    "failed is tried again at the next run");
    }
    return t;
}

void xlsx_template_free(struct xlsx_template *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->nparts; i++)
        buf_release(&t->parts[i].bytes);
    arena_release(&t->arena);
    free(t);
}
