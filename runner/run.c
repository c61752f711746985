#include "runner/run.h"

#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "runner/engine.h"
#include "runner/notify.h"
#include "runner/progress.h"
#include "runner/reporter.h"
#include "runner/sequence.h"

enum { ALIVE_MS = 10000 }; /* systemd is told at least so often that work goes on */

const struct task *engine_task(const struct engine *en, const struct assignment *a)
{
    return &en->order->tasks[a->task];
}

const char *engine_tenant(const struct task *t)
{
    return t->tenant ? t->tenant->id : "";
}

bool engine_is_busy(const struct engine *en)
{
    for (size_t i = 0; i < en->nworkers; i++) {
        if (en->workers[i].ngiven)
            return true;
    }
    return false;
}

static uint64_t done(const struct engine *en)
{
    return en->summary->rendered + en->summary->skipped + en->summary->failed + en->nfinished;
}

static void show_progress(const struct engine *en, const struct worker *w)
{
    if (!w->ngiven)
        return;
    const struct task *t = engine_task(en, &w->given[0]);
    progress_show(done(en), en->order->ntasks, t->job->name, t->tenant ? t->tenant->name : "",
                  w->rows);
}

/* ---- what fails ---- */

static int record_failure(struct engine *en, const struct assignment *a, const struct err *why,
                          struct err *e)
{
    const struct task *t = engine_task(en, a);
    int64_t run = a->claim.run;
    en->summary->failed++;
    en->summary->passing += why->transient;
    if (en->summary->worst != ERR_ISOLATION)
        en->summary->worst = why->kind;
    log_failure(LOG_LEVEL_ERROR, "run.failed", why,
                LOG_FIELDS(LOG_NUMBER("run", run), LOG_TEXT("job", t->job->name),
                           LOG_TEXT("tenant", engine_tenant(t)),
                           LOG_TEXT("period", t->period.label),
                           LOG_TEXT("retry", why->transient ? "yes" : "no")));
    /* The files first: the ledger may need the room they take. */
    if (spool_forget(en->app->spool, run, e) != 0 ||
        ledger_fail_run(en->app->ledger, run, why, en->app->now(), e) != 0)
        return -1;
    return 0;
}

int engine_abandon(struct engine *en, const char *reason, struct err *e)
{
    struct err why;
    err_set_transient(&why, ERR_INTERNAL, "%s", reason);
    en->next = en->order->ntasks;
    for (size_t i = 0; i < en->nworkers; i++) {
        struct worker *w = &en->workers[i];
        worker_stop(w, true);
        if (w->ngiven && record_failure(en, &w->given[0], &why, e) != 0)
            return -1;
        for (size_t k = 1; k < w->ngiven; k++) {
            if (ledger_unclaim(en->app->ledger, &w->given[k].claim, e) != 0)
                return -1;
        }
        w->ngiven = 0;
    }
    for (; en->nclaimed; en->nclaimed--) {
        if (ledger_unclaim(en->app->ledger, &en->claimed[en->nclaimed - 1].claim, e) != 0)
            return -1;
    }
    while (en->nfinished) {
        struct finished *f = &en->finished[--en->nfinished];
        free(f->artifacts);
        if (record_failure(en, &f->what, &why, e) != 0)
            return -1;
    }
    return 0;
}

int engine_fail(struct engine *en, const struct assignment *a, const struct err *why, struct err *e)
{
    if (record_failure(en, a, why, e) != 0)
        return -1;
    if (why->kind != ERR_ISOLATION)
        return 0;
    /* What may have leaked for one tenant may have leaked for all: nothing of the job goes out, nor
     * what other workers have in hand. */
    if (ledger_stop_deliveries(en->app->ledger, engine_task(en, a)->job->name, why->msg, e) != 0 ||
        deliveries_drop(en->deliveries, e) != 0)
        return -1;
    return engine_abandon(en, "stopped: the report of another tenant broke isolation", e);
}

/* What the worker had in stock and did not begin goes to others, before what is claimed. */
static void take_back(struct engine *en, struct worker *w)
{
    size_t n = en->nclaimed + w->ngiven;
    if (n > en->claimed_cap) {
        en->claimed = xrealloc(en->claimed, n, sizeof(*en->claimed));
        en->claimed_cap = n;
    }
    memmove(en->claimed + w->ngiven, en->claimed, en->nclaimed * sizeof(*en->claimed));
    memcpy(en->claimed, w->given, w->ngiven * sizeof(*en->claimed));
    en->nclaimed = n;
    w->ngiven = 0;
}

/* The worker's first assignment has failed, or the worker with it, and the worker ends. */
static int lose_worker(struct engine *en, struct worker *w, const struct err *why, struct err *e)
{
    struct assignment lost = w->given[0];
    worker_stop(w, true);
    memmove(w->given, w->given + 1, --w->ngiven * sizeof(*w->given));
    take_back(en, w);
    return engine_fail(en, &lost, why, e);
}

/* ---- workers ---- */

/* 1, or 0 for a worker that is gone over what it has in hand: what became of that is told when it
 * is read. One that was killed while it was idle gets a successor. */
static int give_next(struct engine *en, struct worker *w, struct err *e)
{
    const struct assignment *a = &en->claimed[0];
    if (!w->pid || worker_give(w, a, e) != 0) {
        if (w->ngiven)
            return 0;
        worker_stop(w, true);
        if (worker_start(w, &en->work, e) != 0 || worker_give(w, a, e) != 0)
            return -1;
    }
    memmove(en->claimed, en->claimed + 1, --en->nclaimed * sizeof(*en->claimed));
    return 1;
}

/* The one that wants more the most, or NULL. */
static struct worker *next_worker(struct engine *en)
{
    struct worker *next = NULL;
    size_t most = 0;
    for (size_t i = 0; i < en->nworkers; i++) {
        size_t n = group_wanted(&en->workers[i]);
        if (n > most) {
            next = &en->workers[i];
            most = n;
        }
    }
    return next;
}

static int give_work(struct engine *en, struct err *e)
{
    struct worker *w;
    while (en->nclaimed && (w = next_worker(en)) != NULL) {
        int rc = give_next(en, w, e);
        if (rc <= 0)
            return rc;
        if (w->ngiven == 1)
            show_progress(en, w);
    }
    return 0;
}

static int take_result(struct engine *en, struct worker *w, struct err *e)
{
    struct work_result r;
    struct err why;
    struct assignment a = w->given[0];
    if (worker_read(w, &r, &why) == 0)
        return lose_worker(en, w, &why, e);
    show_progress(en, w);
    if (!r.finished)
        return 0;
    if (r.rc == 0) {
        group_add(en, &(struct finished){a, r.artifacts, r.nartifacts});
        return 0;
    }
    worker_stop(w, true);
    take_back(en, w);
    return engine_fail(en, &a, &r.err, e);
}

/* A signal ends the work at once: what was being rendered is recorded and can be done again. */
static int stop_all(struct engine *en, struct err *e)
{
    if (signals_take(&en->signals, e) != 0)
        return -1;
    en->summary->stopped = true;
    en->next = en->order->ntasks;
    if (group_commit(en, e) != 0)
        return -1;
    return engine_abandon(en, "pressrun was told to stop", e);
}

/* Until the first run reaches its limit; those that have are ended: a worker may hang for ever. */
static int end_overdue(struct engine *en, int64_t *timeout_ms, struct err *e)
{
    int64_t now = clock_ms(), left = ALIVE_MS;
    for (size_t i = 0; i < en->nworkers; i++) {
        struct worker *w = &en->workers[i];
        if (!w->ngiven)
            continue;
        int64_t limit = engine_task(en, &w->given[0])->job->time_limit_ms;
        int64_t until = w->started_ms + limit - now;
        if (until > 0) {
            left = until < left ? until : left;
            continue;
        }
        struct err why;
        err_set_transient(&why, ERR_INTERNAL, "the run took longer than %" PRId64 " seconds",
                          limit / 1000);
        err_hint(&why, "raise time_limit of the job, or make its queries faster");
        if (lose_worker(en, w, &why, e) != 0)
            return -1;
        left = 0;
    }
    *timeout_ms = left;
    return 0;
}

static int wait_for_workers(struct engine *en, struct err *e)
{
    int64_t timeout_ms = 0, due_ms = group_due_ms(en);
    size_t n = en->nworkers;
    for (size_t i = 0; i < n; i++)
        en->polls[i] = (struct pollfd){en->workers[i].ngiven ? en->workers[i].fd : -1, POLLIN, 0};
    en->polls[n] = (struct pollfd){en->signals.fd, POLLIN, 0};
    notify_alive();
    if (end_overdue(en, &timeout_ms, e) != 0)
        return -1;
    if (due_ms >= 0 && due_ms < timeout_ms)
        timeout_ms = due_ms;
    if (deliveries_wait(en->deliveries, en->polls, n + 1, (int)timeout_ms, e) != 0)
        return -1;
    if (en->polls[n].revents)
        return stop_all(en, e);
    for (size_t i = 0; i < n; i++) {
        /* Nothing to do any more: the result of another one has ended it just now. */
        if (en->polls[i].revents && en->workers[i].ngiven && en->nfinished < GROUP_MAX &&
            take_result(en, &en->workers[i], e) != 0)
            return -1;
    }
    return 0;
}

static bool any_idle(const struct engine *en)
{
    for (size_t i = 0; i < en->nworkers; i++) {
        if (!en->workers[i].ngiven)
            return true;
    }
    return false;
}

static int loop(struct engine *en, struct err *e)
{
    for (;;) {
        bool more = en->next < en->order->ntasks && !en->nclaimed;
        if ((group_due_ms(en) == 0 || (more && any_idle(en))) &&
            (deliveries_start(en->deliveries, e) != 0 || group_commit(en, e) != 0))
            return -1;
        if (give_work(en, e) != 0)
            return -1;
        if (!engine_is_busy(en) && !en->nfinished && !en->nclaimed)
            return 0;
        if (wait_for_workers(en, e) != 0)
            return -1;
    }
}

/* Batch notices come last. */
static int deliver_rest(struct engine *en, struct err *e)
{
    struct app *app = en->app;
    struct run_summary *s = en->summary;
    const char *job = en->order->ntasks ? en->order->tasks[0].job->name : NULL;
    if (!s->stopped && job && ledger_release_batches(app->ledger, job, app->now(), e) != 0)
        return -1;
    /* Also what earlier runs could not deliver, unless it was made anew just now. */
    const struct outbox_filter earlier = {.before = en->first_run};
    if (s->stopped)
        deliveries_stop(en->deliveries);
    else if (deliveries_queue(en->deliveries, &earlier, e) != 0)
        return -1;
    if (deliveries_finish(en->deliveries, &en->signals, &s->stopped, e) != 0)
        return -1;
    s->deliveries = *deliveries_summary(en->deliveries);
    return job ? ledger_undelivered(app->ledger, job, &s->undelivered, e) : 0;
}

/* One worker a core that we may use, unless something else is said, and a connection for each. */
static size_t count_workers(const struct app *app, const struct run_order *order)
{
    cpu_set_t cores;
    size_t n = order->workers;
    if (n == 0)
        n = sched_getaffinity(0, sizeof(cores), &cores) == 0 ? (size_t)CPU_COUNT(&cores) : 1;
    size_t most = (size_t)app->config->database.connections;
    if (app->config->database.guard_user)
        most = most > 2 ? most / 2 : 1; /* the guard has one of its own */
    if (n <= most)
        return n;
    if (order->workers)
        log_warning("jobs.limited", LOG_NUMBER("jobs", order->workers), LOG_NUMBER("workers", most),
                    LOG_TEXT("hint", "database.connections in pressrun.yaml allows no more"));
    return most;
}

int run_tasks(struct app *app, const struct run_order *order, struct run_summary *summary,
              struct err *e)
{
    size_t n = count_workers(app, order);
    struct engine en = {
        .app = app,
        .order = order,
        .summary = summary,
        .work = {app->config, app->spool, order->tasks, order->params},
        .workers = xcalloc(n, sizeof(struct worker)),
        .nworkers = n,
        .deliveries = deliveries_new(app->ledger, app->spool, &app->destinations, app->now),
        .polls = xcalloc(n + 1, sizeof(struct pollfd)),
        .sequence = xcalloc(order->ntasks + 1, sizeof(size_t)),
    };
    *summary = (struct run_summary){0};
    int rc = signals_watch(&en.signals, e);
    if (rc == 0)
        rc = sequence_tasks(app->ledger, order->tasks, order->ntasks, en.sequence, e);
    if (rc == 0)
        rc = loop(&en, e);
    if (rc == 0)
        rc = deliver_rest(&en, e);
    /* And the files of older revisions that need not be sent any more. */
    if (rc == 0)
        rc = spool_sweep(app->spool, app->ledger, e);
    for (size_t i = 0; i < n; i++)
        worker_stop(&en.workers[i], rc != 0);
    deliveries_free(en.deliveries);
    signals_release(&en.signals);
    progress_clear();
    for (; en.nfinished; en.nfinished--)
        free(en.finished[en.nfinished - 1].artifacts);
    free(en.workers);
    free(en.claimed);
    free(en.sequence);
    free(en.polls);
    return rc;
}

int run_deliveries(struct app *app, const struct outbox_filter *filter,
                   struct deliver_summary *summary, bool *stopped, struct err *e)
{
    struct signals signals;
    struct deliveries *d = deliveries_new(app->ledger, app->spool, &app->destinations, app->now);
    int rc = signals_watch(&signals, e);
    if (rc == 0)
        rc = deliveries_queue(d, filter, e);
    if (rc == 0)
        rc = deliveries_finish(d, &signals, stopped, e);
    *summary = *deliveries_summary(d);
    deliveries_free(d);
    signals_release(&signals);
    return rc;
}

int run_find_tenants(struct app *app, struct tenant **tenants, size_t *n, struct err *e)
{
    struct reporter *r = NULL;
    struct problems problems = {0};
    int rc = reporter_open(app->config, &r, &problems, e);
    if (rc == 0 && reporter_guard(r) == GUARD_LEXER)
        log_info("guard.lexer", LOG_TEXT("hint", "pressrun check shows how to add a second wall"));
    if (rc == 0)
        rc = reporter_tenants(r, &app->arena, tenants, n, e);
    else
        app_print_problems(&problems, stderr);
    reporter_close(r);
    problems_release(&problems);
    return rc;
}

int run_exit_code(const struct run_summary *s)
{
    if (s->worst == ERR_ISOLATION)
        return err_exit_code(ERR_ISOLATION);
    if (s->failed && !s->rendered && !s->skipped && s->worst == ERR_DATABASE)
        return err_exit_code(ERR_DATABASE);
    return s->failed || s->stopped || s->held || s->deliveries.failed || s->deliveries.dead ||
                   s->undelivered
               ? 1
               : 0;
}
