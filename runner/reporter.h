/*
 * A reporter turns one task at a time into verified files. It owns the connection to the report
 * database, the guard and the described scope; a worker has one and uses it from tenant to tenant.
 *
 * After any error a reporter is used up: close it and open another one, so that no connection with
 * an unread reply ever meets the next tenant.
 */
#ifndef RUNNER_REPORTER_H
#define RUNNER_REPORTER_H

#include "formats/render.h"
#include "jobs/plan.h"
#include "runner/database/database.h"

struct reporter;

/* Connects, checks that the account is read-only, describes the scope, chooses the guard. What is
 * wrong with the configuration is added to `problems` as well, with its place. */
int reporter_open(const struct config *config, struct reporter **out, struct problems *problems,
                  struct err *e);
void reporter_close(struct reporter *r); /* takes NULL */

enum guard_mode reporter_guard(const struct reporter *r);
const char *reporter_guard_reason(const struct reporter *r);
const struct database *reporter_database(const struct reporter *r);

/* The tenants of the configuration's query, checked (plan_check_tenants), in its order. */
int reporter_tenants(struct reporter *r, struct arena *arena, struct tenant **tenants, size_t *n,
                     struct err *e);

/* What a task is run with. */
struct report_input {
    const struct task *task;
    const struct param_value *params; /* one for each of the job's */
    time_t generated_at;
    const char *directory; /* empty and new; gets the files and the manifest */
    /* Called now and then with the rows so far, or NULL. */
    void (*progress)(void *ctx, uint64_t rows);
    void *progress_ctx;
};

/*
 * Everything that can be proven about a job's queries before they run for a tenant: schema names,
 * the guard, and that a tenant that does not exist gets nothing. Done once for each job.
 */
int reporter_clear_job(struct reporter *r, const struct report_input *in, struct err *e);

/* Renders a task. The artifacts, the manifest last, are the caller's to free(). */
int reporter_render(struct reporter *r, const struct report_input *in, struct artifact **artifacts,
                    size_t *nartifacts, struct err *e);

/* One result set of a task as a row source, for `preview`. reporter_end() after the last row. */
int reporter_rows(struct reporter *r, const struct report_input *in, size_t result,
                  struct row_source **out, struct err *e);
int reporter_end(struct reporter *r, struct err *e);

#endif
