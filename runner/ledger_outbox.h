/*
 * The outbox: what is to be delivered, and what became of it.
 *
 * A delivery is one file of a run on its way to one destination, or a notice about the run. It is
 * "pending" until it is "delivered", "dead" (given up) or "superseded" (by a newer revision); those
 * of a run that is held are "held" until it is released. The
 * files of a run go in any order; its manifest waits until they are there, and a notice until the
 * manifest is at the destination whose links it carries. When one is given up, what waits for it is
 * dead as well.
 *
 * A batch notice is about all tenants' reports of a job and period. Each run that is committed
 * renews it and puts it off; ledger_release_batches() lets it go.
 */
#ifndef RUNNER_LEDGER_OUTBOX_H
#define RUNNER_LEDGER_OUTBOX_H

#include "runner/ledger.h"

enum delivery_kind { DELIVERY_FILE, DELIVERY_MANIFEST, DELIVERY_NOTICE, DELIVERY_BATCH };

struct delivery { /* texts live in the arena that it was read into */
    int64_t id, run;
    enum delivery_kind kind;
    const char *job, *title, *tenant, *tenant_name, *period;
    int revision;
    time_t period_start, period_end, generated_at;
    const char *destination, *key;                   /* of a notice: its id */
    const char *after;                               /* of a notice: where the files are, or NULL */
    const char *file, *format, *media_type, *sha256; /* of a file */
    int64_t size_bytes, rows;
    bool exclusive;     /* nothing else of the run is to go to another destination, now or later */
    const char *upload; /* what ledger_keep_upload() kept, or NULL */
    int attempts;
    time_t rendered_at;
    time_t
        queued_at; /* when it first failed, or was asked for again: the deadline counts from here */
};

/* Which of the pending deliveries that are due and wait for nothing. */
struct outbox_filter {
    int64_t run;           /* 0: of all runs */
    int64_t before;        /* of runs before this one; 0: of all */
    const char *completed; /* those that waited for something of the run at this destination */
    bool wanted;           /* those that ledger_retry() chose */
    bool batches;          /* batch notices */
};
int ledger_ready(struct ledger *l, const struct outbox_filter *filter, time_t now,
                 void (*each)(void *ctx, int64_t delivery, const char *destination), void *ctx,
                 struct err *e);
/* A pending delivery: 1, 0 when it is not pending any more, or -1. */
int ledger_delivery(struct ledger *l, int64_t id, struct arena *arena, struct delivery *out,
                    struct err *e);

struct delivery_result {
    int64_t id;
    bool delivered;
    time_t retry_at; /* not delivered; 0: given up */
    char error[1024], hint[1024];
};
/* All or nothing, in one transaction. */
int ledger_record(struct ledger *l, const struct delivery_result *results, size_t n, time_t now,
                  struct err *e);

/* Remembers, before anything is sent, what a destination needs to go on after a crash. */
int ledger_keep_upload(struct ledger *l, int64_t delivery, const char *upload, struct err *e);
/* The destination asked to be left alone until then. */
int ledger_put_off(struct ledger *l, const char *destination, time_t until, struct err *e);
/* Nothing is sent there any more, now or later, until ledger_retry() for that destination. */
int ledger_disable(struct ledger *l, const char *destination, const char *reason, time_t now,
                   struct err *e);
int ledger_release_batches(struct ledger *l, const char *job, time_t now, struct err *e);
/* Stops what has not been sent yet of a job that turned out to break isolation. */
int ledger_stop_deliveries(struct ledger *l, const char *job, const char *reason, struct err *e);

/* What failed is due again, with a new deadline; all of one of these. */
struct retry {
    int64_t run;             /* of a run, or 0 */
    const char *destination; /* at a destination, or NULL; it is enabled again */
    bool dead;               /* what was given up */
};
int ledger_retry(struct ledger *l, const struct retry *which, time_t now, int64_t *n,
                 struct err *e);

/* How many deliveries of a job (NULL: of all) have not been made: waiting, or given up. */
int ledger_undelivered(struct ledger *l, const char *job, int64_t *n, struct err *e);
/* True when no delivery of a run is left to make, so that the spool may forget its files. */
int ledger_run_settled(struct ledger *l, int64_t run, bool *settled, struct err *e);

/* A file of a run and, if it is at a destination, its key there. */
struct run_file {
    const char *name, *format, *media_type, *sha256;
    int64_t size_bytes, rows;
    const char *key; /* NULL: not there (yet) */
};
int ledger_run_files(struct ledger *l, int64_t run, const char *destination,
                     int (*each)(void *ctx, const struct run_file *file, struct err *e), void *ctx,
                     struct err *e);
/* The newest rendered run of each tenant for the job and period of a run, up to that run. */
struct batch_run {
    int64_t run, rows;
    int revision;
    const char *tenant, *tenant_name;
};
int ledger_batch_runs(struct ledger *l, int64_t run,
                      int (*each)(void *ctx, const struct batch_run *r, struct err *e), void *ctx,
                      struct err *e);
/* What a run is about: 1, 0 when there is none of that number, or -1. */
struct run_about { /* texts live in the arena */
    int64_t run;
    const char *job, *title, *tenant, *period;
};
int ledger_run_about(struct ledger *l, int64_t run, struct arena *arena, struct run_about *out,
                     struct err *e);
/* The newest run with files of each job of a tenant (of one job, unless NULL). */
int ledger_tenant_runs(struct ledger *l, const char *tenant, const char *job,
                       int (*each)(void *ctx, int64_t run, struct err *e), void *ctx,
                       struct err *e);

#endif
