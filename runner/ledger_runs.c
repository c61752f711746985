/* Tasks and runs: claiming, committing, failing, listing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "runner/ledger_schema.h"

int ledger_recover(struct ledger *l, time_t now, struct err *e)
{
    if (ledger_run_sql(l, e,
                       "UPDATE runs SET state = 'interrupted', finished_at = ?, transient = 1,"
                       " error_kind = 'internal', error = 'pressrun ended while it was rendering'"
                       " WHERE state = 'rendering'",
                       "i", (int64_t)now) != 0)
        return -1;
    return sqlite3_changes(l->db);
}

/* The newest revision of a task, if there is one. */
struct latest {
    bool found, rendered;
    int64_t task, run;
    int revision, attempts;
    time_t generated_at;
    bool same_params;
};

static int find_latest(struct ledger *l, const struct task *t, const char *params,
                       struct latest *out, struct err *e)
{
    sqlite3_stmt *stmt;
    *out = (struct latest){0};
    if (ledger_prepare(l, &stmt, e,
                       "SELECT t.id, t.revision, t.generated_at, t.params = ?,"
                       " (SELECT COALESCE(MAX(attempt), 0) FROM runs WHERE task = t.id),"
                       " (SELECT MAX(id) FROM runs WHERE task = t.id"
                       "  AND state IN ('rendered', 'held', 'skipped'))"
                       " FROM tasks t WHERE job = ? AND period = ? AND tenant = ?"
                       " ORDER BY revision DESC LIMIT 1",
                       "tttt", params, t->job->name, t->period.label,
                       t->tenant ? t->tenant->id : "") != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1)
        *out = (struct latest){
            .found = true,
            .task = sqlite3_column_int64(stmt, 0),
            .revision = sqlite3_column_int(stmt, 1),
            .generated_at = (time_t)sqlite3_column_int64(stmt, 2),
            .same_params = sqlite3_column_int(stmt, 3) != 0,
            .attempts = sqlite3_column_int(stmt, 4),
            .run = sqlite3_column_int64(stmt, 5),
            .rendered = sqlite3_column_type(stmt, 5) != SQLITE_NULL,
        };
    ledger_end(stmt);
    return rc < 0 ? -1 : 0;
}

static int add_task(struct ledger *l, const struct task *t, const char *params, int revision,
                    time_t now, struct claim *claim, struct err *e)
{
    if (ledger_run_sql(l, e,
                       "INSERT INTO tasks (job, period, tenant, revision, period_start, period_end,"
                       " title, tenant_name, params, generated_at)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       "tttiiittti", t->job->name, t->period.label, t->tenant ? t->tenant->id : "",
                       (int64_t)revision, (int64_t)t->period.start, (int64_t)t->period.end,
                       task_title(t), t->tenant ? t->tenant->name : "", params, (int64_t)now) != 0)
        return -1;
    claim->task = sqlite3_last_insert_rowid(l->db);
    claim->revision = revision;
    claim->attempt = 1;
    claim->generated_at = now;
    return 0;
}

struct claiming {
    const struct task *task;
    const char *params;
    bool again;
    time_t now;
    struct claim *claim;
};

static int claim_task(struct ledger *l, void *ctx, struct err *e)
{
    const struct claiming *c = ctx;
    struct claim *claim = c->claim;
    struct latest latest;
    if (find_latest(l, c->task, c->params, &latest, e) != 0)
        return -1;
    *claim = (struct claim){latest.run, latest.task, latest.revision, latest.attempts + 1,
                            latest.generated_at};
    /* One that was made before its period was over, as a look ahead, is not what is due after. */
    bool early = latest.generated_at < c->task->period.end && c->now >= c->task->period.end;
    if (latest.rendered && latest.same_params && !c->again && !early)
        return 0;
    /* An unfinished revision is tried again as it is, unless it was about other parameters. */
    if ((!latest.found || latest.rendered || !latest.same_params) &&
        add_task(l, c->task, c->params, latest.revision + 1, c->now, claim, e) != 0)
        return -1;
    if (ledger_run_sql(l, e,
                       "INSERT INTO runs (task, attempt, state, job_sha256, started_at)"
                       " VALUES (?, ?, 'rendering', ?, ?)",
                       "iiti", claim->task, (int64_t)claim->attempt, c->task->job->sha256,
                       (int64_t)c->now) != 0)
        return -1;
    claim->run = sqlite3_last_insert_rowid(l->db);
    return 1;
}

int ledger_claim(struct ledger *l, const struct task *task, const char *params, bool again,
                 time_t now, struct claim *claim, struct err *e)
{
    struct claiming c = {task, params, again, now, claim};
    return ledger_in_transaction(l, claim_task, &c, e);
}

static int unclaim(struct ledger *l, void *ctx, struct err *e)
{
    const struct claim *c = ctx;
    if (ledger_run_sql(l, e, "DELETE FROM runs WHERE id = ? AND state = 'rendering'", "i",
                       c->run) != 0)
        return -1;
    return ledger_run_sql(l, e,
                          "DELETE FROM tasks WHERE id = ?1"
                          " AND NOT EXISTS (SELECT 1 FROM runs WHERE task = ?1)",
                          "i", c->task);
}

int ledger_unclaim(struct ledger *l, const struct claim *claim, struct err *e)
{
    struct claim c = *claim;
    return ledger_in_transaction(l, unclaim, &c, e);
}

static int add_artifact(struct ledger *l, int64_t run, const struct artifact *a, int64_t *id,
                        struct err *e)
{
    if (ledger_run_sql(l, e,
                       "INSERT INTO artifacts (run, name, format, media_type, result, rows, "
                       "size_bytes, sha256,"
                       " replaced_characters, numbers_as_text, dates_as_text, truncated_texts,"
                       " guarded_formulas) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       "ittttiitiiiii", run, a->name, a->format->name, artifact_media_type(a),
                       a->result, (int64_t)a->rows, (int64_t)a->size_bytes, a->sha256,
                       (int64_t)a->notes.replaced_characters, (int64_t)a->notes.numbers_as_text,
                       (int64_t)a->notes.dates_as_text, (int64_t)a->notes.truncated_texts,
                       (int64_t)a->notes.guarded_formulas) != 0)
        return -1;
    *id = sqlite3_last_insert_rowid(l->db);
    return 0;
}

/*
 * An older revision that was not sent yet must not replace this one later, nor may what an older
 * period left behind when keys don't hold {period}. What was given up needs nobody's attention any
 * more.
 */
static int supersede_older(struct ledger *l, int64_t run, struct err *e)
{
    if (ledger_run_sql(l, e,
                       "UPDATE deliveries SET state = 'superseded'"
                       " WHERE state IN ('pending', 'held', 'dead') AND kind <> 'batch'"
                       " AND run IN (SELECT r.id FROM runs r JOIN tasks t ON t.id = r.task"
                       " JOIN tasks n ON n.job = t.job AND n.period = t.period"
                       "  AND n.tenant = t.tenant AND n.revision > t.revision"
                       " WHERE n.id = (SELECT task FROM runs WHERE id = ?))",
                       "i", run) != 0)
        return -1;
    if (ledger_run_sql(l, e,
                       "UPDATE runs SET state = 'skipped', error = 'a newer revision was made'"
                       " WHERE state = 'held' AND id IN (SELECT r.id FROM runs r"
                       " JOIN tasks t ON t.id = r.task JOIN tasks n ON n.job = t.job"
                       "  AND n.period = t.period AND n.tenant = t.tenant"
                       "  AND n.revision > t.revision"
                       " WHERE n.id = (SELECT task FROM runs WHERE id = ?))",
                       "i", run) != 0)
        return -1;
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET state = 'superseded' WHERE state = 'pending'"
                          " AND (run, destination) IN (SELECT o.run, o.destination"
                          "  FROM deliveries o JOIN deliveries n ON n.run = ?1"
                          "   AND n.destination = o.destination AND n.key = o.key"
                          "  WHERE o.state = 'pending' AND o.run < ?1)",
                          "i", run);
}

struct committing {
    const struct run_result *result;
    time_t now;
};

static int add_outbox(struct ledger *l, const struct run_result *r, time_t now, struct err *e)
{
    int64_t *ids = xcalloc(r->nartifacts + 1, sizeof(*ids));
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->nartifacts; i++)
        rc = add_artifact(l, r->run, &r->artifacts[i], &ids[i], e);
    for (size_t i = 0; rc == 0 && i < r->noutbox; i++)
        rc = ledger_add_delivery(l, r->run, &r->outbox[i], ids[r->outbox[i].artifact],
                                 r->verdict == VERDICT_HOLD, now, e);
    free(ids);
    return rc;
}

static int commit_run(struct ledger *l, void *ctx, struct err *e)
{
    static const char *const states[] = {
        [VERDICT_DELIVER] = "rendered", [VERDICT_HOLD] = "held", [VERDICT_SKIP] = "skipped"};
    const struct committing *c = ctx;
    const struct run_result *r = c->result;
    bool deliver = r->verdict == VERDICT_DELIVER;
    if (r->verdict != VERDICT_SKIP && add_outbox(l, r, c->now, e) != 0)
        return -1;
    if (deliver && supersede_older(l, r->run, e) != 0)
        return -1;
    return ledger_run_sql(l, e,
                          "UPDATE runs SET state = ?1, finished_at = ?2, rows = ?3, error = ?5,"
                          " error_kind = CASE WHEN ?5 IS NULL THEN NULL ELSE 'data' END"
                          " WHERE id = ?4 AND state = 'rendering'",
                          "tiiit", states[r->verdict], (int64_t)c->now, (int64_t)r->rows, r->run,
                          deliver ? NULL : r->reason);
}

int ledger_commit_run(struct ledger *l, const struct run_result *result, time_t now, struct err *e)
{
    struct committing c = {result, now};
    return ledger_in_transaction(l, commit_run, &c, e);
}

static int release(struct ledger *l, void *ctx, struct err *e)
{
    const struct committing *c = ctx;
    if (ledger_run_sql(l, e,
                       "UPDATE runs SET state = 'rendered', error = NULL, error_kind = NULL"
                       " WHERE id = ? AND state = 'held'",
                       "i", c->result->run) != 0)
        return -1;
    if (sqlite3_changes(l->db) == 0)
        return 0;
    if (supersede_older(l, c->result->run, e) != 0)
        return -1;
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET state = 'pending', next_at = ?1, queued_at = ?1"
                          " WHERE run = ?2 AND state = 'held'",
                          "ii", (int64_t)c->now, c->result->run) == 0
               ? 1
               : -1;
}

int ledger_release(struct ledger *l, int64_t run, time_t now, struct err *e)
{
    struct run_result result = {.run = run};
    struct committing c = {&result, now};
    return ledger_in_transaction(l, release, &c, e);
}

int ledger_previous_rows(struct ledger *l, const struct task *t, uint64_t *rows, struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e,
                       "SELECT r.rows FROM tasks t JOIN runs r ON r.task = t.id"
                       " WHERE t.job = ? AND t.tenant = ? AND t.period_start < ?"
                       " AND r.state = 'rendered'"
                       " ORDER BY t.period_start DESC, r.id DESC LIMIT 1",
                       "tti", t->job->name, t->tenant ? t->tenant->id : "",
                       (int64_t)t->period.start) != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1)
        *rows = (uint64_t)sqlite3_column_int64(stmt, 0);
    ledger_end(stmt);
    return rc;
}

int ledger_fail_run(struct ledger *l, int64_t run, const struct err *why, time_t now, struct err *e)
{
    return ledger_run_sql(l, e,
                          "UPDATE runs SET state = 'failed', finished_at = ?, error_kind = ?,"
                          " error = ?, hint = ?, transient = ? WHERE id = ?",
                          "itttii", (int64_t)now, err_kind_name(why->kind), why->msg, why->hint,
                          (int64_t)why->transient, run);
}

int ledger_is_done(struct ledger *l, const struct task *task, bool *done, struct err *e)
{
    struct latest latest;
    if (find_latest(l, task, "", &latest, e) != 0)
        return -1;
    *done = latest.rendered;
    return 0;
}

int ledger_done_tenants(struct ledger *l, const char *job, const char *period,
                        void (*each)(void *ctx, const char *tenant), void *ctx, struct err *e)
{
    sqlite3_stmt *stmt;
    int rc;
    if (ledger_prepare(l, &stmt, e,
                       "SELECT t.tenant FROM tasks t WHERE t.job = ?1 AND t.period = ?2"
                       " AND NOT EXISTS (SELECT 1 FROM tasks n WHERE n.job = ?1 AND n.period = ?2"
                       "  AND n.tenant = t.tenant AND n.revision > t.revision)"
                       " AND EXISTS (SELECT 1 FROM runs r WHERE r.task = t.id"
                       "  AND r.state IN ('rendered', 'held', 'skipped')) ORDER BY t.tenant",
                       "tt", job, period) != 0)
        return -1;
    while ((rc = ledger_step(l, stmt, e)) == 1)
        each(ctx, ledger_text(stmt, 0));
    ledger_end(stmt);
    return rc;
}

static const char list_sql[] =
    "SELECT r.id, t.job, t.period, t.tenant, r.state, t.revision, r.attempt, r.started_at,"
    " r.finished_at, r.rows,"
    " (SELECT COUNT(*) FROM artifacts WHERE run = r.id),"
    " (SELECT COALESCE(SUM(size_bytes), 0) FROM artifacts WHERE run = r.id),"
    " (SELECT COUNT(*) FROM deliveries WHERE run = r.id AND state = 'pending'),"
    " (SELECT COUNT(*) FROM deliveries WHERE run = r.id AND state = 'delivered'),"
    " (SELECT COUNT(*) FROM deliveries WHERE run = r.id AND state = 'dead'),"
    " r.error_kind, r.error, r.hint,"
    " f.destination, f.error, f.hint, f.attempts, CASE f.state WHEN 'pending' THEN f.next_at END"
    " FROM runs r JOIN tasks t ON t.id = r.task"
    " LEFT JOIN deliveries f ON f.id = (SELECT MIN(id) FROM deliveries WHERE run = r.id"
    "  AND error IS NOT NULL AND state IN ('pending', 'dead'))"
    " WHERE (?1 IS NULL OR t.job = ?1) AND (?2 IS NULL OR t.tenant = ?2)"
    " AND (?3 = 0 OR r.state IN ('failed', 'interrupted', 'held') OR f.id IS NOT NULL"
    "  OR EXISTS (SELECT 1 FROM deliveries WHERE run = r.id AND state = 'dead'))"
    " ORDER BY r.id DESC LIMIT ?4";

static struct run_row read_row(sqlite3_stmt *stmt)
{
    return (struct run_row){
        .run = sqlite3_column_int64(stmt, 0),
        .job = ledger_text(stmt, 1),
        .period = ledger_text(stmt, 2),
        .tenant = ledger_text(stmt, 3),
        .state = ledger_text(stmt, 4),
        .revision = sqlite3_column_int(stmt, 5),
        .attempt = sqlite3_column_int(stmt, 6),
        .started_at = (time_t)sqlite3_column_int64(stmt, 7),
        .finished_at = (time_t)sqlite3_column_int64(stmt, 8),
        .rows = sqlite3_column_int64(stmt, 9),
        .files = sqlite3_column_int64(stmt, 10),
        .bytes = sqlite3_column_int64(stmt, 11),
        .pending = sqlite3_column_int64(stmt, 12),
        .delivered = sqlite3_column_int64(stmt, 13),
        .dead = sqlite3_column_int64(stmt, 14),
        .error_kind = ledger_text(stmt, 15),
        .error = ledger_text(stmt, 16),
        .hint = ledger_text(stmt, 17),
        .delivery_destination = ledger_text(stmt, 18),
        .delivery_error = ledger_text(stmt, 19),
        .delivery_hint = ledger_text(stmt, 20),
        .delivery_attempts = sqlite3_column_int(stmt, 21),
        .delivery_next_at = (time_t)sqlite3_column_int64(stmt, 22),
    };
}

int ledger_runs(struct ledger *l, const struct run_filter *filter,
                int (*each)(void *ctx, const struct run_row *row, struct err *e), void *ctx,
                struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e, list_sql, "ttii", filter->job, filter->tenant,
                       (int64_t)filter->failed_only, filter->limit) != 0)
        return -1;
    int rc;
    while ((rc = ledger_step(l, stmt, e)) == 1) {
        struct run_row row = read_row(stmt);
        if (each(ctx, &row, e) != 0) {
            rc = -1;
            break;
        }
    }
    ledger_end(stmt);
    return rc < 0 ? -1 : 0;
}
