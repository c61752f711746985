/*
 * Running tasks: gives each to a worker, commits what comes back, and delivers it.
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
    size_t workers;
};

struct run_summary {
    uint64_t rendered, skipped, failed; /* tasks */
    uint64_t rows, files, bytes;
    enum err_kind worst; /* ERR_ISOLATION before everything else */
    bool stopped;        /* by a signal */
    int64_t undelivered; /* files of the job that wait or were given up, also of earlier runs */
    struct deliver_summary deliveries;
};

/* -1 only when nothing more can be done (the ledger fails); a failed task is in the summary. */
int run_tasks(struct app *app, const struct run_order *order, struct run_summary *summary,
              struct err *e);

/* The exit code that a summary asks for. */
int run_exit_code(const struct run_summary *summary);

#endif
