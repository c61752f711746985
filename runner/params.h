/* The values of a job's parameters: what --param gave, else their defaults. */
#ifndef RUNNER_PARAMS_H
#define RUNNER_PARAMS_H

#include "jobs/job.h"

/*
 * `given` are "name=value" texts; "name=" is the empty text, and an unquoted null is SQL NULL only
 * as a default. Fails with ERR_USAGE for an unknown name, a value of the wrong type, or a required
 * parameter without a value (unless `lenient`, for `check`: it is then NULL). `*text` tells two
 * sets of given values apart: "{}" for none. All lives in the arena.
 */
int params_resolve(const struct job *job, const char *const *given, size_t ngiven, bool lenient,
                   struct arena *arena, struct param_value **values, const char **text,
                   struct err *e);

#endif
