/* Stopping deliveries, and starting them again. */
#include "runner/ledger_schema.h"

int ledger_stop_deliveries(struct ledger *l, const char *job, const char *reason, struct err *e)
{
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET state = 'dead', stopped = 1, error = ?"
                          " WHERE state IN ('pending', 'held', 'dead') AND run IN (SELECT r.id "
                          "FROM runs r JOIN tasks t ON t.id = r.task"
                          " WHERE t.job = ?)",
                          "tt", reason, job);
}

struct disabling {
    const char *destination, *reason;
    time_t now;
};

static int disable(struct ledger *l, void *ctx, struct err *e)
{
    const struct disabling *d = ctx;
    if (ledger_run_sql(l, e, "INSERT OR REPLACE INTO disabled_destinations VALUES (?, ?, ?)", "tit",
                       d->destination, (int64_t)d->now, d->reason) != 0)
        return -1;
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET state = 'dead', error = ? WHERE state = 'pending'"
                          " AND destination = ?",
                          "tt", d->reason, d->destination);
}

int ledger_disable(struct ledger *l, const char *destination, const char *reason, time_t now,
                   struct err *e)
{
    struct disabling d = {destination, reason, now};
    return ledger_in_transaction(l, disable, &d, e);
}

struct retrying {
    const struct retry *which;
    time_t now;
    int64_t n;
};

/* What was stopped because a report broke isolation stays dead: its rows may be another tenant's.
 */
static const char choose[] =
    "INSERT INTO temp.wanted SELECT d.id FROM deliveries d WHERE d.stopped = 0"
    " AND (d.state = 'dead' OR (d.state = 'pending' AND d.error IS NOT NULL AND NOT ?1))"
    " AND (d.destination = ?3"
    "  OR d.destination NOT IN (SELECT destination FROM disabled_destinations))"
    " AND (?2 = 0 OR d.run = ?2) AND (?3 IS NULL OR d.destination = ?3 OR d.after = ?3)";

/* What waited for a dead one, and what has not failed itself, goes along when it becomes ready. */
static int retry(struct ledger *l, void *ctx, struct err *e)
{
    struct retrying *r = ctx;
    if (ledger_exec(l,
                    "CREATE TEMP TABLE IF NOT EXISTS wanted (id INTEGER PRIMARY KEY);"
                    "DELETE FROM temp.wanted",
                    e) != 0)
        return -1;
    if (ledger_run_sql(l, e, choose, "iit", (int64_t)r->which->dead, r->which->run,
                       r->which->destination) != 0)
        return -1;
    r->n = sqlite3_changes(l->db);
    if (r->which->destination &&
        ledger_run_sql(l, e, "DELETE FROM disabled_destinations WHERE destination = ?", "t",
                       r->which->destination) != 0)
        return -1;
    return ledger_run_sql(l, e,
                          "UPDATE deliveries SET state = 'pending', next_at = ?1, queued_at = ?1"
                          " WHERE id IN (SELECT id FROM temp.wanted)",
                          "i", (int64_t)r->now);
}

int ledger_retry(struct ledger *l, const struct retry *which, time_t now, int64_t *n, struct err *e)
{
    struct retrying r = {which, now, 0};
    if (ledger_in_transaction(l, retry, &r, e) != 0)
        return -1;
    *n = r.n;
    return 0;
}
