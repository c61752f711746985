#include "runner/run.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "runner/notify.h"
#include "runner/outcome.h"
#include "runner/progress.h"
#include "runner/reporter.h"
#include "runner/signals.h"
#include "runner/worker.h"

struct engine {
    struct app *app;
    const struct run_order *order;
    struct run_summary *summary;
    struct work work;
    struct worker *workers;
    struct deliveries *deliveries;
    struct pollfd *polls; /* one for each worker, then the signals */
    struct signals signals;
    size_t next;       /* task to claim */
    int64_t first_run; /* that was claimed, or 0 */
};

enum { ALIVE_MS = 10000 }; /* systemd is told at least so often that work goes on */

static const struct task *task_of(const struct engine *en, size_t i)
{
    return &en->order->tasks[i];
}

static const char *tenant_of(const struct task *t)
{
    return t->tenant ? t->tenant->id : "";
}

static uint64_t done(const struct engine *en)
{
    return en->summary->rendered + en->summary->skipped + en->summary->failed;
}

static void show_progress(const struct engine *en, const struct worker *w)
{
    const struct task *t = task_of(en, w->task);
    progress_show(done(en), en->order->ntasks, t->job->name, t->tenant ? t->tenant->name : "",
                  w->rows);
}

/* A failed run is recorded and told once; the others go on. */
static int record_failure(struct engine *en, size_t task, int64_t run, const struct err *why,
                          struct err *e)
{
    const struct task *t = task_of(en, task);
    en->summary->failed++;
    en->summary->passing += why->transient;
    if (en->summary->worst != ERR_ISOLATION)
        en->summary->worst = why->kind;
    log_failure(LOG_LEVEL_ERROR, "run.failed", why,
                LOG_FIELDS(LOG_NUMBER("run", run), LOG_TEXT("job", t->job->name),
                           LOG_TEXT("tenant", tenant_of(t)), LOG_TEXT("period", t->period.label),
                           LOG_TEXT("retry", why->transient ? "yes" : "no")));
    /* The files first: the ledger may need the room they take. */
    if (spool_forget(en->app->spool, run, e) != 0 ||
        ledger_fail_run(en->app->ledger, run, why, en->app->now(), e) != 0)
        return -1;
    return 0;
}

/* No task is begun any more, and what is being rendered ends at once; it can be done again. */
static int abandon_all(struct engine *en, const char *reason, struct err *e)
{
    struct err why;
    en->next = en->order->ntasks;
    for (size_t i = 0; i < en->order->workers; i++) {
        struct worker *w = &en->workers[i];
        bool busy = w->busy;
        size_t task = w->task;
        int64_t run = w->claim.run;
        worker_stop(w, true);
        err_set_transient(&why, ERR_INTERNAL, "%s", reason);
        if (busy && record_failure(en, task, run, &why, e) != 0)
            return -1;
    }
    return 0;
}

static int fail_run(struct engine *en, size_t task, int64_t run, const struct err *why,
                    struct err *e)
{
    if (record_failure(en, task, run, why, e) != 0)
        return -1;
    if (why->kind != ERR_ISOLATION)
        return 0;
    /* What may have leaked for one tenant may have leaked for all: nothing of the job goes out, nor
     * what other workers have in hand. */
    if (ledger_stop_deliveries(en->app->ledger, task_of(en, task)->job->name, why->msg, e) != 0 ||
        deliveries_drop(en->deliveries, e) != 0)
        return -1;
    return abandon_all(en, "stopped: the report of another tenant broke isolation", e);
}

static void count_result(struct run_summary *s, const struct work_result *r)
{
    for (size_t i = 0; i < r->nartifacts; i++)
        s->bytes += r->artifacts[i].size_bytes;
    s->rendered++;
    s->rows += work_rows(r);
    s->files += r->nartifacts;
}

static void log_rendered(const struct task *t, int64_t run, const struct work_result *r)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < r->nartifacts; i++) {
        const struct artifact *a = &r->artifacts[i];
        bytes += a->size_bytes;
        log_debug("artifact.verified", LOG_NUMBER("run", run), LOG_TEXT("job", t->job->name),
                  LOG_TEXT("tenant", tenant_of(t)), LOG_TEXT("period", t->period.label),
                  LOG_TEXT("file", a->name), LOG_NUMBER("rows", a->rows),
                  LOG_NUMBER("bytes", a->size_bytes), LOG_TEXT("sha256", a->sha256));
    }
    log_info("run.rendered", LOG_NUMBER("run", run), LOG_TEXT("job", t->job->name),
             LOG_TEXT("tenant", tenant_of(t)), LOG_TEXT("period", t->period.label),
             LOG_NUMBER("files", r->nartifacts), LOG_NUMBER("rows", work_rows(r)),
             LOG_NUMBER("bytes", bytes));
}

/* What a worker is to do next. */
struct turn {
    struct engine *en;
    const struct run_result *result; /* of its last task */
    bool claimed;
    struct work_order order;
    struct claim claim;
};

/* Claims tasks until one is to be done. */
static int claim_next(struct turn *t, struct err *e)
{
    struct engine *en = t->en;
    while (en->next < en->order->ntasks && !t->claimed) {
        t->order.task = en->next++;
        int rc = ledger_claim(en->app->ledger, task_of(en, t->order.task), en->order->params_text,
                              en->order->again, en->app->now(), &t->claim, e);
        if (rc < 0)
            return -1;
        t->claimed = rc == 1;
        en->summary->skipped += rc == 0;
    }
    return 0;
}

static int commit_and_claim(void *ctx, struct err *e)
{
    struct turn *t = ctx;
    return ledger_commit_run(t->en->app->ledger, t->result, t->en->app->now(), e) != 0
               ? -1
               : claim_next(t, e);
}

/* Both in one transaction: with small reports it is the disk that takes the time. */
static int commit_run(struct engine *en, const struct worker *w, const struct work_result *r,
                      struct turn *turn, struct err *e)
{
    int rc = -1;
    struct arena arena = {0};
    struct err why;
    struct outbox_item *outbox = NULL;
    size_t n = 0;
    const struct task *t = task_of(en, w->task);
    int64_t run = w->claim.run;
    struct outbox_filter filter = {.run = run};
    if (outcome_outbox(en->app, t, &w->claim, r, &arena, &outbox, &n, &why) != 0) {
        rc = fail_run(en, w->task, run, &why, e);
        goto out;
    }
    struct run_result result = {.run = run,
                                .artifacts = r->artifacts,
                                .nartifacts = r->nartifacts,
                                .outbox = outbox,
                                .noutbox = n,
                                .rows = work_rows(r)};
    turn->result = &result;
    if (outcome_judge(en->app, t, &result, &arena, e) != 0 ||
        ledger_together(en->app->ledger, commit_and_claim, turn, e) != 0)
        goto out;
    log_rendered(t, run, r);
    count_result(en->summary, r);
    en->summary->held += result.verdict == VERDICT_HOLD;
    en->summary->withheld += result.verdict == VERDICT_SKIP;
    rc = result.verdict == VERDICT_SKIP ? spool_forget(en->app->spool, run, e)
                                        : deliveries_queue(en->deliveries, &filter, e);
out:
    arena_release(&arena);
    return rc;
}

/* An idle worker may have been killed since its last task: then another one takes its place. */
static int order_worker(struct engine *en, struct worker *w, const struct work_order *order,
                        const struct claim *claim, struct err *e)
{
    if (w->pid && worker_order(w, order, claim, e) == 0)
        return 0;
    worker_stop(w, true);
    return worker_start(w, &en->work, e) != 0 ? -1 : worker_order(w, order, claim, e);
}

/* Gives the worker what is claimed, or what can be. */
static int give_work(struct turn *t, struct worker *w, struct err *e)
{
    struct engine *en = t->en;
    for (;; t->claimed = false) {
        struct claim *claim = &t->claim;
        if (claim_next(t, e) != 0)
            return -1;
        if (!t->claimed)
            return 0;
        if (!en->first_run)
            en->first_run = claim->run;
        t->order.generated_at = claim->generated_at;
        if (spool_run_directory(en->app->spool, claim->run, true, t->order.directory, e) == 0)
            break;
        struct err why = *e;
        if (fail_run(en, t->order.task, claim->run, &why, e) != 0)
            return -1;
    }
    if (order_worker(en, w, &t->order, &t->claim, e) != 0)
        return -1;
    w->started_ms = clock_ms();
    show_progress(en, w);
    return 0;
}

static int take_result(struct engine *en, struct worker *w, struct err *e)
{
    struct work_result r;
    struct err why;
    size_t task = w->task;
    int64_t run = w->claim.run;
    if (worker_read(w, &r, &why) == 0)
        return fail_run(en, task, run, &why, e);
    if (!r.finished) {
        show_progress(en, w);
        return 0;
    }
    if (r.rc != 0) {
        /* With the process goes what its libraries still hold: a connection, files on a full disk.
         */
        worker_stop(w, true);
        return fail_run(en, task, run, &r.err, e);
    }
    struct turn turn = {.en = en};
    int rc = commit_run(en, w, &r, &turn, e);
    free(r.artifacts);
    return rc == 0 && turn.claimed ? give_work(&turn, w, e) : rc;
}

/* A signal ends the work at once: what was being rendered is recorded and can be done again. */
static int stop_all(struct engine *en, struct err *e)
{
    if (signals_take(&en->signals, e) != 0)
        return -1;
    en->summary->stopped = true;
    return abandon_all(en, "pressrun was told to stop", e);
}

/* Until the first run reaches its limit; those that have are ended: a worker may hang for ever. */
static int end_overdue(struct engine *en, int *timeout_ms, struct err *e)
{
    int64_t now = clock_ms(), left = ALIVE_MS;
    for (size_t i = 0; i < en->order->workers; i++) {
        struct worker *w = &en->workers[i];
        if (!w->busy)
            continue;
        int64_t limit = task_of(en, w->task)->job->time_limit_ms;
        int64_t until = w->started_ms + limit - now;
        if (until > 0) {
            left = until < left ? until : left;
            continue;
        }
        struct err why;
        size_t task = w->task;
        int64_t run = w->claim.run;
        worker_stop(w, true);
        err_set_transient(&why, ERR_INTERNAL, "the run took longer than %" PRId64 " seconds",
                          limit / 1000);
        err_hint(&why, "raise time_limit of the job, or make its queries faster");
        if (fail_run(en, task, run, &why, e) != 0)
            return -1;
        left = 0;
    }
    *timeout_ms = (int)left;
    return 0;
}

static int wait_for_workers(struct engine *en, struct err *e)
{
    int timeout_ms = 0;
    size_t n = en->order->workers;
    for (size_t i = 0; i < n; i++)
        en->polls[i] = (struct pollfd){en->workers[i].busy ? en->workers[i].fd : -1, POLLIN, 0};
    en->polls[n] = (struct pollfd){en->signals.fd, POLLIN, 0};
    notify_alive();
    if (end_overdue(en, &timeout_ms, e) != 0 ||
        deliveries_wait(en->deliveries, en->polls, n + 1, timeout_ms, e) != 0)
        return -1;
    if (en->polls[n].revents)
        return stop_all(en, e);
    for (size_t i = 0; i < n; i++) {
        /* Not busy any more: the result of another one has ended it just now. */
        if (en->polls[i].revents && en->workers[i].busy && take_result(en, &en->workers[i], e) != 0)
            return -1;
    }
    return 0;
}

static bool any_busy(const struct engine *en)
{
    for (size_t i = 0; i < en->order->workers; i++) {
        if (en->workers[i].busy)
            return true;
    }
    return false;
}

static int loop(struct engine *en, struct err *e)
{
    for (;;) {
        for (size_t i = 0; i < en->order->workers; i++) {
            struct turn turn = {.en = en};
            if (!en->workers[i].busy && give_work(&turn, &en->workers[i], e) != 0)
                return -1;
        }
        if (!any_busy(en))
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

int run_tasks(struct app *app, const struct run_order *order, struct run_summary *summary,
              struct err *e)
{
    struct engine en = {
        .app = app,
        .order = order,
        .summary = summary,
        .work = {app->config, order->tasks, order->params},
        .workers = xcalloc(order->workers, sizeof(struct worker)),
        .deliveries = deliveries_new(app->ledger, app->spool, &app->destinations, app->now),
        .polls = xcalloc(order->workers + 1, sizeof(struct pollfd)),
    };
    *summary = (struct run_summary){0};
    int rc = signals_watch(&en.signals, e);
    if (rc == 0)
        rc = loop(&en, e);
    if (rc == 0)
        rc = deliver_rest(&en, e);
    /* And the files of older revisions that need not be sent any more. */
    if (rc == 0)
        rc = spool_sweep(app->spool, app->ledger, e);
    for (size_t i = 0; i < order->workers; i++)
        worker_stop(&en.workers[i], rc != 0);
    deliveries_free(en.deliveries);
    signals_release(&en.signals);
    progress_clear();
    free(en.workers);
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
