/*
 * Private to the reporter: a query of a job as rows. Here the three things meet that make a row a
 * tenant's own: the shadows (jobs/scope.h), the bound id, and the comparison of each row with it.
 */
#ifndef RUNNER_REPORTER_ROWS_H
#define RUNNER_REPORTER_ROWS_H

#include "runner/reporter.h"

struct reporter {
    const struct config *config;
    struct database *db;
    struct guard *guard;
    struct scope scope;
    struct xlsx_templates *workbooks; /* those of the tenants before */
    struct arena arena;               /* the scope's */
    const struct job **cleared;
    size_t ncleared;
    const struct job *schemas_checked_for; /* or NULL */
    int64_t schemas_checked_ms;            /* on the monotonic clock */
};

/* How long a statement of the job may take. */
int64_t rows_timeout(const struct reporter *r, const struct job *job);
/* Binds each slot of a statement for a tenant ("" on the platform). Lives in the arena. */
int rows_bind(const struct reporter *r, const struct report_input *in, const char *tenant_id,
              const struct statement *statement, struct arena *arena, struct bind **out,
              struct err *e);
/*
 * Opens a result set of the task for its tenant: columns as the job wants them shown, and each
 * row's tenant column, where there is one, compared with the task's own id.
 */
int rows_open(struct reporter *r, const struct report_input *in, size_t result,
              struct row_source **out, struct err *e);
/* The name of the column that tells whose a row is, or NULL when the result has none. */
const char *rows_tenant_column(const struct reporter *r, const struct column *columns, size_t n,
                               size_t *index);
/* An error about a query made clearer by what the scope knows: which column is hidden. */
void rows_explain(const struct reporter *r, struct err *e);

/*
 * canary.c: runs a result set for a tenant that does not exist; it must be as empty as for nobody.
 * What is wrong with the query itself shows here, too, before anything is made.
 */
int canary_check(struct reporter *r, const struct report_input *in, size_t result, struct err *e);

/* ---- between reporter.c and reporter_tenants.c ---- */

/* Problems of a query that only the running database can show, as one error. Returns -1. */
int reporter_problem(const struct problems *problems, struct err *e);
/* A query may name none of the schemas. */
int reporter_check_schemas(struct reporter *r, const struct sql *sql, const char *const *schemas,
                           size_t nschemas, struct err *e);
int reporter_ask_guard(struct reporter *r, const struct sql *sql, struct err *e);

#endif
