/* NDJSON: one file a result set, one JSON object a line, nothing else; for loaders and for jq(1).
 */
#include <stdlib.h>

#include "formats/format.h"
#include "formats/json_check.h"
#include "formats/json_row.h"
#include "formats/output.h"
#include "lib/mem.h"

struct ndjson {
    struct writer writer;
    struct output out;
    struct json_row row;
};

static struct ndjson *ndjson_of(struct writer *w)
{
    return (struct ndjson *)(void *)w;
}

static int ndjson_open(struct writer **w, const char *path, const char *temp_dir,
                       const struct document *doc, const struct format_options *options,
                       struct err *e)
{
    (void)temp_dir, (void)doc;
    struct ndjson *n = xcalloc(1, sizeof(*n));
    if (output_open(&n->out, path, format_codec(options, &format_ndjson), e) != 0) {
        free(n);
        return -1;
    }
    n->writer.format = &format_ndjson;
    *w = &n->writer;
    return 0;
}

static int ndjson_begin(struct writer *w, const struct result *r, struct err *e)
{
    json_row_begin(&ndjson_of(w)->row, r);
    return output_ok(&ndjson_of(w)->out, e);
}

static int ndjson_row(struct writer *w, const struct cell *cells, struct err *e)
{
    struct ndjson *n = ndjson_of(w);
    if (json_row_add(&n->row, &n->out, cells, &w->notes, e) != 0)
        return -1;
    output_add_char(&n->out, '\n');
    return output_end_row(&n->out, e);
}

static int ndjson_end(struct writer *w, struct err *e)
{
    json_row_release(&ndjson_of(w)->row);
    return output_ok(&ndjson_of(w)->out, e);
}

static int ndjson_finish(struct writer *w, struct err *e)
{
    struct ndjson *n = ndjson_of(w);
    int rc = output_close(&n->out, e);
    w->written = n->out.written;
    return rc;
}

static void ndjson_free(struct writer *w)
{
    if (!w)
        return;
    struct ndjson *n = ndjson_of(w);
    output_release(&n->out);
    json_row_release(&n->row);
    free(n);
}

const struct format format_ndjson = {
    .name = "ndjson",
    .extension = "ndjson",
    .media_type = "application/x-ndjson",
    .per_result = true,
    .open = ndjson_open,
    .begin = ndjson_begin,
    .row = ndjson_row,
    .end = ndjson_end,
    .finish = ndjson_finish,
    .free = ndjson_free,
    .verify = json_check_lines,
};
