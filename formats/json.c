/*
 * JSON: one document a report, one row a line so that two reports can be compared with diff(1).
 * Its form is a contract that importers rely on: additions only, or another `schema`.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/format.h"
#include "formats/json_check.h"
#include "formats/json_row.h"
#include "formats/output.h"
#include "formats/text.h"
#include "lib/json.h"
#include "lib/mem.h"
#include "lib/zone.h"

struct json {
    struct writer writer;
    struct output out;
    struct json_row row;
    struct buf head; /* scratch for what stands between the rows */
    uint64_t rows;   /* of the current result set */
    size_t results;
};

static struct json *json_of(struct writer *w)
{
    return (struct json *)(void *)w;
}

static void add_member(struct buf *b, const char *name, const char *text)
{
    json_add_key(b, name);
    json_add_string(b, text);
}

static void add_time(struct buf *b, const char *name, time_t t)
{
    char text[32];
    civil_format_rfc3339(t, text);
    add_member(b, name, text);
}

static void add_document(struct buf *b, const struct document *doc)
{
    buf_add_char(b, '{');
    add_member(b, "schema", "pressrun.report/1");
    add_member(b, "job", doc->job);
    add_member(b, "title", doc->title);
    add_member(b, "description", doc->description);
    json_add_key(b, "tenant");
    if (doc->tenant_id[0]) {
        buf_add_char(b, '{');
        add_member(b, "id", doc->tenant_id);
        add_member(b, "name", doc->tenant_name);
        buf_add_char(b, '}');
    } else {
        buf_add_str(b, "null");
    }
    json_add_key(b, "period");
    buf_add_char(b, '{');
    add_member(b, "label", doc->period);
    add_time(b, "start", doc->period_start);
    add_time(b, "end", doc->period_end);
    add_member(b, "timezone", doc->timezone);
    buf_add_char(b, '}');
    add_time(b, "generated_at", doc->generated_at);
    json_add_key(b, "results");
    buf_add_char(b, '[');
}

/* The buffer has a ceiling far above any document; beyond it the file would be cut: refuse. */
static int put_head(struct json *j, struct err *e)
{
    if (!buf_ok(&j->head))
        return err_set(e, ERR_DATA, "titles and names of over %zu bytes", j->head.max);
    output_add(&j->out, j->head.data, j->head.len);
    buf_clear(&j->head);
    return output_ok(&j->out, e);
}

static int json_open(struct writer **w, const char *path, const char *temp_dir,
                     const struct document *doc, const struct format_options *options,
                     struct err *e)
{
    (void)temp_dir;
    struct json *j = xcalloc(1, sizeof(*j));
    if (output_open(&j->out, path, format_codec(options, &format_json), e) != 0) {
        free(j);
        return -1;
    }
    j->writer.format = &format_json;
    buf_init(&j->head, TEXT_MAX_BYTES);
    add_document(&j->head, doc);
    *w = &j->writer;
    return 0;
}

static int json_begin(struct writer *w, const struct result *r, struct err *e)
{
    struct json *j = json_of(w);
    struct buf *b = &j->head;
    json_row_begin(&j->row, r);
    j->rows = 0;
    buf_add_str(b, j->results++ ? ",\n{" : "\n{");
    add_member(b, "name", r->name);
    add_member(b, "title", r->title);
    json_add_key(b, "columns");
    buf_add_char(b, '[');
    for (size_t i = 0; i < r->ncolumns; i++) {
        buf_add_str(b, i ? ", {" : "{");
        add_member(b, "name", r->columns[i].name);
        add_member(b, "title", r->columns[i].title);
        add_member(b, "type", column_type_name(r->columns[i].type));
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
    json_add_key(b, "rows");
    buf_add_char(b, '[');
    return put_head(j, e);
}

static int write_row(struct writer *w, const struct cell *cells, struct err *e)
{
    struct json *j = json_of(w);
    output_add_str(&j->out, j->rows++ ? ",\n" : "\n");
    if (json_row_add(&j->row, &j->out, cells, &w->notes, e) != 0)
        return -1;
    return output_end_row(&j->out, e);
}

static int json_end(struct writer *w, struct err *e)
{
    struct json *j = json_of(w);
    json_row_release(&j->row);
    buf_add_str(&j->head, j->rows ? "\n]" : "]");
    json_add_key(&j->head, "row_count");
    buf_printf(&j->head, "%llu}", (unsigned long long)j->rows);
    return put_head(j, e);
}

static int json_finish(struct writer *w, struct err *e)
{
    struct json *j = json_of(w);
    buf_add_str(&j->head, j->results ? "\n]}\n" : "]}\n");
    if (put_head(j, e) != 0)
        return -1;
    int rc = output_close(&j->out, e);
    w->written = j->out.written;
    return rc;
}

static void json_free(struct writer *w)
{
    if (!w)
        return;
    struct json *j = json_of(w);
    output_release(&j->out);
    json_row_release(&j->row);
    buf_release(&j->head);
    free(j);
}

const struct format format_json = {
    .name = "json",
    .extension = "json",
    .media_type = "application/json",
    .per_result = false,
    .open = json_open,
    .begin = json_begin,
    .row = write_row,
    .end = json_end,
    .finish = json_finish,
    .free = json_free,
    .verify = json_check,
};
