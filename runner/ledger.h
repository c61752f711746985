/*
 * The ledger: what happened, in SQLite. The home of SQLite and of all SQL of our own on it.
 *
 * A task is a job, a period and a tenant ("" for the platform), and a revision: 1, or one more each
 * time an operator asks for a report again. A run is one attempt at a task. Rendering commits the
 * run, its artifacts and its pending deliveries in one transaction: that is the outbox
 * (ledger_outbox.h), and the spool holds the files until each delivery has come to an end.
 *
 * A ledger is only ever created by ledger_create(). It carries an application id, a version and a
 * random uuid that is also kept in a file beside it: a ledger that is missing, empty, foreign or
 * damaged is an error, never an empty one, for an empty one would send every report again.
 *
 * Only the process that holds the state directory's lock (spool.h) writes. Times are seconds, UTC.
 */
#ifndef RUNNER_LEDGER_H
#define RUNNER_LEDGER_H

#include <stdint.h>
#include <time.h>

#include "formats/render.h"
#include "jobs/plan.h"
#include "lib/err.h"

struct ledger;

int ledger_create(const char *state_directory, struct err *e); /* fine when it is already there */
int ledger_open(const char *state_directory, struct ledger **out, struct err *e);
void ledger_close(struct ledger *l); /* takes NULL */

/* Does all that the body does with the ledger in one transaction: it waits for the disk once. */
int ledger_together(struct ledger *l, int (*body)(void *ctx, struct err *e), void *ctx,
                    struct err *e);

/* Runs that a process left behind when it died become "interrupted". Returns how many, or -1. */
int ledger_recover(struct ledger *l, time_t now, struct err *e);

struct claim {
    int64_t run, task;
    int revision, attempt;
    time_t generated_at; /* the task's own fixed time: the same for each attempt */
};
/*
 * Claims a task: 1 and a new run in state "rendering", or 0 when it is already done (`claim` then
 * shows the run that did it). `again` makes a new revision; so do other parameters than last time.
 */
int ledger_claim(struct ledger *l, const struct task *task, const char *params, bool again,
                 time_t now, struct claim *claim, struct err *e);
/* Takes back a claim of what nobody began, as if it had not been made. */
int ledger_unclaim(struct ledger *l, const struct claim *claim, struct err *e);

/* What is to be delivered, see ledger_outbox.h; keys were expanded from the task's own tenant. */
struct outbox_item {
    int kind;        /* enum delivery_kind */
    size_t artifact; /* index, of a file */
    const char *destination, *key;
    const char *after; /* of a notice, or NULL */
};
/* What is to become of a run: sent, kept until ledger_release(), or not sent at all. */
enum verdict { VERDICT_DELIVER, VERDICT_HOLD, VERDICT_SKIP };
struct run_result {
    int64_t run;
    const struct artifact *artifacts;
    size_t nartifacts;
    const struct outbox_item *outbox;
    size_t noutbox;
    uint64_t rows;
    enum verdict verdict;
    const char *reason; /* of a verdict that is not to deliver */
};
int ledger_commit_run(struct ledger *l, const struct run_result *result, time_t now, struct err *e);
/* Lets a run go that was held: 1, or 0 when there is none of that number that is held. */
int ledger_release(struct ledger *l, int64_t run, time_t now, struct err *e);
/* The rows of the last report before a period: 1, or 0 when there is none. */
int ledger_previous_rows(struct ledger *l, const struct task *task, uint64_t *rows, struct err *e);
int ledger_fail_run(struct ledger *l, int64_t run, const struct err *why, time_t now,
                    struct err *e);

struct run_row {
    int64_t run;
    const char *job, *period, *tenant;
    const char *state; /* rendering rendered held skipped failed interrupted */
    int revision, attempt;
    time_t started_at, finished_at; /* finished_at 0: not yet */
    int64_t rows, files, bytes;
    int64_t pending, delivered, dead;      /* deliveries */
    const char *error_kind, *error, *hint; /* "" without */
    /* The first delivery that failed and is not made yet; "" and 0 without. */
    const char *delivery_destination, *delivery_error, *delivery_hint;
    int delivery_attempts;
    time_t delivery_next_at; /* 0: given up */
};
struct run_filter {
    const char *job, *tenant; /* NULL: any */
    bool failed_only;
    int64_t limit;
};
/* The latest runs first. Texts live until the callback returns. */
int ledger_runs(struct ledger *l, const struct run_filter *filter,
                int (*each)(void *ctx, const struct run_row *row, struct err *e), void *ctx,
                struct err *e);
/* True when the newest revision of a task needs no run any more. */
int ledger_is_done(struct ledger *l, const struct task *task, bool *done, struct err *e);

/* The tenants ("" for the platform) whose report of a period is done, in order of their ids. */
int ledger_done_tenants(struct ledger *l, const char *job, const char *period,
                        void (*each)(void *ctx, const char *tenant), void *ctx, struct err *e);

#endif
