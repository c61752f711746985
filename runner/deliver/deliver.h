/*
 * The delivery loop: sends what the ledger says is due, many at once, and records what became of
 * it. Nothing is sent that is not in the ledger, and what is not recorded is sent again: kinds make
 * that harmless.
 *
 * What fails for a passing reason is tried again later, with growing pauses, until its deadline;
 * then it is dead, which `status` shows and the exit code tells. A destination that fails several
 * times in a row is left alone until pressrun starts again: it only delays itself.
 */
#ifndef RUNNER_DELIVER_DELIVER_H
#define RUNNER_DELIVER_DELIVER_H

#include <poll.h>

#include "runner/deliver/destination.h"
#include "runner/signals.h"
#include "runner/spool.h"

struct deliver_summary {
    uint64_t delivered, failed, dead;
};

struct deliveries;

struct deliveries *deliveries_new(struct ledger *l, const struct spool *spool,
                                  const struct destinations *all, time_t (*now)(void));
void deliveries_free(struct deliveries *d); /* takes NULL; what is under way is dropped */

/* Runs from this one on are this process's own: it has had their files read back and compared. */
void deliveries_trust(struct deliveries *d, int64_t first_run);

/* Queues what is due and waits for nothing, see ledger_outbox.h. A delivery must not be queued
 * twice: first what there is of all runs, then each new run. */
int deliveries_queue(struct deliveries *d, const struct outbox_filter *filter, struct err *e);
/* Starts what may be started, and sends what can be sent without waiting. To be called before a
 * wait for the disk: then servers have something to do meanwhile. */
int deliveries_start(struct deliveries *d, struct err *e);
/*
 * Starts what may be started, records what has ended, and waits as http_wait() does. Returns -1
 * only when the ledger or the network as such fails: then nothing more can be done.
 */
int deliveries_wait(struct deliveries *d, struct pollfd *fds, size_t nfds, int timeout_ms,
                    struct err *e);
/* Records what has ended, in the transaction that the caller has in hand; when that is committed,
 * deliveries_written() lets the spool forget what it needs no more. */
int deliveries_write(struct deliveries *d, struct err *e);
int deliveries_written(struct deliveries *d, struct err *e);
/* Records what has ended, and drops what is under way or queued: nothing more leaves the house. */
int deliveries_drop(struct deliveries *d, struct err *e);
void deliveries_stop(struct deliveries *d); /* starts no more; what is under way goes on */
/*
 * Waits until all that is queued is done, then sends the batch notices that are due. A signal
 * starts no more, lets what is under way end within some seconds, and sets `stopped`.
 */
int deliveries_finish(struct deliveries *d, const struct signals *signals, bool *stopped,
                      struct err *e);
const struct deliver_summary *deliveries_summary(const struct deliveries *d);

#endif
