/* The columns of a query, and what a job says of them. */
#ifndef RUNNER_REPORTER_COLUMNS_H
#define RUNNER_REPORTER_COLUMNS_H

#include "jobs/job.h"

/*
 * Whether the query has the columns that the job describes, draws, and shows as figures, each of
 * a type that can be shown so, and each name once. Errors are ERR_CONFIG with the place in the job.
 */
int columns_check(const struct job *job, const struct result_spec *spec,
                  const struct row_source *rows, struct err *e);
/* Titles in the language of a locale, types and looks, into the columns that came. */
void columns_apply(const struct result_spec *spec, const char *locale, struct column *columns,
                   size_t n);

#endif
