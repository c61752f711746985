/*
 * The plan: which tasks there are. A task is a job, a period and a tenant (none for the platform).
 */
#ifndef JOBS_PLAN_H
#define JOBS_PLAN_H

#include "jobs/job.h"

struct tenant {
    const char *id;              /* passed name_is_tenant_id() */
    const char *name;            /* for people: display_name, else name, else the id */
    const struct locale *locale; /* NULL: that of the job */
};

struct task {
    const struct job *job;
    struct period period;
    const struct tenant *tenant; /* NULL for a job with scope: platform */
};

struct plan { /* {0} is an empty plan */
    struct task *tasks;
    size_t n, cap;
};

const struct locale *task_locale(const struct task *t);
/* For people, in the language of the task. */
const char *task_title(const struct task *t);

/* Adds a task for each tenant, or one for a platform job. */
void plan_add(struct plan *p, const struct job *job, const struct period *period,
              const struct tenant *tenants, size_t ntenants);
void plan_release(struct plan *p);

/* Two tenants, or two jobs' files, that would share a key at a destination: an error before the
 * run. Ids that differ only in case are refused, for file systems and object stores that fold it.
 */
int plan_check_tenants(const struct tenant *tenants, size_t ntenants, struct err *e);

#endif
