/*
 * The delivery loop: sends what the ledger says is due, and records what became of it. What fails
 * for a passing reason is tried again later, with growing pauses, until its deadline; then it is
 * dead, which `status` shows and the exit code tells.
 */
#ifndef RUNNER_DELIVER_DELIVER_H
#define RUNNER_DELIVER_DELIVER_H

#include "runner/deliver/destination.h"
#include "runner/spool.h"

struct deliver_summary {
    uint64_t delivered, failed, dead;
};

/*
 * Makes every delivery that is due at `now`. Returns -1 only when the ledger fails: nothing may be
 * sent that could not be recorded.
 */
int deliver_due(struct ledger *l, const struct spool *spool, const struct destinations *all,
                time_t now, struct deliver_summary *summary, struct err *e);

/* When to try again after `attempts` failures: 0 when the deadline has passed. Pure. */
time_t deliver_retry_at(int attempts, time_t rendered_at, time_t now);

#endif
