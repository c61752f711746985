/*
 * Running tasks: gives each to a worker, judges and commits what comes back, and delivers it.
 */
#ifndef RUNNER_RUN_H
#define RUNNER_RUN_H

#include "jobs/plan.h"
#include "runner/app.h"
#include "runner/deliver/deliver.h"

struct run_order {
    const struct task *tasks; /* all of one job */
    size_t ntasks;
    const struct param_value *params;
    const char *params_text; /* how the ledger tells two sets of parameters apart */
    bool again;
    size_t workers; /* at most; 0: one a core */
};

struct run_summary {
    uint64_t rendered, skipped, failed; /* tasks; skipped: done before */
    uint64_t held, withheld;            /* of the rendered: kept back, not to be sent (expect) */
    uint64_t passing;                   /* of the failed: for a reason that may pass */
    uint64_t rows, files, bytes;
    enum err_kind worst; /* ERR_ISOLATION before everything else */
    bool stopped;        /* by a signal */
    int64_t undelivered; /* files of the job that wait or were given up, also of earlier runs */
    struct deliver_summary deliveries;
};

/* -1 only when nothing more can be done (the ledger fails); a failed task is in the summary. */
int run_tasks(struct app *app, const struct run_order *order, struct run_summary *summary,
              struct err *e);

/* The tenants, from the database; the connection is closed before any worker is forked. */
int run_find_tenants(struct app *app, struct tenant **tenants, size_t *n, struct err *e);

/* Sends what is due and no more. */
int run_deliveries(struct app *app, const struct outbox_filter *filter,
                   struct deliver_summary *summary, bool *stopped, struct err *e);

/* The exit code that a summary asks for. */
int run_exit_code(const struct run_summary *summary);

#endif
