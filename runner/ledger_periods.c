#include "runner/ledger_periods.h"

#include "runner/ledger_schema.h"

int ledger_find_schedule(struct ledger *l, const char *job, struct schedule_row *out, struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e, "SELECT since, planned_until FROM schedules WHERE job = ?", "t",
                       job) != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1)
        *out = (struct schedule_row){(time_t)sqlite3_column_int64(stmt, 0),
                                     (time_t)sqlite3_column_int64(stmt, 1)};
    ledger_end(stmt);
    return rc;
}

/* Another schedule than before. Nothing from before the job was known is ever listed. */
static int change_rule(struct ledger *l, const char *job, const char *rule, time_t now,
                       struct schedule_row *row, struct err *e)
{
    enum { A_DAY_S = 86400 };
    time_t back = row->planned_until - A_DAY_S;
    if (back < row->since)
        back = row->since;
    *row = (struct schedule_row){now, back};
    return ledger_run_sql(l, e,
                          "UPDATE schedules SET rule = ?, since = ?, planned_until = ?"
                          " WHERE job = ?",
                          "tiit", rule, (int64_t)now, (int64_t)back, job);
}

int ledger_schedule(struct ledger *l, const char *job, const char *rule, time_t now,
                    struct schedule_row *out, struct err *e)
{
    sqlite3_stmt *stmt;
    int found = ledger_find_schedule(l, job, out, e);
    if (found == 0) {
        *out = (struct schedule_row){now, now};
        return ledger_run_sql(l, e, "INSERT INTO schedules VALUES (?, ?, ?, ?)", "tiit", job,
                              (int64_t)now, (int64_t)now, rule);
    }
    if (found < 0 || ledger_prepare(l, &stmt, e, "SELECT rule = ? FROM schedules WHERE job = ?",
                                    "tt", rule, job) != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    bool same = rc == 1 && sqlite3_column_int(stmt, 0);
    ledger_end(stmt);
    if (rc < 0)
        return -1;
    return same ? 0 : change_rule(l, job, rule, now, out, e);
}

struct going_back {
    const char *job;
    time_t now;
};

static int go_back(struct ledger *l, void *ctx, struct err *e)
{
    enum { LONGEST_PAUSE_S = 3600 };
    const struct going_back *g = ctx;
    if (ledger_run_sql(l, e,
                       "DELETE FROM periods WHERE job = ?1 AND state IN ('due', 'skipped')"
                       " AND (due_at > ?2 OR ended_at > ?2)",
                       "ti", g->job, (int64_t)g->now) != 0 ||
        ledger_run_sql(l, e, "UPDATE periods SET next_at = ?1 WHERE state = 'due' AND next_at > ?2",
                       "ii", (int64_t)g->now, (int64_t)g->now + LONGEST_PAUSE_S) != 0 ||
        ledger_run_sql(l, e,
                       "UPDATE deliveries SET next_at = ?1, queued_at = MIN(queued_at, ?1)"
                       " WHERE state = 'pending' AND next_at > ?2",
                       "ii", (int64_t)g->now, (int64_t)g->now + LONGEST_PAUSE_S) != 0)
        return -1;
    return ledger_run_sql(l, e,
                          "UPDATE schedules SET planned_until = COALESCE((SELECT MAX(due_at)"
                          " FROM periods WHERE job = ?1 AND due_at <= ?2), since) WHERE job = ?1",
                          "ti", g->job, (int64_t)g->now);
}

int ledger_clock_went_back(struct ledger *l, const char *job, time_t now, struct schedule_row *out,
                           struct err *e)
{
    struct going_back g = {job, now};
    if (ledger_in_transaction(l, go_back, &g, e) != 0)
        return -1;
    return ledger_find_schedule(l, job, out, e) < 0 ? -1 : 0;
}

struct listing {
    const char *job;
    const struct due_period *due;
    size_t n;
    time_t planned_until;
    bool *fresh;
};

static int list(struct ledger *l, void *ctx, struct err *e)
{
    const struct listing *in = ctx;
    for (size_t i = 0; i < in->n; i++) {
        const struct due_period *d = &in->due[i];
        if (ledger_run_sql(l, e,
                           "INSERT OR IGNORE INTO periods (job, period, due_at, late_at, next_at,"
                           " state, reason, ended_at) VALUES (?1, ?2, ?3, ?4, ?3,"
                           " CASE WHEN ?5 IS NULL THEN 'due' ELSE 'skipped' END, ?5,"
                           " CASE WHEN ?5 IS NULL THEN NULL ELSE ?6 END)",
                           "ttiiti", in->job, d->period.label, (int64_t)d->due_at,
                           (int64_t)d->late_at, d->skip_reason, (int64_t)in->planned_until) != 0)
            return -1;
        in->fresh[i] = sqlite3_changes(l->db) > 0;
    }
    return ledger_run_sql(l, e, "UPDATE schedules SET planned_until = ? WHERE job = ?", "it",
                          (int64_t)in->planned_until, in->job);
}

int ledger_list_periods(struct ledger *l, const char *job, const struct due_period *due, size_t n,
                        time_t planned_until, bool *fresh, struct err *e)
{
    struct listing in = {job, due, n, planned_until, fresh};
    return ledger_in_transaction(l, list, &in, e);
}

static int each_row(struct ledger *l, sqlite3_stmt *stmt,
                    int (*each)(void *ctx, const struct period_row *row, struct err *e), void *ctx,
                    struct err *e)
{
    int rc;
    while ((rc = ledger_step(l, stmt, e)) == 1) {
        struct period_row row = {
            .id = sqlite3_column_int64(stmt, 0),
            .job = ledger_text(stmt, 1),
            .period = ledger_text(stmt, 2),
            .state = ledger_text(stmt, 3),
            .reason = ledger_text(stmt, 4),
            .due_at = (time_t)sqlite3_column_int64(stmt, 5),
            .late_at = (time_t)sqlite3_column_int64(stmt, 6),
            .attempts = sqlite3_column_int(stmt, 7),
            .ended_at = (time_t)sqlite3_column_int64(stmt, 8),
        };
        if (each(ctx, &row, e) != 0) {
            rc = -1;
            break;
        }
    }
    ledger_end(stmt);
    return rc;
}

#define COLUMNS "SELECT id, job, period, state, reason, due_at, late_at, attempts, ended_at"

int ledger_due_periods(struct ledger *l, time_t now,
                       int (*each)(void *ctx, const struct period_row *row, struct err *e),
                       void *ctx, struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e,
                       COLUMNS " FROM periods WHERE state = 'due' AND next_at <= ?"
                               " ORDER BY due_at, id",
                       "i", (int64_t)now) != 0)
        return -1;
    return each_row(l, stmt, each, ctx, e);
}

int ledger_periods(struct ledger *l, const char *job,
                   int (*each)(void *ctx, const struct period_row *row, struct err *e), void *ctx,
                   struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e, COLUMNS " FROM periods WHERE job = ? ORDER BY due_at, id", "t",
                       job) != 0)
        return -1;
    return each_row(l, stmt, each, ctx, e);
}

int ledger_end_period(struct ledger *l, const char *job, const char *period, const char *state,
                      const char *reason, time_t now, struct err *e)
{
    return ledger_run_sql(l, e,
                          "UPDATE periods SET state = ?, reason = ?, ended_at = ?"
                          " WHERE job = ? AND period = ? AND state IN ('due', 'failed', 'skipped')",
                          "ttitt", state, reason, (int64_t)now, job, period);
}

int ledger_put_off_period(struct ledger *l, int64_t id, const char *reason, time_t next_at,
                          struct err *e)
{
    return ledger_run_sql(l, e,
                          "UPDATE periods SET attempts = attempts + 1, reason = ?, next_at = ?"
                          " WHERE id = ? AND state = 'due'",
                          "tii", reason, (int64_t)next_at, id);
}

int ledger_postpone_period(struct ledger *l, int64_t id, const char *reason, time_t due_at,
                           struct err *e)
{
    return ledger_run_sql(l, e,
                          "UPDATE periods SET due_at = ?1, next_at = ?1, reason = ?2"
                          " WHERE id = ?3 AND state = 'due'",
                          "iti", (int64_t)due_at, reason, id);
}
