/* status --check: is there anything that should be, and is not? */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/mem.h"
#include "lib/zone.h"
#include "runner/commands/commands.h"
#include "runner/commands/status.h"
#include "runner/ledger_periods.h"

/* A tick may be on its way, or be late by a moment. */
enum { TICK_GRACE_S = 300 };

struct listed {
    const char *label, *state, *reason;
    time_t due_at, late_at;
};

struct checking {
    struct app *app;
    const struct command_options *o;
    const struct job *job;
    struct listed *periods; /* of the job, as the ledger has them; in order of their labels */
    size_t n, cap;
    size_t found;
};

static void tell(struct checking *c, const char *what, const char *job, const char *period,
                 time_t since, const char *reason)
{
    char when[32];
    if (c->o->json) {
        struct buf b;
        buf_init(&b, 64 * 1024);
        buf_add_char(&b, '{');
        const struct {
            const char *key, *value;
        } texts[] = {{"what", what}, {"job", job}, {"period", period}, {"reason", reason}};
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            json_add_key(&b, texts[i].key);
            json_add_string(&b, texts[i].value);
        }
        civil_format_rfc3339(since, when);
        json_add_key(&b, "since");
        json_add_string(&b, when);
        printf("%s\n  %s}", c->found ? "," : "", b.data);
        buf_release(&b);
    } else {
        civil_format_utc(since, when);
        printf("%-8s %s %s, since %s UTC\n", what, job, period, when);
        if (reason && reason[0]) {
            printf("         ");
            app_print_visible(reason, stdout);
            putchar('\n');
        }
    }
    c->found++;
}

static int add_period(void *ctx, const struct period_row *row, struct err *e)
{
    (void)e;
    struct checking *c = ctx;
    struct arena *a = &c->app->arena;
    if (c->n == c->cap) {
        c->periods = arena_grow(a, c->periods, c->n, c->cap ? 2 * c->cap : 64, sizeof(*c->periods));
        c->cap = c->cap ? 2 * c->cap : 64;
    }
    c->periods[c->n++] = (struct listed){arena_strdup(a, row->period), arena_strdup(a, row->state),
                                         arena_strdup(a, row->reason), row->due_at, row->late_at};
    return 0;
}

static int by_label(const void *a, const void *b)
{
    return strcmp(((const struct listed *)a)->label, ((const struct listed *)b)->label);
}

static const struct listed *find(const struct checking *c, const char *label)
{
    const struct listed key = {.label = label};
    return c->n ? bsearch(&key, c->periods, c->n, sizeof(*c->periods), by_label) : NULL;
}

/* A period that the schedule asks for: is it in the ledger, and how far is it? */
static bool check_period(void *ctx, const struct due_period *due)
{
    struct checking *c = ctx;
    time_t now = c->app->now();
    const struct listed *p = find(c, due->period.label);
    const char *job = c->job->name;
    if (!p && due->due_at + TICK_GRACE_S < now)
        tell(c, "missing", job, due->period.label, due->due_at,
             "no tick has come to it: is the timer running?");
    else if (p && strcmp(p->state, "failed") == 0)
        tell(c, "failed", job, p->label, p->due_at, p->reason);
    else if (p && strcmp(p->state, "due") == 0 && p->late_at && p->late_at < now)
        tell(c, "late", job, p->label, p->late_at,
             p->reason[0] ? p->reason : "it is being made, or waits for a tick");
    else if (p && strcmp(p->state, "due") == 0 && p->due_at + TICK_GRACE_S < now)
        tell(c, "waiting", job, p->label, p->due_at, p->reason);
    return true;
}

static int check_job(struct checking *c, const struct job *job, struct err *e)
{
    struct schedule_row row;
    time_t now = c->app->now();
    c->job = job;
    c->n = 0;
    int rc = ledger_find_schedule(c->app->ledger, job->name, &row, e);
    if (rc < 0 || ledger_periods(c->app->ledger, job->name, add_period, c, e) != 0)
        return -1;
    if (c->n)
        qsort(c->periods, c->n, sizeof(*c->periods), by_label);
    if (rc == 0)
        tell(c, "missing", job->name, "(all)", now,
             "no tick has seen the job yet: is the timer "
             "running?");
    else
        schedule_walk(job, row.since, now, check_period, c);
    return 0;
}

static int check_run(void *ctx, const struct run_row *r, struct err *e)
{
    (void)e;
    struct checking *c = ctx;
    char what[64];
    snprintf(what, sizeof(what), "%s, tenant %s, run %" PRId64, r->period,
             r->tenant[0] ? r->tenant : "(platform)", r->run);
    if (strcmp(r->state, "held") == 0)
        tell(c, "held", r->job, what, r->finished_at, r->error);
    else if (r->dead)
        tell(c, "dead", r->job, what, r->finished_at, r->delivery_error);
    return 0;
}

int status_check(struct app *app, const struct command_options *o, struct err *e)
{
    struct checking c = {.app = app, .o = o};
    struct run_filter failed = {
        .job = o->operand, .tenant = o->tenant, .failed_only = true, .limit = INT64_MAX};
    if (o->json)
        printf("{\"schema\": \"pressrun.check-status/1\", \"problems\": [");
    for (size_t i = 0; i < app->jobs->n; i++) {
        const struct job *job = app->jobs->items[i];
        if (job->schedule.calendar && (!o->operand || strcmp(o->operand, job->name) == 0) &&
            check_job(&c, job, e) != 0)
            return -1;
    }
    if (ledger_runs(app->ledger, &failed, check_run, &c, e) != 0)
        return -1;
    if (o->json)
        printf("\n]}\n");
    else if (!c.found)
        printf("nothing is missing, late, failed, held or given up\n");
    return c.found ? 1 : 0;
}
