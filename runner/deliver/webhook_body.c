/* What a notice says. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "lib/json.h"
#include "lib/zone.h"
#include "runner/deliver/disposition.h"
#include "runner/deliver/webhook.h"

struct writing {
    const struct webhook *w;
    const struct parcel *p;
    struct destination *linked; /* where the files are, or NULL */
    struct buf *b;
    struct arena arena;
    bool first;
    /* the snapshot of a notice about one run */
    char snapshot[ARTIFACT_NAME_SIZE], snapshot_sha256[HASH_HEX_SIZE];
    int64_t snapshot_bytes;
    bool snapshot_compressed; /* then it is no JSON that could go in */
};

static void add_text(struct buf *b, const char *key, const char *text)
{
    json_add_key(b, key);
    json_add_string(b, text);
}

static void add_time(struct buf *b, const char *key, time_t t)
{
    char text[32];
    civil_format_rfc3339(t, text);
    add_text(b, key, text);
}

static void add_tenant(struct buf *b, const char *id, const char *name)
{
    json_add_key(b, "tenant");
    if (!id[0]) {
        buf_add_str(b, "null");
        return;
    }
    buf_add_char(b, '{');
    add_text(b, "id", id);
    add_text(b, "name", name);
    buf_add_char(b, '}');
}

static void add_run(struct buf *b, int64_t run, int revision, int64_t rows)
{
    json_add_key(b, "run");
    buf_printf(b, "{\"id\": %" PRId64 ", \"revision\": %d, \"rows\": %" PRId64 "}", run, revision,
               rows);
}

/* The same link in each attempt: its time is when the report was made. One that is sent much later
 * gets a newer link, which changes every three days. */
static time_t link_time(const struct delivery *d)
{
    enum { STEP_S = 3 * 86400 };
    time_t waited = d->queued_at > d->rendered_at ? d->queued_at - d->rendered_at : 0;
    return d->rendered_at + waited / STEP_S * STEP_S;
}

static int add_link(struct writing *wr, const struct run_file *f, struct err *e)
{
    const struct delivery *d = wr->p->delivery;
    struct buf link;
    buf_init(&link, 16 * 1024);
    struct link_request r = {
        .key = f->key,
        .file_name = disposition_file_name(&wr->arena, d->job, d->title, d->period, f->name),
        .now = link_time(d),
        .lifetime_s = wr->w->link_lifetime_ms / 1000,
    };
    int rc = 0;
    if (!wr->linked || !f->key || !wr->w->links) {
        add_text(wr->b, "link", NULL);
        add_text(wr->b, "expires_at", NULL);
    } else if ((rc = wr->linked->kind->link(wr->linked, &r, &link, e)) == 0) {
        add_text(wr->b, "link", link.data);
        add_time(wr->b, "expires_at", r.now + (time_t)r.lifetime_s);
    }
    buf_release(&link);
    return rc;
}

static int add_artifact(void *ctx, const struct run_file *f, struct err *e)
{
    struct writing *wr = ctx;
    struct buf *b = wr->b;
    buf_add_str(b, wr->first ? "\n    {" : ",\n    {");
    wr->first = false;
    add_text(b, "name", f->name);
    add_text(b, "format", f->format);
    add_text(b, "media_type", f->media_type);
    buf_printf(b, ", \"bytes\": %" PRId64 ", \"rows\": %" PRId64, f->size_bytes, f->rows);
    add_text(b, "sha256", f->sha256);
    add_text(b, "destination", f->key ? wr->p->delivery->after : NULL);
    add_text(b, "key", f->key);
    if (add_link(wr, f, e) != 0)
        return -1;
    buf_add_char(b, '}');
    if (strcmp(f->format, "json") == 0) {
        snprintf(wr->snapshot, sizeof(wr->snapshot), "%s", f->name);
        snprintf(wr->snapshot_sha256, sizeof(wr->snapshot_sha256), "%s", f->sha256);
        wr->snapshot_bytes = f->size_bytes;
        wr->snapshot_compressed = strcmp(f->media_type, format_json.media_type) != 0;
    }
    return 0;
}

static int add_artifacts(struct writing *wr, int64_t run, struct err *e)
{
    const char *after = wr->p->delivery->after;
    json_add_key(wr->b, "artifacts");
    buf_add_char(wr->b, '[');
    wr->first = true;
    if (ledger_run_files(wr->p->ledger, run, after ? after : "", add_artifact, wr, e) != 0)
        return -1;
    buf_add_char(wr->b, ']');
    return 0;
}

static int check_snapshot(const struct writing *wr, const char *path, const struct buf *document,
                          struct err *e)
{
    char sha256[HASH_HEX_SIZE];
    hash_bytes(document->data, document->len, sha256);
    if (strcmp(sha256, wr->snapshot_sha256) == 0)
        return 0;
    return parcel_damaged(wr->p, path, e);
}

/* The JSON document was proven when it was rendered: it goes in as it is, and is read once. */
static int add_snapshot(struct writing *wr, struct err *e)
{
    char path[LIMIT_PATH_BYTES];
    const char *omitted = !wr->snapshot[0]                           ? "no json format"
                          : wr->w->inline_bytes == 0                 ? "inline is off"
                          : wr->snapshot_compressed                  ? "compressed"
                          : wr->snapshot_bytes > wr->w->inline_bytes ? "too large"
                                                                     : NULL;
    json_add_key(wr->b, "snapshot");
    if (omitted) {
        buf_add_str(wr->b, "null");
    } else {
        struct buf document;
        buf_init(&document, WEBHOOK_INLINE_MAX + 1);
        int rc = file_join(path, wr->p->path, wr->snapshot, e);
        if (rc == 0)
            rc = file_read(path, FILE_ANY, &document, e);
        if (rc == 0)
            rc = check_snapshot(wr, path, &document, e);
        buf_add(wr->b, document.data, document.len);
        buf_release(&document);
        if (rc != 0)
            return -1;
    }
    add_text(wr->b, "snapshot_omitted", omitted);
    return 0;
}

static int add_report(void *ctx, const struct batch_run *r, struct err *e)
{
    struct writing *wr = ctx;
    buf_add_str(wr->b, wr->b->data[wr->b->len - 1] == '[' ? "\n  {" : ",\n  {");
    add_tenant(wr->b, r->tenant, r->tenant_name);
    add_run(wr->b, r->run, r->revision, r->rows);
    if (add_artifacts(wr, r->run, e) != 0)
        return -1;
    buf_add_char(wr->b, '}');
    return 0;
}

static int write_body(struct writing *wr, struct err *e)
{
    struct buf *b = wr->b;
    const struct delivery *d = wr->p->delivery;
    bool batch = d->kind == DELIVERY_BATCH;
    buf_add_char(b, '{');
    add_text(b, "schema", "pressrun.webhook/1");
    add_text(b, "id", d->key);
    add_text(b, "type", batch ? "report.batch" : "report.ready");
    add_time(b, "timestamp", d->rendered_at);
    add_text(b, "job", d->job);
    add_text(b, "title", d->title);
    if (!batch) {
        add_tenant(b, d->tenant, d->tenant_name);
        add_run(b, d->run, d->revision, d->rows);
    }
    json_add_key(b, "period");
    buf_add_char(b, '{');
    add_text(b, "label", d->period);
    add_time(b, "start", d->period_start);
    add_time(b, "end", d->period_end);
    buf_add_char(b, '}');
    if (!batch) {
        if (add_artifacts(wr, d->run, e) != 0 || add_snapshot(wr, e) != 0)
            return -1;
    } else {
        json_add_key(b, "reports");
        buf_add_char(b, '[');
        if (ledger_batch_runs(wr->p->ledger, d->run, add_report, wr, e) != 0)
            return -1;
        buf_add_char(b, ']');
    }
    buf_add_str(b, "}\n");
    return 0;
}

int webhook_body(const struct webhook *w, const struct parcel *p, struct buf *out, struct err *e)
{
    struct writing wr = {.w = w, .p = p, .b = out};
    if (p->delivery->after)
        wr.linked = destinations_find(p->all, p->delivery->after);
    if (wr.linked && !wr.linked->kind->link)
        wr.linked = NULL;
    int rc = write_body(&wr, e);
    arena_release(&wr.arena);
    if (rc == 0 && !buf_ok(out)) {
        err_set(e, ERR_DELIVERY, "the notice would be larger than %d bytes", WEBHOOK_BODY_BYTES);
        rc = err_hint(e, "use notice: tenant, or fewer artifacts");
    }
    return rc;
}
