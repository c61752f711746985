/* The part of `plan` that is about schedules. */
#ifndef RUNNER_COMMANDS_PLAN_H
#define RUNNER_COMMANDS_PLAN_H

#include "jobs/schedule.h"
#include "runner/commands/commands.h"

/* Prints every run between two dates; of all jobs, unless `only` is one. */
int plan_range(struct app *app, const struct command_options *o, const struct job *only,
               struct err *e);
/* The next run of a job by its schedule; false when there is none. */
bool plan_next(const struct job *job, time_t now, struct due_period *out);
void plan_print_next(const struct job *job, time_t now);

#endif
