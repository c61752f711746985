#include "runner/tick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "runner/deliver/backoff.h"
#include "runner/ledger_periods.h"
#include "runner/notify.h"
#include "runner/params.h"
#include "runner/run.h"

enum { CLOCK_SLACK_S = 300 }; /* clocks are set by so much, and nobody minds */

/* A period that is to be worked on; read whole before any work begins. */
struct due {
    int64_t id;
    const char *job, *period; /* in the app's arena */
    time_t due_at;
    int attempts;
};

struct ticking {
    struct app *app;
    struct tick_summary *summary;
    size_t workers;
    struct due *due;
    size_t ndue, cap;
    struct tenant *tenants;
    size_t ntenants;
    bool know_tenants, database_away;
};

static void worst_exit_code(struct tick_summary *s, int code)
{
    /* Isolation above all, then what keeps everything from working, then single failures. */
    static const int order[] = {0, 1, 3, 8, 5, 4};
    size_t now = 0, new = 1;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (order[i] == s->exit_code)
            now = i;
        if (order[i] == code)
            new = i;
    }
    if (new > now)
        s->exit_code = code;
}

/* ---- what has become due ---- */

static int list_job(struct ticking *t, const struct job *job, struct err *e)
{
    struct app *app = t->app;
    struct schedule_row row;
    struct due_period *due;
    size_t n;
    time_t now = app->now();
    const char *rule = arena_printf(
        &app->arena, "%s %s +%lld, %s x %d in %s",
        calendar_text(job->schedule.calendar, &app->arena), calendar_zone(job->schedule.calendar),
        (long long)schedule_delay(job), period_unit_names[job->period.unit], job->period.minutes,
        job->period.timezone);
    if (ledger_schedule(app->ledger, job->name, rule, now, &row, e) != 0)
        return -1;
    if (row.planned_until > now + CLOCK_SLACK_S) {
        log_warning("tick.clock_back", LOG_TEXT("job", job->name),
                    LOG_NUMBER("seconds", row.planned_until - now));
        if (ledger_clock_went_back(app->ledger, job->name, now, &row, e) != 0)
            return -1;
    }
    /* Before the schedule was known, and for a clock that is a moment behind, nothing is due. */
    if (row.planned_until > now)
        return 0;
    schedule_plan(job, row.planned_until, now, &app->arena, &due, &n);
    bool *fresh = arena_alloc(&app->arena, n + 1);
    if (ledger_list_periods(app->ledger, job->name, due, n, now, fresh, e) != 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        t->summary->skipped += fresh[i] && due[i].skip_reason;
        if (fresh[i] && due[i].skip_reason)
            log_warning("period.skipped", LOG_TEXT("job", job->name),
                        LOG_TEXT("period", due[i].period.label),
                        LOG_TEXT("reason", due[i].skip_reason));
    }
    return 0;
}

/* A job file that is wrong only stops itself, loudly. */
static void tell_broken_jobs(struct ticking *t)
{
    const struct problems *problems = &t->app->problems;
    for (size_t i = 0; i < problems->n; i++) {
        const struct problem *p = &problems->items[i];
        struct err why;
        if (p->severity != SEVERITY_ERROR)
            continue;
        err_set(&why, ERR_CONFIG, "%s", p->msg);
        err_hint(&why, "%s", p->hint);
        log_failure(LOG_LEVEL_ERROR, "job.broken", &why,
                    LOG_FIELDS(LOG_TEXT("file", p->at.file), LOG_NUMBER("line", p->at.line),
                               LOG_NUMBER("column", p->at.column)));
    }
    if (t->app->jobs->nbroken)
        worst_exit_code(t->summary, err_exit_code(ERR_CONFIG));
}

static int add_due(void *ctx, const struct period_row *row, struct err *e)
{
    (void)e;
    struct ticking *t = ctx;
    if (t->ndue == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 16;
        t->due = xrealloc(t->due, t->cap, sizeof(*t->due));
    }
    t->due[t->ndue++] =
        (struct due){row->id, arena_strdup(&t->app->arena, row->job),
                     arena_strdup(&t->app->arena, row->period), row->due_at, row->attempts};
    return 0;
}

/* ---- working on it ---- */

/* Tried again later, or failed for good when its time is over or nothing will change by itself. */
static int not_done(struct ticking *t, const struct due *due, const struct job *job,
                    const char *reason, bool passing, struct err *e)
{
    time_t now = t->app->now();
    time_t next = backoff_next(due->attempts + 1, now, now, -1, 0);
    t->summary->failed++;
    if (passing && now - due->due_at < job->schedule.max_age_s)
        return ledger_put_off_period(t->app->ledger, due->id, reason, next, e);
    log_event(LOG_LEVEL_ERROR, "period.failed",
              LOG_FIELDS(LOG_TEXT("job", due->job), LOG_TEXT("period", due->period),
                         LOG_TEXT("reason", reason),
                         LOG_TEXT("hint", "when it is mended: pressrun run JOB --period PERIOD")));
    return ledger_end_period(t->app->ledger, due->job, due->period, "failed", reason, now, e);
}

static int find_tenants(struct ticking *t, struct err *e)
{
    if (t->know_tenants)
        return 0;
    if (run_find_tenants(t->app, &t->tenants, &t->ntenants, e) != 0)
        return -1;
    t->know_tenants = true;
    return 0;
}

/* `later`: when the period will be over for tenants for whom it is not, or 0. */
static int settle(struct ticking *t, const struct due *due, const struct job *job,
                  const struct run_summary *s, time_t later, struct err *e)
{
    char reason[128];
    int code = run_exit_code(s);
    t->summary->delivered += s->deliveries.delivered;
    worst_exit_code(t->summary, code);
    if (s->stopped)
        return 0;
    bool passing = s->passing > 0 && s->worst != ERR_ISOLATION;
    /* Whatever failed for one tenant: the others' period is not given up before it is over. */
    if (later && (s->failed == 0 || !passing)) {
        t->summary->failed += s->failed > 0;
        return ledger_postpone_period(t->app->ledger, due->id,
                                      "not over yet in the time zones of some tenants", later, e);
    }
    if (s->failed == 0) {
        t->summary->done++;
        return ledger_end_period(t->app->ledger, due->job, due->period, "done", NULL, t->app->now(),
                                 e);
    }
    snprintf(reason, sizeof(reason), "%llu of %llu reports failed", (unsigned long long)s->failed,
             (unsigned long long)(s->failed + s->rendered + s->skipped));
    /* What is done is not made again: only those for which it may go better. */
    return not_done(t, due, job, reason, passing, e);
}

static int run_period(struct ticking *t, const struct due *due, const struct job *job,
                      struct err *e)
{
    struct app *app = t->app;
    struct plan plan = {0};
    struct period period;
    struct param_value *values;
    const char *params_text;
    struct run_summary s;
    struct err why;
    if (period_parse(&job->period, due->period, &period, &why) != 0 ||
        params_resolve(job, NULL, 0, false, &app->arena, &values, &params_text, &why) != 0) {
        worst_exit_code(t->summary, 1);
        return not_done(t, due, job, why.msg, false, e);
    }
    if (find_tenants(t, &why) != 0) {
        log_failure(LOG_LEVEL_ERROR, "tick.failed", &why,
                    LOG_FIELDS(LOG_TEXT("job", due->job), LOG_TEXT("period", due->period)));
        worst_exit_code(t->summary, err_exit_code(why.kind));
        t->database_away = true;
        return not_done(t, due, job, why.msg, true, e);
    }
    notify_status("%s %s", due->job, due->period);
    plan_add(&plan, job, &period, t->tenants, t->ntenants);
    time_t later = plan_keep_complete(&plan, app->now());
    struct run_order order = {.tasks = plan.tasks,
                              .ntasks = plan.n,
                              .params = values,
                              .params_text = params_text,
                              .workers = t->workers};
    int rc = run_tasks(app, &order, &s, e);
    t->summary->stopped = t->summary->stopped || s.stopped;
    if (rc == 0)
        rc = settle(t, due, job, &s, later, e);
    plan_release(&plan);
    return rc;
}

static int work(struct ticking *t, struct err *e)
{
    /* Without the database the others would fail alike: they stay due for the next tick. */
    for (size_t i = 0; i < t->ndue && !t->summary->stopped && !t->database_away; i++) {
        const struct due *due = &t->due[i];
        const struct job *job = jobs_find(t->app->jobs, due->job);
        int rc = 0;
        if (job && job->schedule.calendar)
            rc = run_period(t, due, job, e);
        else if (!t->app->jobs->nbroken) /* else it may be one that can't be read just now */
            rc =
                ledger_end_period(t->app->ledger, due->job, due->period, "skipped",
                                  "the job is gone, or has no schedule any more", t->app->now(), e);
        if (rc != 0)
            return -1;
    }
    return 0;
}

static int deliver(struct ticking *t, struct err *e)
{
    const struct outbox_filter all = {0};
    struct deliver_summary s;
    if (t->summary->stopped)
        return 0;
    if (run_deliveries(t->app, &all, &s, &t->summary->stopped, e) != 0 ||
        ledger_undelivered(t->app->ledger, NULL, &t->summary->undelivered, e) != 0)
        return -1;
    t->summary->delivered += s.delivered;
    if (s.failed || s.dead)
        worst_exit_code(t->summary, 1);
    return 0;
}

static int tick_with_state(struct ticking *t, struct err *e)
{
    struct app *app = t->app;
    tell_broken_jobs(t);
    for (size_t i = 0; i < app->jobs->n; i++) {
        if (app->jobs->items[i]->schedule.calendar && list_job(t, app->jobs->items[i], e) != 0)
            return -1;
    }
    if (ledger_due_periods(app->ledger, app->now(), add_due, t, e) != 0 || work(t, e) != 0)
        return -1;
    return deliver(t, e);
}

int tick(struct app *app, size_t workers, struct tick_summary *summary, struct err *e)
{
    struct ticking t = {.app = app, .summary = summary, .workers = workers};
    *summary = (struct tick_summary){0};
    notify_alive();
    if (app_load(app, e) != 0) {
        app_print_problems(&app->problems, stderr);
        return -1;
    }
    if (app_open_state(app, e) != 0) {
        if (e->kind != ERR_BUSY)
            return -1;
        summary->busy = true;
        log_info("tick.busy", LOG_TEXT("reason", e->msg));
        return 0;
    }
    int rc = tick_with_state(&t, e);
    free(t.due);
    if (rc == 0 && summary->stopped)
        worst_exit_code(summary, 1);
    return rc;
}
