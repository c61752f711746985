/*
 * In which order the tasks of a run are begun: periods as they follow each other, and in each the
 * tenants whose last report was the largest first, so that no worker is left with a large one when
 * the others have nothing more to do. Who had no report yet may have any size, and comes first.
 */
#ifndef RUNNER_SEQUENCE_H
#define RUNNER_SEQUENCE_H

#include "runner/ledger.h"

/* Indexes of the tasks, into an array of `n`. */
int sequence_tasks(struct ledger *l, const struct task *tasks, size_t n, size_t *sequence,
                   struct err *e);

#endif
