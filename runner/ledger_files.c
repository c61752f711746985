/* What runs consist of, for notices and links. */
#include "runner/ledger_schema.h"

int ledger_run_files(struct ledger *l, int64_t run, const char *destination,
                     int (*each)(void *ctx, const struct run_file *file, struct err *e), void *ctx,
                     struct err *e)
{
    sqlite3_stmt *stmt;
    int rc;
    if (ledger_prepare(l, &stmt, e,
                       "SELECT a.name, a.format, a.media_type, a.sha256, a.size_bytes, a.rows,"
                       " d.key FROM artifacts a LEFT JOIN deliveries d ON d.artifact = a.id"
                       "  AND d.destination = ?2 AND d.state = 'delivered'"
                       " WHERE a.run = ?1 ORDER BY a.id",
                       "it", run, destination) != 0)
        return -1;
    while ((rc = ledger_step(l, stmt, e)) == 1) {
        struct run_file file = {
            .name = ledger_text(stmt, 0),
            .format = ledger_text(stmt, 1),
            .media_type = ledger_text(stmt, 2),
            .sha256 = ledger_text(stmt, 3),
            .size_bytes = sqlite3_column_int64(stmt, 4),
            .rows = sqlite3_column_int64(stmt, 5),
            .key = (const char *)sqlite3_column_text(stmt, 6),
        };
        if (each(ctx, &file, e) != 0) {
            rc = -1;
            break;
        }
    }
    ledger_end(stmt);
    return rc;
}

int ledger_batch_runs(struct ledger *l, int64_t run,
                      int (*each)(void *ctx, const struct batch_run *r, struct err *e), void *ctx,
                      struct err *e)
{
    sqlite3_stmt *stmt;
    int rc;
    if (ledger_prepare(l, &stmt, e,
                       "SELECT MAX(r.id), r.rows, t.revision, t.tenant, t.tenant_name"
                       " FROM runs n JOIN tasks nt ON nt.id = n.task"
                       " JOIN tasks t ON t.job = nt.job AND t.period = nt.period"
                       " JOIN runs r ON r.task = t.id AND r.state = 'rendered' AND r.id <= n.id"
                       " WHERE n.id = ? GROUP BY t.tenant ORDER BY t.tenant",
                       "i", run) != 0)
        return -1;
    while ((rc = ledger_step(l, stmt, e)) == 1) {
        struct batch_run r = {
            .run = sqlite3_column_int64(stmt, 0),
            .rows = sqlite3_column_int64(stmt, 1),
            .revision = sqlite3_column_int(stmt, 2),
            .tenant = ledger_text(stmt, 3),
            .tenant_name = ledger_text(stmt, 4),
        };
        if (each(ctx, &r, e) != 0) {
            rc = -1;
            break;
        }
    }
    ledger_end(stmt);
    return rc;
}

int ledger_tenant_runs(struct ledger *l, const char *tenant, const char *job,
                       int (*each)(void *ctx, int64_t run, struct err *e), void *ctx, struct err *e)
{
    sqlite3_stmt *stmt;
    int rc;
    if (ledger_prepare(l, &stmt, e,
                       "SELECT MAX(r.id) FROM runs r JOIN tasks t ON t.id = r.task"
                       " WHERE r.state = 'rendered' AND t.tenant = ?1"
                       " AND (?2 IS NULL OR t.job = ?2) GROUP BY t.job ORDER BY t.job",
                       "tt", tenant, job) != 0)
        return -1;
    while ((rc = ledger_step(l, stmt, e)) == 1) {
        if (each(ctx, sqlite3_column_int64(stmt, 0), e) != 0) {
            rc = -1;
            break;
        }
    }
    ledger_end(stmt);
    return rc;
}

int ledger_run_about(struct ledger *l, int64_t run, struct arena *arena, struct run_about *out,
                     struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e,
                       "SELECT t.job, t.title, t.tenant, t.period FROM runs r"
                       " JOIN tasks t ON t.id = r.task WHERE r.id = ?",
                       "i", run) != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1)
        *out = (struct run_about){
            .run = run,
            .job = arena_strdup(arena, ledger_text(stmt, 0)),
            .title = arena_strdup(arena, ledger_text(stmt, 1)),
            .tenant = arena_strdup(arena, ledger_text(stmt, 2)),
            .period = arena_strdup(arena, ledger_text(stmt, 3)),
        };
    ledger_end(stmt);
    return rc;
}
