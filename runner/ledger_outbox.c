/* Which deliveries are due, and what became of them. */
#include <string.h>

#include "runner/ledger_schema.h"

enum { BATCH_GRACE_S = 3600 };

static const char *const kinds[] = {
    [DELIVERY_FILE] = "file",
    [DELIVERY_MANIFEST] = "manifest",
    [DELIVERY_NOTICE] = "notice",
    [DELIVERY_BATCH] = "batch",
};

static enum delivery_kind kind_by_name(const char *name)
{
    int k = DELIVERY_BATCH;
    while (k > DELIVERY_FILE && strcmp(kinds[k], name) != 0)
        k--;
    return (enum delivery_kind)k;
}

/* Renews the batch notice that nobody has been sent yet: 1 when there was one. */
static int renew_batch(struct ledger *l, int64_t run, const struct outbox_item *item, time_t now,
                       struct err *e)
{
    if (ledger_run_sql(
            l, e,
            "UPDATE deliveries SET run = MAX(run, ?1),"
            " key = CASE WHEN run < ?1 THEN ?2 ELSE key END, next_at = ?3, queued_at = ?4"
            " WHERE kind = 'batch' AND state = 'pending' AND attempts = 0"
            " AND destination = ?5 AND run IN (SELECT r.id FROM runs n"
            "  JOIN tasks nt ON nt.id = n.task"
            "  JOIN tasks t ON t.job = nt.job AND t.period = nt.period"
            "  JOIN runs r ON r.task = t.id WHERE n.id = ?1)",
            "itiit", run, item->key, (int64_t)now + BATCH_GRACE_S, (int64_t)now,
            item->destination) != 0)
        return -1;
    return sqlite3_changes(l->db) > 0;
}

int ledger_add_delivery(struct ledger *l, int64_t run, const struct outbox_item *item,
                        int64_t artifact, bool held, time_t now, struct err *e)
{
    bool batch = item->kind == DELIVERY_BATCH, notice = batch || item->kind == DELIVERY_NOTICE;
    if (batch && !held) {
        int renewed = renew_batch(l, run, item, now, e);
        if (renewed != 0)
            return renewed < 0 ? -1 : 0;
    }
    return ledger_run_sql(
        l, e,
        "INSERT INTO deliveries (run, kind, artifact, destination, key, after, queued_at, next_at,"
        " state, error) VALUES (?1, ?2, NULLIF(?3, 0), ?4, ?5, ?6, ?7, ?8,"
        " CASE WHEN EXISTS (SELECT 1 FROM disabled_destinations WHERE destination = ?4) THEN 'dead'"
        "  WHEN ?9 THEN 'held' ELSE 'pending' END,"
        " (SELECT reason FROM disabled_destinations WHERE destination = ?4))",
        "ititttiii", run, kinds[item->kind], notice ? (int64_t)0 : artifact, item->destination,
        item->key, item->after, (int64_t)now, (int64_t)now + (batch ? BATCH_GRACE_S : 0),
        (int64_t)held);
}

/*
 * What a manifest waits for: the files. A notice: everything at the destination that its links
 * lead to. A batch notice: the same of all runs that it is about, unless they were given up.
 */
#define WAITS_FOR_NOTHING                                                                          \
    " CASE d.kind WHEN 'file' THEN 1"                                                              \
    " WHEN 'manifest' THEN NOT EXISTS (SELECT 1 FROM deliveries b WHERE b.run = d.run"             \
    "  AND b.destination = d.destination AND b.kind = 'file' AND b.state <> 'delivered')"          \
    " WHEN 'notice' THEN NOT EXISTS (SELECT 1 FROM deliveries b WHERE b.run = d.run"               \
    "  AND b.destination = d.after AND b.state <> 'delivered')"                                    \
    " ELSE NOT EXISTS (SELECT 1 FROM runs n JOIN tasks nt ON nt.id = n.task"                       \
    "  JOIN tasks t ON t.job = nt.job AND t.period = nt.period JOIN runs r ON r.task = t.id"       \
    "  JOIN deliveries b ON b.run = r.id WHERE n.id = d.run AND r.id <= d.run"                     \
    "  AND b.destination = d.after AND b.state = 'pending') END"

/* A completed file or manifest can only let go what waited for it. */
static const char ready_of_run[] =
    "SELECT d.id, d.destination FROM deliveries d"
    " WHERE d.run = ?2 AND d.state = 'pending' AND d.next_at <= ?1 AND"
    " (?3 IS NULL OR (d.kind = 'manifest' AND d.destination = ?3)"
    "  OR (d.kind = 'notice' AND d.after = ?3)) AND" WAITS_FOR_NOTHING " ORDER BY d.attempts, d.id";

static const char ready_of_all[] =
    "SELECT d.id, d.destination FROM deliveries d"
    " WHERE d.state = 'pending' AND d.next_at <= ?1 AND (?2 = 0 OR d.run < ?2) AND ?3 IS NULL "
    "AND" WAITS_FOR_NOTHING " ORDER BY d.attempts, d.id";

static const char ready_of_wanted[] =
    "SELECT d.id, d.destination FROM temp.wanted w JOIN deliveries d ON d.id = w.id"
    " WHERE d.state = 'pending' AND d.next_at <= ?1 AND ?2 = 0 AND ?3 IS NULL AND" WAITS_FOR_NOTHING
    " ORDER BY d.attempts, d.id";

static const char ready_of_batches[] =
    "SELECT d.id, d.destination FROM deliveries d WHERE d.kind = 'batch'"
    " AND d.state = 'pending' AND d.next_at <= ?1 AND ?2 = 0 AND ?3 IS NULL AND" WAITS_FOR_NOTHING
    " ORDER BY d.attempts, d.id";

int ledger_ready(struct ledger *l, const struct outbox_filter *filter, time_t now,
                 void (*each)(void *ctx, int64_t delivery, const char *destination), void *ctx,
                 struct err *e)
{
    sqlite3_stmt *stmt;
    const char *sql = filter->run       ? ready_of_run
                      : filter->wanted  ? ready_of_wanted
                      : filter->batches ? ready_of_batches
                                        : ready_of_all;
    int rc;
    if (ledger_prepare(l, &stmt, e, sql, "iit", (int64_t)now,
                       filter->run ? filter->run : filter->before, filter->completed) != 0)
        return -1;
    while ((rc = ledger_step(l, stmt, e)) == 1)
        each(ctx, sqlite3_column_int64(stmt, 0), ledger_text(stmt, 1));
    ledger_end(stmt);
    return rc;
}

/* Of the whole run: as long as anything of it is to go elsewhere, its files stay in the spool. */
static const char delivery_sql[] =
    "SELECT d.id, d.run, d.kind, t.job, t.title, t.tenant, t.tenant_name, t.period, t.revision,"
    " t.period_start, t.period_end, t.generated_at, d.destination, d.key, d.after,"
    " a.name, a.format, a.media_type, a.sha256, a.size_bytes, COALESCE(a.rows, r.rows), d.upload,"
    " d.attempts, d.queued_at, r.finished_at,"
    " NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.run = d.run"
    "  AND o.destination <> d.destination AND o.state IN ('pending', 'held', 'dead'))"
    " FROM deliveries d JOIN runs r ON r.id = d.run JOIN tasks t ON t.id = r.task"
    " LEFT JOIN artifacts a ON a.id = d.artifact"
    " WHERE d.id = ? AND d.state = 'pending'";

static const char *copy(struct arena *arena, sqlite3_stmt *stmt, int column)
{
    const char *s = (const char *)sqlite3_column_text(stmt, column);
    return s ? arena_strdup(arena, s) : NULL;
}

int ledger_delivery(struct ledger *l, int64_t id, struct arena *arena, struct delivery *out,
                    struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e, delivery_sql, "i", id) != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1)
        *out = (struct delivery){
            .id = sqlite3_column_int64(stmt, 0),
            .run = sqlite3_column_int64(stmt, 1),
            .kind = kind_by_name(ledger_text(stmt, 2)),
            .job = copy(arena, stmt, 3),
            .title = copy(arena, stmt, 4),
            .tenant = copy(arena, stmt, 5),
            .tenant_name = copy(arena, stmt, 6),
            .period = copy(arena, stmt, 7),
            .revision = sqlite3_column_int(stmt, 8),
            .period_start = (time_t)sqlite3_column_int64(stmt, 9),
            .period_end = (time_t)sqlite3_column_int64(stmt, 10),
            .generated_at = (time_t)sqlite3_column_int64(stmt, 11),
            .destination = copy(arena, stmt, 12),
            .key = copy(arena, stmt, 13),
            .after = copy(arena, stmt, 14),
            .file = copy(arena, stmt, 15),
            .format = copy(arena, stmt, 16),
            .media_type = copy(arena, stmt, 17),
            .sha256 = copy(arena, stmt, 18),
            .size_bytes = sqlite3_column_int64(stmt, 19),
            .rows = sqlite3_column_int64(stmt, 20),
            .upload = copy(arena, stmt, 21),
            .attempts = sqlite3_column_int(stmt, 22),
            .queued_at = (time_t)sqlite3_column_int64(stmt, 23),
            .rendered_at = (time_t)sqlite3_column_int64(stmt, 24),
            .exclusive = sqlite3_column_int(stmt, 25) != 0,
        };
    ledger_end(stmt);
    return rc;
}

static int record_one(struct ledger *l, const struct delivery_result *r, time_t now, struct err *e)
{
    if (r->delivered)
        return ledger_run_sql(l, e,
                              "UPDATE deliveries SET state = 'delivered', delivered_at = ?,"
                              " attempts = attempts + 1, upload = NULL, error = NULL, hint = NULL"
                              " WHERE id = ?",
                              "ii", (int64_t)now, r->id);
    if (r->retry_at)
        return ledger_run_sql(l, e,
                              "UPDATE deliveries SET attempts = attempts + 1, next_at = ?1,"
                              " queued_at = CASE attempts WHEN 0 THEN ?5 ELSE queued_at END,"
                              " error = ?2, hint = ?3 WHERE id = ?4 AND state = 'pending'",
                              "ittii", (int64_t)r->retry_at, r->error, r->hint, r->id,
                              (int64_t)now);
    /* And what waits for it. */
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET state = 'dead', attempts = attempts + (id = ?1),"
                          " error = ?2, hint = ?3 WHERE state = 'pending' AND (id = ?1 OR id IN"
                          " (SELECT w.id FROM deliveries d JOIN deliveries w ON w.run = d.run"
                          "  WHERE d.id = ?1 AND d.kind IN ('file', 'manifest')"
                          "  AND ((w.kind = 'manifest' AND w.destination = d.destination)"
                          "   OR (w.kind = 'notice' AND w.after = d.destination))))",
                          "itt", r->id, r->error, r->hint);
}

struct recording {
    const struct delivery_result *results;
    size_t n;
    time_t now;
};

static int record_all(struct ledger *l, void *ctx, struct err *e)
{
    const struct recording *r = ctx;
    for (size_t i = 0; i < r->n; i++) {
        if (record_one(l, &r->results[i], r->now, e) != 0)
            return -1;
    }
    return 0;
}

int ledger_record(struct ledger *l, const struct delivery_result *results, size_t n, time_t now,
                  struct err *e)
{
    struct recording r = {results, n, now};
    return ledger_in_transaction(l, record_all, &r, e);
}

int ledger_keep_upload(struct ledger *l, int64_t delivery, const char *upload, struct err *e)
{
    return ledger_run_sql(l, e, "UPDATE deliveries SET upload = ? WHERE id = ?", "ti", upload,
                          delivery);
}

int ledger_put_off(struct ledger *l, const char *destination, time_t until, struct err *e)
{
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET next_at = ?1 WHERE state = 'pending'"
                          " AND destination = ?2 AND next_at < ?1",
                          "it", (int64_t)until, destination);
}

int ledger_release_batches(struct ledger *l, const char *job, time_t now, struct err *e)
{
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET next_at = ?1 WHERE kind = 'batch'"
                          " AND state = 'pending' AND attempts = 0 AND next_at > ?1 AND run IN"
                          " (SELECT r.id FROM runs r JOIN tasks t ON t.id = r.task"
                          "  WHERE t.job = ?2)",
                          "it", (int64_t)now, job);
}

int ledger_run_settled(struct ledger *l, int64_t run, bool *settled, struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e,
                       "SELECT COUNT(*) FROM deliveries WHERE run = ?"
                       " AND state IN ('pending', 'held', 'dead')",
                       "i", run) != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1)
        *settled = sqlite3_column_int64(stmt, 0) == 0;
    ledger_end(stmt);
    return rc == 1 ? 0 : -1;
}

int ledger_undelivered(struct ledger *l, const char *job, int64_t *n, struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e,
                       "SELECT COUNT(*) FROM deliveries d JOIN runs r ON r.id = d.run"
                       " JOIN tasks t ON t.id = r.task"
                       " WHERE d.state IN ('pending', 'dead') AND (?1 IS NULL OR t.job = ?1)",
                       "t", job) != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1)
        *n = sqlite3_column_int64(stmt, 0);
    ledger_end(stmt);
    return rc == 1 ? 0 : -1;
}
