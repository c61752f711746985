/*
 * A worker is a forked process that renders one task at a time, with its own connection to the
 * report database. A crash in a library costs its one run, not the night: the parent reads the end
 * of the pipe, learns the signal, and starts another one. Parent and worker are the same program
 * image, so what crosses the pipe is plain structures.
 *
 * A worker ends with its parent, whatever ends that (PR_SET_PDEATHSIG).
 */
#ifndef RUNNER_WORKER_H
#define RUNNER_WORKER_H

#include <stdint.h>
#include <sys/types.h>

#include "formats/render.h"
#include "jobs/plan.h"
#include "lib/err.h"
#include "runner/ledger.h"

struct worker {
    pid_t pid; /* 0: not started */
    int fd;    /* of our end of the socket pair */
    bool busy;
    size_t task;        /* index, while busy */
    struct claim claim; /* of the ledger, while busy */
    int64_t started_ms; /* of the monotonic clock, while busy */
    uint64_t rows;      /* so far, of the current result set */
};

/* What a worker knows from its birth. */
struct work {
    const struct config *config;
    const struct task *tasks;
    const struct param_value *params;
};

struct work_order {
    size_t task;
    time_t generated_at;
    char directory[LIMIT_PATH_BYTES];
};

struct work_result {
    bool finished; /* else only progress: `rows` so far */
    uint64_t rows;
    int rc;
    struct err err;             /* rc -1 */
    struct artifact *artifacts; /* rc 0; the caller frees it */
    size_t nartifacts;
};

/* The rows of a report: of its longest file. */
uint64_t work_rows(const struct work_result *r);

int worker_start(struct worker *w, const struct work *work, struct err *e);
int worker_order(struct worker *w, const struct work_order *order, const struct claim *claim,
                 struct err *e);
/* Reads what a worker has to say: 1 for a result, 0 when it is gone (`why` tells how). */
int worker_read(struct worker *w, struct work_result *out, struct err *why);
/* Ends a worker: at once with `now`, else when it has nothing more to do. NULL-safe for pid 0. */
void worker_stop(struct worker *w, bool now);

#endif
