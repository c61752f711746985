/*
 * What schedules have made due: one row for each period of a job, whatever became of it, so that
 * nothing is forgotten and nothing comes twice.
 *
 * A period is "due" until all its reports are "done", it has "failed" for good, or it is "skipped",
 * with the reason.
 */
#ifndef RUNNER_LEDGER_PERIODS_H
#define RUNNER_LEDGER_PERIODS_H

#include "jobs/schedule.h"
#include "runner/ledger.h"

/*
 * Since when the job is known to have this schedule, and until when its periods have been listed. A
 * job that is new is known from `now` on. `rule` is any text that tells one schedule from another:
 * when it is another one than before, it is known from `now` on, and listing goes back by a day,
 * for what is now due earlier than it was.
 */
struct schedule_row {
    time_t since, planned_until;
};
int ledger_schedule(struct ledger *l, const char *job, const char *rule, time_t now,
                    struct schedule_row *out, struct err *e);
/* The same, but 0 for a job that no tick has seen; else 1. */
int ledger_find_schedule(struct ledger *l, const char *job, struct schedule_row *out,
                         struct err *e);
/* Lists periods and moves `planned_until`, in one transaction. One that is listed already stays as
 * it is; `fresh` tells of each whether it was not. */
int ledger_list_periods(struct ledger *l, const char *job, const struct due_period *due, size_t n,
                        time_t planned_until, bool *fresh, struct err *e);
/*
 * The clock was far ahead for a while and is right again: what was listed for times that have not
 * come, and what was skipped then, is taken out again, and what was put off until then is due. What
 * was made stays. `out` is where listing goes on.
 */
int ledger_clock_went_back(struct ledger *l, const char *job, time_t now, struct schedule_row *out,
                           struct err *e);

struct period_row { /* texts live until the callback returns */
    int64_t id;
    const char *job, *period, *state, *reason; /* reason "" without */
    time_t due_at, late_at;                    /* late_at 0: never */
    int attempts;
    time_t ended_at;
};
/* Those to be worked on now, the oldest first. */
int ledger_due_periods(struct ledger *l, time_t now,
                       int (*each)(void *ctx, const struct period_row *row, struct err *e),
                       void *ctx, struct err *e);
/* All of a job. */
int ledger_periods(struct ledger *l, const char *job,
                   int (*each)(void *ctx, const struct period_row *row, struct err *e), void *ctx,
                   struct err *e);
/* "done", "failed" or "skipped"; one that is done already stays so. */
int ledger_end_period(struct ledger *l, const char *job, const char *period, const char *state,
                      const char *reason, time_t now, struct err *e);
/* It was tried and is tried again then. */
int ledger_put_off_period(struct ledger *l, int64_t id, const char *reason, time_t next_at,
                          struct err *e);
/* Becomes due later, without anything having failed. */
int ledger_postpone_period(struct ledger *l, int64_t id, const char *reason, time_t due_at,
                           struct err *e);

#endif
