#include "jobs/plan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "jobs/name.h"
#include "lib/mem.h"
#include "lib/utf8.h"

const struct locale *task_locale(const struct task *t)
{
    return t->tenant && t->tenant->locale ? t->tenant->locale : t->job->locale;
}

const char *task_timezone(const struct task *t)
{
    bool by_the_clock = t->job->period.unit == PERIOD_HOUR || t->job->period.unit == PERIOD_MINUTE;
    return t->tenant && t->tenant->timezone && !by_the_clock ? t->tenant->timezone
                                                             : t->job->period.timezone;
}

const char *task_title(const struct task *t)
{
    return label_text(t->job->title, task_locale(t)->tag);
}

static void add(struct plan *p, const struct task *task)
{
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 16;
        p->tasks = xrealloc(p->tasks, p->cap, sizeof(*p->tasks));
    }
    p->tasks[p->n++] = *task;
}

void plan_add(struct plan *p, const struct job *job, const struct period *period,
              const struct tenant *tenants, size_t ntenants)
{
    if (job->platform) {
        add(p, &(struct task){.job = job, .period = *period});
        return;
    }
    for (size_t i = 0; i < ntenants; i++) {
        struct task t = {.job = job, .period = *period, .tenant = &tenants[i]};
        struct period_rule rule = job->period;
        struct err e;
        rule.timezone = task_timezone(&t);
        /* The label is a period in every zone; if not, that of the job stays. */
        if (strcmp(rule.timezone, job->period.timezone) != 0)
            (void)period_parse(&rule, period->label, &t.period, &e);
        add(p, &t);
    }
}

time_t plan_keep_complete(struct plan *p, time_t now)
{
    size_t kept = 0;
    time_t first = 0;
    for (size_t i = 0; i < p->n; i++) {
        time_t end = p->tasks[i].period.end;
        if (end <= now)
            p->tasks[kept++] = p->tasks[i];
        else if (!first || end < first)
            first = end;
    }
    p->n = kept;
    return first;
}

void plan_release(struct plan *p)
{
    free(p->tasks);
    *p = (struct plan){0};
}

/* A bad id may hold anything: it is shown escaped and cut. */
static int refuse_id(const char *id, struct err *e)
{
    struct buf shown;
    buf_init(&shown, 1024);
    utf8_add_visible(&shown, id, strlen(id), 80);
    err_set(e, ERR_CONFIG, "tenant id \"%s\" can't be part of a file name", shown.data);
    buf_release(&shown);
    return err_hint(e,
                    "an id is made of A-Z a-z 0-9 _ and -, at most %d of them; correct "
                    "tenants.query or the table it reads",
                    LIMIT_TENANT_ID_BYTES);
}

static int by_folded_id(const void *a, const void *b)
{
    return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

int plan_check_tenants(const struct tenant *tenants, size_t ntenants, struct err *e)
{
    int rc = 0;
    const char **ids = xcalloc(ntenants, sizeof(*ids));
    for (size_t i = 0; i < ntenants && rc == 0; i++) {
        ids[i] = tenants[i].id;
        if (!name_is_tenant_id(ids[i]))
            rc = refuse_id(ids[i], e);
    }
    if (rc == 0 && ntenants)
        qsort(ids, ntenants, sizeof(*ids), by_folded_id);
    for (size_t i = 1; i < ntenants && rc == 0; i++) {
        if (strcasecmp(ids[i - 1], ids[i]) != 0)
            continue;
        if (strcmp(ids[i - 1], ids[i]) == 0)
            rc = err_set(e, ERR_CONFIG, "tenant id \"%s\" comes twice", ids[i]);
        else
            rc = err_set(e, ERR_CONFIG, "tenant ids \"%s\" and \"%s\" differ only in case",
                         ids[i - 1], ids[i]);
        err_hint(e, "two tenants would share their files; correct tenants.query");
    }
    free(ids);
    return rc;
}
