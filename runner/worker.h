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
#include "runner/spool.h"

/* A task that a worker is to do, or is doing. */
struct assignment {
    size_t task; /* index */
    struct claim claim;
};

enum { WORKER_ASSIGNMENTS = 64 };

/* Several small tasks are given at once, so that a worker need not wait for its next one while the
 * parent waits for the disk. */
struct worker {
    pid_t pid;                                   /* 0: not started */
    int fd;                                      /* of our end of the socket pair */
    struct assignment given[WORKER_ASSIGNMENTS]; /* in order; the first one is being rendered */
    size_t ngiven;
    int64_t started_ms; /* the first one, on the monotonic clock */
    int64_t last_ms;    /* how long the last one took; -1: not known */
    uint64_t rows;      /* so far, of the current result set */
};

/* What a worker knows from its birth. */
struct work {
    const struct config *config;
    const struct spool *spool;
    const struct task *tasks;
    const struct param_value *params;
};

struct work_result {
    bool finished; /* else only progress: `rows` so far */
    uint64_t rows;
    int rc;
    struct err err;             /* rc -1: it was the worker's last task */
    struct artifact *artifacts; /* rc 0; the caller frees it */
    size_t nartifacts;
};

/* Starts a worker with nothing to do. */
int worker_start(struct worker *w, const struct work *work, struct err *e);
/* Gives it one task more; there must be room. */
int worker_give(struct worker *w, const struct assignment *a, struct err *e);
/* Reads what a worker has to say of its first assignment: 1 for a result, which ends it, or for
 * progress; 0 when the worker is gone (`why` tells how), with all its assignments still there. */
int worker_read(struct worker *w, struct work_result *out, struct err *why);
/* Ends a worker: at once with `now`, else when it has nothing more to do. NULL-safe for pid 0; what
 * it was given and has not done stays in `given`. */
void worker_stop(struct worker *w, bool now);

#endif
