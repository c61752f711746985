/* The outbox: which delivery is next, and what became of it. */
#include <stdio.h>

#include "runner/ledger_schema.h"

/* A delivery waits for the earlier ones of its run and destination: the manifest comes last. */
static const char next_sql[] =
    "SELECT d.id, d.run, t.job, t.tenant, t.period, d.destination, d.key, a.name, a.sha256,"
    " a.format, d.attempts, r.finished_at"
    " FROM deliveries d JOIN artifacts a ON a.id = d.artifact"
    " JOIN runs r ON r.id = d.run JOIN tasks t ON t.id = r.task"
    " WHERE d.state = 'pending' AND d.next_at <= ?"
    " AND NOT EXISTS (SELECT 1 FROM deliveries b WHERE b.run = d.run"
    "  AND b.destination = d.destination AND b.id < d.id AND b.state <> 'delivered')"
    " ORDER BY d.id LIMIT 1";

int ledger_next_delivery(struct ledger *l, time_t now, struct delivery *d, struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e, next_sql, "i", (int64_t)now) != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1) {
        *d = (struct delivery){
            .id = sqlite3_column_int64(stmt, 0),
            .run = sqlite3_column_int64(stmt, 1),
            .attempts = sqlite3_column_int(stmt, 10),
            .rendered_at = (time_t)sqlite3_column_int64(stmt, 11),
        };
        snprintf(d->job, sizeof(d->job), "%s", ledger_text(stmt, 2));
        snprintf(d->tenant, sizeof(d->tenant), "%s", ledger_text(stmt, 3));
        snprintf(d->period, sizeof(d->period), "%s", ledger_text(stmt, 4));
        snprintf(d->destination, sizeof(d->destination), "%s", ledger_text(stmt, 5));
        snprintf(d->key, sizeof(d->key), "%s", ledger_text(stmt, 6));
        snprintf(d->file, sizeof(d->file), "%s", ledger_text(stmt, 7));
        snprintf(d->sha256, sizeof(d->sha256), "%s", ledger_text(stmt, 8));
        snprintf(d->format, sizeof(d->format), "%s", ledger_text(stmt, 9));
    }
    sqlite3_finalize(stmt);
    return rc;
}

int ledger_delivered(struct ledger *l, int64_t delivery, time_t now, struct err *e)
{
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET state = 'delivered', delivered_at = ?,"
                          " attempts = attempts + 1, error = NULL WHERE id = ?",
                          "ii", (int64_t)now, delivery);
}

int ledger_delivery_failed(struct ledger *l, const struct delivery *d, const struct err *why,
                           time_t retry_at, struct err *e)
{
    if (retry_at)
        return ledger_run_sql(l, e,
                              "UPDATE deliveries SET attempts = attempts + 1, next_at = ?,"
                              " error = ? WHERE id = ?",
                              "iti", (int64_t)retry_at, why->msg, d->id);
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET state = 'dead',"
                          " attempts = attempts + (id = ?1), error = ?2"
                          " WHERE run = ?3 AND destination = ?4 AND id >= ?1"
                          " AND state = 'pending'",
                          "itit", d->id, why->msg, d->run, d->destination);
}

int ledger_stop_deliveries(struct ledger *l, const char *job, const char *reason, struct err *e)
{
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET state = 'dead', error = ? WHERE state = 'pending'"
                          " AND run IN (SELECT r.id FROM runs r JOIN tasks t ON t.id = r.task"
                          " WHERE t.job = ?)",
                          "tt", reason, job);
}

int ledger_run_settled(struct ledger *l, int64_t run, bool *settled, struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e,
                       "SELECT COUNT(*) FROM deliveries WHERE run = ?"
                       " AND state IN ('pending', 'dead')",
                       "i", run) != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1)
        *settled = sqlite3_column_int64(stmt, 0) == 0;
    sqlite3_finalize(stmt);
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
    sqlite3_finalize(stmt);
    return rc == 1 ? 0 : -1;
}
