/*
 * What becomes of a report that was rendered: where it goes, and whether it looks as expected.
 */
#ifndef RUNNER_OUTCOME_H
#define RUNNER_OUTCOME_H

#include "runner/app.h"
#include "runner/ledger_outbox.h"

/* Sets the outbox: each artifact to each destination that takes files, notices to the others. */
int outcome_outbox(const struct app *app, const struct task *t, const struct claim *claim,
                   struct run_result *result, struct arena *arena, struct err *e);
/* Sets verdict and reason by what the job expects (`expect`). Returns -1 when the ledger fails. */
int outcome_judge(const struct app *app, const struct task *t, struct run_result *result,
                  struct arena *arena, struct err *e);

#endif
