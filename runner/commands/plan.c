#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/zone.h"
#include "runner/commands/plan.h"
#include "runner/reporter.h"

struct counts {
    size_t tasks, done;
    const char **ids; /* of the tenants, sorted */
};

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Reports of tenants that are not among those of today don't count. */
static void count_done(void *ctx, const char *tenant)
{
    struct counts *c = ctx;
    c->done += bsearch(&tenant, c->ids, c->tasks, sizeof(*c->ids), compare_ids) != NULL;
}

static int count_tasks(struct app *app, const struct plan *plan, struct counts *out, struct err *e)
{
    *out = (struct counts){.tasks = plan->n, .ids = xcalloc(plan->n + 1, sizeof(*out->ids))};
    for (size_t i = 0; i < plan->n; i++)
        out->ids[i] = plan->tasks[i].tenant ? plan->tasks[i].tenant->id : "";
    qsort(out->ids, out->tasks, sizeof(*out->ids), compare_ids);
    int rc = plan->n ? ledger_done_tenants(app->ledger, plan->tasks[0].job->name,
                                           plan->tasks[0].period.label, count_done, out, e)
                     : 0;
    free(out->ids);
    return rc;
}

static void print_text(const struct job *job, const struct period *p, const struct counts *c,
                       time_t now)
{
    char start[32], end[32], words[128];
    civil_format_utc(p->start, start);
    civil_format_utc(p->end, end);
    period_in_words(&job->period, p, job->locale, words, sizeof(words));
    printf("%s  %s (%s)\n", job->name, p->label, words);
    printf("    %s\n", label_text(job->title, job->locale->tag));
    printf("    from %s to %s UTC", start, end);
    if (strcmp(job->period.timezone, "UTC") != 0)
        printf(" (%s)", job->period.timezone);
    putchar('\n');
    printf("    %zu of %zu reports done\n", c->done, c->tasks);
    plan_print_next(job, now);
}

static void print_json(const struct job *job, const struct period *p, const struct plan *plan,
                       const struct counts *c, time_t now, bool first)
{
    struct buf b;
    struct due_period next;
    char text[32];
    buf_init(&b, 64 * 1024 * 1024);
    buf_add_char(&b, '{');
    json_add_key(&b, "job");
    json_add_string(&b, job->name);
    json_add_key(&b, "period");
    json_add_string(&b, p->label);
    civil_format_rfc3339(p->start, text);
    json_add_key(&b, "start");
    json_add_string(&b, text);
    civil_format_rfc3339(p->end, text);
    json_add_key(&b, "end");
    json_add_string(&b, text);
    json_add_key(&b, "next");
    bool scheduled = plan_next(job, now, &next);
    civil_format_rfc3339(next.due_at, text);
    json_add_string(&b, scheduled ? text : NULL);
    buf_printf(&b, ", \"tasks\": %zu, \"done\": %zu, \"tenants\": [", c->tasks, c->done);
    for (size_t i = 0; i < plan->n && plan->tasks[i].tenant; i++) {
        buf_add_str(&b, i ? ", {" : "{");
        json_add_key(&b, "id");
        json_add_string(&b, plan->tasks[i].tenant->id);
        json_add_key(&b, "name");
        json_add_string(&b, plan->tasks[i].tenant->name);
        buf_add_char(&b, '}');
    }
    printf("%s\n  %s]}", first ? "" : ",", b.data);
    buf_release(&b);
}

static int plan_job(struct app *app, const struct job *job, const struct command_options *o,
                    struct tenant *tenants, size_t ntenants, bool first, struct err *e)
{
    struct plan plan = {0};
    struct period period;
    struct counts counts;
    if (command_period(app, job, o->period, &period, e) != 0)
        return -1;
    plan_add(&plan, job, &period, tenants, ntenants);
    int rc = count_tasks(app, &plan, &counts, e);
    if (rc == 0 && o->json)
        print_json(job, &period, &plan, &counts, app->now(), first);
    else if (rc == 0)
        print_text(job, &period, &counts, app->now());
    plan_release(&plan);
    return rc;
}

/* A label is about the jobs that have such periods; that there are none is the label's fault. */
static int check_period(struct app *app, const struct command_options *o, const struct job *only,
                        struct err *e)
{
    struct period period;
    int rc = 0;
    for (size_t i = 0; o->period && i < app->jobs->n; i++) {
        if (only && app->jobs->items[i] != only)
            continue;
        rc = command_period(app, app->jobs->items[i], o->period, &period, e);
        if (rc == 0)
            return 0;
    }
    return rc;
}

static bool is_asked(struct app *app, const struct job *job, const struct command_options *o,
                     const struct job *only)
{
    struct period period;
    struct err other_unit;
    if (only)
        return job == only;
    return !o->period || command_period(app, job, o->period, &period, &other_unit) == 0;
}

static int run_plan(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    struct reporter *r = NULL;
    struct tenant *tenants = NULL;
    size_t n = 0;
    int rc = command_read_options(&command_plan, "tpFTJ", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (app_load(app, e) != 0) {
        app_print_problems(&app->problems, stderr);
        return -1;
    }
    if (app->jobs->nbroken)
        app_print_problems(&app->problems, stderr);
    const struct job *only = o.operand ? app_job(app, o.operand, e) : NULL;
    if (o.operand && !only)
        return -1;
    if (o.from || o.to)
        return plan_range(app, &o, only, e) != 0 ? -1
               : app->jobs->nbroken              ? err_exit_code(ERR_CONFIG)
                                                 : 0;
    if (ledger_open(app->config->state_directory, &app->ledger, e) != 0)
        return -1;
    if (reporter_open(app->config, &r, &app->problems, e) != 0 ||
        reporter_tenants(r, &app->arena, &tenants, &n, e) != 0 ||
        command_select_tenant(o.tenant, &tenants, &n, e) != 0 ||
        check_period(app, &o, only, e) != 0)
        rc = -1;
    if (rc == 0 && o.json)
        printf("{\"schema\": \"pressrun.plan/1\", \"jobs\": [");
    bool first = true;
    for (size_t i = 0; rc == 0 && i < app->jobs->n; i++) {
        if (!is_asked(app, app->jobs->items[i], &o, only))
            continue;
        rc = plan_job(app, app->jobs->items[i], &o, tenants, n, first, e);
        first = false;
    }
    if (rc == 0 && o.json)
        printf("\n]}\n");
    reporter_close(r);
    return rc < 0 ? -1 : app->jobs->nbroken ? err_exit_code(ERR_CONFIG) : 0;
}

const struct command command_plan = {
    .name = "plan",
    .usage = "[JOB] [OPTION...]",
    .summary = "Shows each job, the period it is about, what is done and when it runs next",
    .help =
        "Options:\n"
        "  -F, --from DATE      instead: every run by schedule from this day on, with bounds\n"
        "  -T, --to DATE        until this day begins (default: a week later)\n"
        "  -p, --period LABEL   another period than the last complete one; only jobs of its unit\n"
        "  -t, --tenant ID      only for this tenant\n"
        "  -J, --json           as JSON, with the tenants' ids\n",
    .run = run_plan,
};
