/* JSON rows: one file a result set, an array of objects and nothing else; one row a line. */
#include <stdlib.h>

#include "formats/format.h"
#include "formats/json_check.h"
#include "formats/json_row.h"
#include "formats/output.h"
#include "lib/mem.h"

struct json_rows {
    struct writer writer;
    struct output out;
    struct json_row row;
    bool any; /* a row is written */
};

static struct json_rows *json_rows_of(struct writer *w)
{
    return (struct json_rows *)(void *)w;
}

static int json_rows_open(struct writer **w, const char *path, const char *temp_dir,
                          const struct document *doc, const struct format_options *options,
                          struct err *e)
{
    (void)temp_dir, (void)doc;
    struct json_rows *j = xcalloc(1, sizeof(*j));
    if (output_open(&j->out, path, format_codec(options, &format_json_rows), e) != 0) {
        free(j);
        return -1;
    }
    j->writer.format = &format_json_rows;
    *w = &j->writer;
    return 0;
}

static int json_rows_begin(struct writer *w, const struct result *r, struct err *e)
{
    struct json_rows *j = json_rows_of(w);
    json_row_begin(&j->row, r);
    output_add_char(&j->out, '[');
    return output_ok(&j->out, e);
}

static int json_rows_row(struct writer *w, const struct cell *cells, struct err *e)
{
    struct json_rows *j = json_rows_of(w);
    output_add_str(&j->out, j->any ? ",\n" : "\n");
    j->any = true;
    if (json_row_add(&j->row, &j->out, cells, &w->notes, e) != 0)
        return -1;
    return output_end_row(&j->out, e);
}

static int json_rows_end(struct writer *w, struct err *e)
{
    struct json_rows *j = json_rows_of(w);
    json_row_release(&j->row);
    output_add_str(&j->out, j->any ? "\n]\n" : "]\n");
    return output_ok(&j->out, e);
}

static int json_rows_finish(struct writer *w, struct err *e)
{
    struct json_rows *j = json_rows_of(w);
    int rc = output_close(&j->out, e);
    w->written = j->out.written;
    return rc;
}

static void json_rows_free(struct writer *w)
{
    if (!w)
        return;
    struct json_rows *j = json_rows_of(w);
    output_release(&j->out);
    json_row_release(&j->row);
    free(j);
}

const struct format format_json_rows = {
    .name = "json-rows",
    .extension = "json",
    .media_type = "application/json",
    .per_result = true,
    .open = json_rows_open,
    .begin = json_rows_begin,
    .row = json_rows_row,
    .end = json_rows_end,
    .finish = json_rows_finish,
    .free = json_rows_free,
    .verify = json_check_rows,
};
