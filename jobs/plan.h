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
    const char *timezone;        /* likewise; a zone that exists */
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
/* In which the days of the task's period begin: the tenant's, else the job's. */
const char *task_timezone(const struct task *t);
/* For people, in the language of the task. */
const char *task_title(const struct task *t);

/*
 * Adds a task for each tenant, or one for a platform job. A tenant with a time zone of its own gets
 * the period of the same label there; hours and minutes are the same instants for all.
 */
void plan_add(struct plan *p, const struct job *job, const struct period *period,
              const struct tenant *tenants, size_t ntenants);
/* Takes out the tasks whose period is not over at `now`. Returns when the first of them will be, or
 * 0 when there were none. */
time_t plan_keep_complete(struct plan *p, time_t now);
void plan_release(struct plan *p);

/* Two tenants, or two jobs' files, that would share a key at a destination: an error before the
 * run. Ids that differ only in case are refused, for file systems and object stores that fold it.
 */
int plan_check_tenants(const struct tenant *tenants, size_t ntenants, struct err *e);

#endif
