/*
 * Inside of a run: what the loop (run.c), the claims and commits (group.c) and the failures share.
 *
 * A finished run is not in the ledger before its files are on the disk, and the disk is slow: so
 * all runs that finish within some milliseconds are synced and committed together, and the next
 * tasks are claimed in the same transaction. Workers have small tasks in stock meanwhile.
 */
#ifndef RUNNER_ENGINE_H
#define RUNNER_ENGINE_H

#include <poll.h>

#include "runner/run.h"
#include "runner/signals.h"
#include "runner/worker.h"

/* Rendered and proven, and not in the ledger yet. */
struct finished {
    struct assignment what;
    struct artifact *artifacts;
    size_t nartifacts;
};

enum { GROUP_MAX = 256 };

struct engine {
    struct app *app;
    const struct run_order *order;
    struct run_summary *summary;
    struct work work;
    struct worker *workers;
    size_t nworkers;
    struct deliveries *deliveries;
    struct pollfd *polls; /* one for each worker, then the signals */
    struct signals signals;
    size_t *sequence;           /* in which tasks are claimed */
    size_t next;                /* place in it */
    struct assignment *claimed; /* and not given to a worker yet, in order */
    size_t nclaimed, claimed_cap;
    struct finished finished[GROUP_MAX];
    size_t nfinished;
    int64_t first_finished_ms;
    int64_t commit_at_ms; /* not before, while there is work */
    int64_t first_run;    /* that was claimed, or 0 */
};

const struct task *engine_task(const struct engine *en, const struct assignment *a);
const char *engine_tenant(const struct task *t); /* its id, or "" */
bool engine_is_busy(const struct engine *en);    /* some worker has something to do */

/*
 * Records a failed run and tells of it; the others go on, unless it broke isolation. Returns -1
 * only when nothing more can be done.
 */
int engine_fail(struct engine *en, const struct assignment *a, const struct err *why,
                struct err *e);
/* No task is begun any more, and what is being rendered ends at once; it can be done again. */
int engine_abandon(struct engine *en, const char *reason, struct err *e);

/* Takes over what a run has made, for the next commit; there must be room. */
void group_add(struct engine *en, const struct finished *run);
/* In how many milliseconds group_commit() is due; -1: there is nothing to commit. */
int64_t group_due_ms(const struct engine *en);
/* How many tasks more the worker should have. */
size_t group_wanted(const struct worker *w);
/* Commits what has finished, queues its deliveries, and claims what the workers should have. */
int group_commit(struct engine *en, struct err *e);

#endif
