#include "runner/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/json.h"
#include "lib/mem.h"
#include "lib/zone.h"

enum { MANIFEST_BYTES = 4 * 1024 * 1024 };

/* The manifest as an artifact: it is delivered and recorded like any other file. */
static const struct format manifest_format = {
    .name = "manifest",
    .extension = "json",
    .media_type = "application/json",
};

struct manifest {
    struct buf head, results;
};

static void add_time(struct buf *b, const char *key, time_t t)
{
    char text[32];
    civil_format_rfc3339(t, text);
    json_add_key(b, key);
    json_add_string(b, text);
}

static void add_text(struct buf *b, const char *key, const char *text)
{
    json_add_key(b, key);
    json_add_string(b, text);
}

struct manifest *manifest_new(const struct document *doc)
{
    struct manifest *m = xcalloc(1, sizeof(*m));
    buf_init(&m->head, MANIFEST_BYTES);
    buf_init(&m->results, MANIFEST_BYTES);
    struct buf *b = &m->head;
    buf_add_str(b, "{\n  \"schema\": \"pressrun.manifest/1\",\n  \"job\": ");
    json_add_string(b, doc->job);
    buf_add_str(b, ",\n  \"title\": ");
    json_add_string(b, doc->title);
    buf_add_str(b, ",\n  \"tenant\": ");
    if (doc->tenant_id[0]) {
        buf_add_char(b, '{');
        add_text(b, "id", doc->tenant_id);
        add_text(b, "name", doc->tenant_name);
        buf_add_char(b, '}');
    } else {
        buf_add_str(b, "null");
    }
    buf_add_str(b, ",\n  \"period\": {");
    add_text(b, "label", doc->period);
    add_time(b, "start", doc->period_start);
    add_time(b, "end", doc->period_end);
    add_text(b, "timezone", doc->timezone);
    buf_add_str(b, "},\n  ");
    char text[32];
    civil_format_rfc3339(doc->generated_at, text);
    buf_printf(b, "\"generated_at\": \"%s\"", text);
    return m;
}

void manifest_add_result(struct manifest *m, const char *name, const struct column *columns,
                         size_t ncolumns, uint64_t rows)
{
    struct buf *b = &m->results;
    buf_add_str(b, b->len ? ",\n    {" : "\n    {");
    add_text(b, "name", name);
    buf_printf(b, ", \"rows\": %llu, \"columns\": [", (unsigned long long)rows);
    for (size_t i = 0; i < ncolumns; i++) {
        buf_add_str(b, i ? ", {" : "{");
        add_text(b, "name", columns[i].name);
        add_text(b, "title", columns[i].title);
        add_text(b, "type", column_type_name(columns[i].type));
        buf_add_char(b, '}');
    }
    buf_add_str(b, "]}");
}

static void add_artifact(struct buf *b, const struct artifact *a, bool first)
{
    buf_add_str(b, first ? "\n    {" : ",\n    {");
    add_text(b, "file", a->name);
    add_text(b, "format", a->format->name);
    if (a->codec)
        add_text(b, "compression", a->codec->name);
    add_text(b, "media_type", artifact_media_type(a));
    add_text(b, "result", a->result[0] ? a->result : NULL);
    buf_printf(b, ", \"rows\": %llu, \"size_bytes\": %llu", (unsigned long long)a->rows,
               (unsigned long long)a->size_bytes);
    add_text(b, "sha256", a->sha256);
    buf_add_char(b, '}');
}

int manifest_write(struct manifest *m, const char *directory, const struct artifact *artifacts,
                   size_t n, struct artifact *out, struct err *e)
{
    struct buf *b = &m->head;
    char path[LIMIT_PATH_BYTES];
    buf_printf(b, ",\n  \"results\": [%s\n  ],\n  \"artifacts\": [", m->results.data);
    for (size_t i = 0; i < n; i++)
        add_artifact(b, &artifacts[i], i == 0);
    buf_add_str(b, "\n  ]\n}\n");
    if (!buf_ok(b) || !buf_ok(&m->results))
        return err_set(e, ERR_DATA, "the manifest would be larger than %d bytes", MANIFEST_BYTES);
    if (file_join(path, directory, MANIFEST_NAME, e) != 0 ||
        file_create(path, b->data, b->len, 0600, e) != 0)
        return -1;
    *out = (struct artifact){.format = &manifest_format, .size_bytes = b->len};
    snprintf(out->name, sizeof(out->name), "%s", MANIFEST_NAME);
    return hash_file(path, out->sha256, e);
}

void manifest_free(struct manifest *m)
{
    if (!m)
        return;
    buf_release(&m->head);
    buf_release(&m->results);
    free(m);
}
