/*
 * A tick: lists what schedules have made due since the last one, runs it, and delivers. What is due
 * is computed from the jobs and the ledger, not from the number of ticks: one that comes late,
 * twice or not at all for days makes no difference to which periods there are.
 */
#ifndef RUNNER_TICK_H
#define RUNNER_TICK_H

#include "runner/app.h"

struct tick_summary {
    size_t done, failed, skipped; /* periods: all reports made, some not, not to be made */
    uint64_t delivered;
    int64_t undelivered; /* of all jobs: waiting, or given up */
    bool stopped;        /* by a signal */
    bool busy;           /* another pressrun is at work: nothing was done */
    int exit_code;       /* what the tick asks for */
};

/* `app` is fresh: only the configuration's path and the clock are set. -1 when nothing can be done.
 */
int tick(struct app *app, size_t workers, struct tick_summary *summary, struct err *e);

#endif
