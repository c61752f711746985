/*
 * The state directory: the lock, the ledger's files, and the spool where files wait for delivery.
 *
 *     <state>/lock          held by the one process that may write
 *     <state>/ledger.db     ledger.h
 *     <state>/spool/<run>/  the files of a run, until all its deliveries have been made
 */
#ifndef RUNNER_SPOOL_H
#define RUNNER_SPOOL_H

#include <stdint.h>

#include "lib/err.h"
#include "runner/ledger.h"

struct spool;

/* Takes the lock; ERR_BUSY, naming the process, while another one has it. */
int spool_open(const char *state_directory, struct spool **out, struct err *e);
void spool_close(struct spool *s); /* takes NULL; gives the lock back */

/* The directory of a run into a buffer of LIMIT_PATH_BYTES; with `make`, empty and new. It need not
 * be on the disk before spool_sync(). */
int spool_run_directory(const struct spool *s, int64_t run, bool make, char *out, struct err *e);
/* All that was written for these runs is on the disk: now the ledger may say so. */
int spool_sync(const struct spool *s, const int64_t *runs, size_t n, struct err *e);
int spool_forget(const struct spool *s, int64_t run, struct err *e);
/* Removes what no run needs any more: after a crash, files without a final name or without a run.
 */
int spool_sweep(const struct spool *s, struct ledger *l, struct err *e);

#endif
