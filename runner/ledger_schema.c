#include "runner/ledger_schema.h"

#include <stdarg.h>
#include <string.h>

const char ledger_schema[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"
    "CREATE TABLE tasks ("
    "  id INTEGER PRIMARY KEY,"
    "  job TEXT NOT NULL, period TEXT NOT NULL, tenant TEXT NOT NULL, revision INTEGER NOT NULL,"
    "  period_start INTEGER NOT NULL, period_end INTEGER NOT NULL,"
    "  title TEXT NOT NULL, tenant_name TEXT NOT NULL, params TEXT NOT NULL,"
    "  generated_at INTEGER NOT NULL,"
    "  UNIQUE (job, period, tenant, revision)) STRICT;"
    "CREATE INDEX tasks_tenant ON tasks (job, tenant, period_start);"
    "CREATE TABLE runs ("
    "  id INTEGER PRIMARY KEY,"
    "  task INTEGER NOT NULL REFERENCES tasks (id), attempt INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('rendering', 'rendered', 'held', 'skipped', 'failed',"
    "   'interrupted')),"
    "  job_sha256 TEXT NOT NULL,"
    "  started_at INTEGER NOT NULL, finished_at INTEGER,"
    "  rows INTEGER NOT NULL DEFAULT 0,"
    "  error_kind TEXT, error TEXT, hint TEXT, transient INTEGER,"
    "  UNIQUE (task, attempt)) STRICT;"
    "CREATE INDEX runs_state ON runs (state);"
    "CREATE TABLE artifacts ("
    "  id INTEGER PRIMARY KEY,"
    "  run INTEGER NOT NULL REFERENCES runs (id),"
    "  name TEXT NOT NULL, format TEXT NOT NULL, media_type TEXT NOT NULL, result TEXT NOT NULL,"
    "  rows INTEGER NOT NULL, size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,"
    "  replaced_characters INTEGER NOT NULL, numbers_as_text INTEGER NOT NULL,"
    "  dates_as_text INTEGER NOT NULL, truncated_texts INTEGER NOT NULL,"
    "  guarded_formulas INTEGER NOT NULL,"
    "  UNIQUE (run, name)) STRICT;"
    "CREATE TABLE deliveries ("
    "  id INTEGER PRIMARY KEY,"
    "  run INTEGER NOT NULL REFERENCES runs (id),"
    "  kind TEXT NOT NULL CHECK (kind IN ('file', 'manifest', 'notice', 'batch')),"
    "  artifact INTEGER REFERENCES artifacts (id),"
    "  destination TEXT NOT NULL, key TEXT NOT NULL, after TEXT,"
    "  state TEXT NOT NULL CHECK (state IN ('pending', 'held', 'delivered', 'dead', 'superseded')),"
    "  attempts INTEGER NOT NULL DEFAULT 0,"
    "  queued_at INTEGER NOT NULL, next_at INTEGER NOT NULL, delivered_at INTEGER,"
    "  upload TEXT, error TEXT, hint TEXT,"
    "  stopped INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX deliveries_run ON deliveries (run, destination);"
    "CREATE INDEX deliveries_pending ON deliveries (next_at, id) WHERE state = 'pending';"
    "CREATE INDEX deliveries_key ON deliveries (destination, key) WHERE state = 'pending';"
    "CREATE TABLE schedules ("
    "  job TEXT PRIMARY KEY, since INTEGER NOT NULL, planned_until INTEGER NOT NULL,"
    "  rule TEXT NOT NULL) STRICT;"
    "CREATE TABLE periods ("
    "  id INTEGER PRIMARY KEY, job TEXT NOT NULL, period TEXT NOT NULL,"
    "  due_at INTEGER NOT NULL, late_at INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('due', 'done', 'skipped', 'failed')),"
    "  attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, ended_at INTEGER,"
    "  reason TEXT, UNIQUE (job, period)) STRICT;"
    "CREATE INDEX periods_due ON periods (due_at) WHERE state = 'due';"
    "CREATE TABLE disabled_destinations ("
    "  destination TEXT PRIMARY KEY, since INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;";

int ledger_error(struct ledger *l, struct err *e, const char *what)
{
    int code = l->db ? sqlite3_errcode(l->db) : SQLITE_NOMEM;
    err_set(e, ERR_LEDGER, "ledger \"%s\": %s: %s", l->path, what,
            l->db ? sqlite3_errmsg(l->db) : "no memory");
    if (code == SQLITE_FULL || code == SQLITE_BUSY || code == SQLITE_IOERR) {
        e->transient = true;
        err_hint(e, code == SQLITE_BUSY ? "another program has it open for writing"
                                        : "is the disk full?");
    } else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
        err_hint(e, "restore ledger.db and ledger.uuid from a backup; pressrun(1), \"The ledger\"");
    }
    return -1;
}

int ledger_exec(struct ledger *l, const char *sql, struct err *e)
{
    if (sqlite3_exec(l->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return ledger_error(l, e, "can't be written");
    return 0;
}

int ledger_in_transaction(struct ledger *l, int (*body)(struct ledger *l, void *ctx, struct err *e),
                          void *ctx, struct err *e)
{
    if (!sqlite3_get_autocommit(l->db))
        return body(l, ctx, e);
    if (ledger_exec(l, "BEGIN IMMEDIATE", e) != 0)
        return -1;
    int rc = body(l, ctx, e);
    if (rc >= 0 && ledger_exec(l, "COMMIT", e) == 0)
        return rc;
    sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

struct together {
    int (*body)(void *ctx, struct err *e);
    void *ctx;
};

static int do_together(struct ledger *l, void *ctx, struct err *e)
{
    (void)l;
    const struct together *t = ctx;
    return t->body(t->ctx, e);
}

int ledger_together(struct ledger *l, int (*body)(void *ctx, struct err *e), void *ctx,
                    struct err *e)
{
    struct together t = {body, ctx};
    return ledger_in_transaction(l, do_together, &t, e);
}

/* One of this text that nobody uses: a callback may run the statement that it is called from. */
static sqlite3_stmt *find_idle(struct ledger *l, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    while ((stmt = sqlite3_next_stmt(l->db, stmt)) != NULL) {
        if (!sqlite3_stmt_busy(stmt) && strcmp(sqlite3_sql(stmt), sql) == 0)
            break;
    }
    return stmt;
}

static int prepare(struct ledger *l, sqlite3_stmt **out, struct err *e, const char *sql,
                   const char *types, va_list ap)
{
    sqlite3_stmt *stmt = find_idle(l, sql);
    if (!stmt &&
        sqlite3_prepare_v3(l->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
        return ledger_error(l, e, "can't be used");
    for (int i = 1; types[i - 1]; i++) {
        int rc = types[i - 1] == 't'
                     ? sqlite3_bind_text(stmt, i, va_arg(ap, const char *), -1, SQLITE_TRANSIENT)
                     : sqlite3_bind_int64(stmt, i, va_arg(ap, int64_t));
        if (rc != SQLITE_OK)
            return ledger_error(l, e, "can't be used");
    }
    *out = stmt;
    return 0;
}

int ledger_prepare(struct ledger *l, sqlite3_stmt **out, struct err *e, const char *sql,
                   const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    int rc = prepare(l, out, e, sql, types, ap);
    va_end(ap);
    return rc;
}

void ledger_end(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

int ledger_run_sql(struct ledger *l, struct err *e, const char *sql, const char *types, ...)
{
    sqlite3_stmt *stmt = NULL;
    va_list ap;
    va_start(ap, types);
    int rc = prepare(l, &stmt, e, sql, types, ap);
    va_end(ap);
    if (rc != 0)
        return -1;
    rc = ledger_step(l, stmt, e);
    ledger_end(stmt);
    return rc < 0 ? -1 : 0;
}

int ledger_step(struct ledger *l, sqlite3_stmt *stmt, struct err *e)
{
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc == SQLITE_DONE)
        return 0;
    return ledger_error(l, e, "can't be used");
}

const char *ledger_text(sqlite3_stmt *stmt, int column)
{
    const char *s = (const char *)sqlite3_column_text(stmt, column);
    return s ? s : "";
}
