/*
 * The ledger: what happened, in SQLite. The home of SQLite and of all SQL of our own on it.
 *
 * A task is a job, a period and a tenant ("" for the platform), and a revision: 1, or one more each
 * time an operator asks for a report again. A run is one attempt at a task. Rendering commits the
 * run, its artifacts and its pending deliveries in one transaction: that is the outbox, and the
 * spool holds the files until each delivery has come to an end.
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

/* A delivery to be made of each artifact; the keys were expanded from the task's own tenant. */
struct outbox_item {
    size_t artifact; /* index */
    const char *destination, *key;
};
int ledger_commit_run(struct ledger *l, int64_t run, const struct artifact *artifacts,
                      size_t nartifacts, const struct outbox_item *outbox, size_t noutbox,
                      time_t now, struct err *e);
int ledger_fail_run(struct ledger *l, int64_t run, const struct err *why, time_t now,
                    struct err *e);
/* Stops what has not been sent yet of a run that turned out to break isolation. */
int ledger_stop_deliveries(struct ledger *l, const char *job, const char *reason, struct err *e);

struct delivery {
    int64_t id, run;
    char job[LIMIT_NAME_BYTES + 1], tenant[LIMIT_TENANT_ID_BYTES + 1], period[16];
    char destination[LIMIT_NAME_BYTES + 1], key[LIMIT_KEY_BYTES];
    char file[ARTIFACT_NAME_SIZE], sha256[HASH_HEX_SIZE], format[16];
    int attempts;
    time_t rendered_at;
};
/*
 * The next delivery that is due: 1, 0 or -1. Those of a run go in order, so that the manifest comes
 * after the files it names; one that fails holds back the later ones of its run and destination.
 */
int ledger_next_delivery(struct ledger *l, time_t now, struct delivery *d, struct err *e);
int ledger_delivered(struct ledger *l, int64_t delivery, time_t now, struct err *e);
/* `retry_at` 0: given up, the delivery and the later ones of its run and destination are dead. */
int ledger_delivery_failed(struct ledger *l, const struct delivery *d, const struct err *why,
                           time_t retry_at, struct err *e);
/* How many deliveries of a job (NULL: of all) have not been made: waiting, or given up. */
int ledger_undelivered(struct ledger *l, const char *job, int64_t *n, struct err *e);
/* True when no delivery of a run is left to make, so that the spool may forget its files. */
int ledger_run_settled(struct ledger *l, int64_t run, bool *settled, struct err *e);

struct run_row {
    int64_t run;
    const char *job, *period, *tenant, *state; /* rendering rendered failed interrupted */
    int revision, attempt;
    time_t started_at, finished_at; /* finished_at 0: not yet */
    int64_t rows, files, bytes;
    int64_t pending, delivered, dead;      /* deliveries */
    const char *error_kind, *error, *hint; /* "" without */
    const char *delivery_error;            /* the last one, or "" */
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
/* True when the newest revision of a task has been rendered. */
int ledger_is_done(struct ledger *l, const struct task *task, bool *done, struct err *e);

#endif
