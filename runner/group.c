/* Finished runs go into the ledger together, and the next claims with them. */
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "runner/engine.h"
#include "runner/outcome.h"

enum {
    COMMIT_AFTER_MS = 20, /* of the first that finished */
    STOCK_MS = 100,       /* of work that a worker has at hand: about as long as the disk takes */
};

void group_add(struct engine *en, const struct finished *run)
{
    if (en->nfinished == 0)
        en->first_finished_ms = clock_ms();
    en->finished[en->nfinished++] = *run;
}

int64_t group_due_ms(const struct engine *en)
{
    if (en->nfinished == 0)
        return -1;
    int64_t due_ms = en->first_finished_ms + COMMIT_AFTER_MS;
    if (due_ms < en->commit_at_ms)
        due_ms = en->commit_at_ms;
    int64_t left = due_ms - clock_ms();
    return left < 0 || en->nfinished == GROUP_MAX || !engine_is_busy(en) ? 0 : left;
}

/* ---- claims ---- */

/* How many tasks a worker should have: one, and of small ones enough to be busy for a while; but
 * behind one that takes long, none is to wait. */
static size_t wanted_by(const struct worker *w)
{
    if (!w->pid || w->last_ms < 0 || (w->ngiven && clock_ms() - w->started_ms > STOCK_MS))
        return 1;
    size_t more = w->last_ms == 0 ? WORKER_ASSIGNMENTS : (size_t)(STOCK_MS / w->last_ms);
    return more < WORKER_ASSIGNMENTS - 1 ? more + 1 : WORKER_ASSIGNMENTS;
}

size_t group_wanted(const struct worker *w)
{
    size_t n = wanted_by(w);
    return n > w->ngiven ? n - w->ngiven : 0;
}

static int claim_tasks(struct engine *en, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < en->nworkers; i++)
        n += group_wanted(&en->workers[i]);
    if (n > en->claimed_cap) {
        en->claimed = xrealloc(en->claimed, n, sizeof(*en->claimed));
        en->claimed_cap = n;
    }
    while (en->next < en->order->ntasks && en->nclaimed < n) {
        struct assignment a = {.task = en->sequence[en->next++]};
        int rc = ledger_claim(en->app->ledger, engine_task(en, &a), en->order->params_text,
                              en->order->again, en->app->now(), &a.claim, e);
        if (rc < 0)
            return -1;
        if (rc == 0)
            en->summary->skipped++;
        else
            en->claimed[en->nclaimed++] = a;
    }
    if (!en->first_run && en->nclaimed) {
        en->first_run = en->claimed[0].claim.run;
        deliveries_trust(en->deliveries, en->first_run);
    }
    return 0;
}

/* ---- commits ---- */

/* Finished runs on their way into the ledger. */
struct group {
    struct engine *en;
    struct finished runs[GROUP_MAX];
    size_t n;
    struct outcome {
        const struct finished *run;
        struct run_result result;
    } outcomes[GROUP_MAX]; /* of those that have not failed */
    size_t noutcomes;
    struct arena arena;
};

/* The rows of a report: of its longest file. */
static uint64_t rows_of(const struct finished *run)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < run->nartifacts; i++)
        rows = run->artifacts[i].rows > rows ? run->artifacts[i].rows : rows;
    return rows;
}

/* Logs and counts what is in the ledger now. */
static void tell(struct run_summary *s, const struct task *t, const struct run_result *r)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < r->nartifacts; i++) {
        const struct artifact *a = &r->artifacts[i];
        bytes += a->size_bytes;
        log_debug("artifact.verified", LOG_NUMBER("run", r->run), LOG_TEXT("job", t->job->name),
                  LOG_TEXT("tenant", engine_tenant(t)), LOG_TEXT("period", t->period.label),
                  LOG_TEXT("file", a->name), LOG_NUMBER("rows", a->rows),
                  LOG_NUMBER("bytes", a->size_bytes), LOG_TEXT("sha256", a->sha256));
    }
    log_info("run.rendered", LOG_NUMBER("run", r->run), LOG_TEXT("job", t->job->name),
             LOG_TEXT("tenant", engine_tenant(t)), LOG_TEXT("period", t->period.label),
             LOG_NUMBER("files", r->nartifacts), LOG_NUMBER("rows", r->rows),
             LOG_NUMBER("bytes", bytes));
    s->rendered++;
    s->rows += r->rows;
    s->files += r->nartifacts;
    s->bytes += bytes;
    s->held += r->verdict == VERDICT_HOLD;
    s->withheld += r->verdict == VERDICT_SKIP;
}

/* The files of all are on the disk; else all have failed, and none is left. */
static int sync_files(struct group *g, struct err *e)
{
    struct err why;
    int64_t ids[GROUP_MAX];
    for (size_t i = 0; i < g->n; i++)
        ids[i] = g->runs[i].what.claim.run;
    if (g->n == 0 || spool_sync(g->en->app->spool, ids, g->n, &why) == 0)
        return 0;
    while (g->n) {
        struct finished *run = &g->runs[--g->n];
        free(run->artifacts);
        if (engine_fail(g->en, &run->what, &why, e) != 0)
            return -1;
    }
    return 0;
}

/* What is to be delivered; a run of which that can't be said has failed. */
static int add_outcomes(struct group *g, struct err *e)
{
    struct engine *en = g->en;
    for (size_t i = 0; i < g->n; i++) {
        const struct finished *run = &g->runs[i];
        struct outcome *o = &g->outcomes[g->noutcomes];
        struct err why;
        *o = (struct outcome){run,
                              {.run = run->what.claim.run,
                               .artifacts = run->artifacts,
                               .nartifacts = run->nartifacts,
                               .rows = rows_of(run)}};
        if (outcome_outbox(en->app, engine_task(en, &run->what), &run->what.claim, &o->result,
                           &g->arena, &why) == 0)
            g->noutcomes++;
        else if (engine_fail(en, &run->what, &why, e) != 0)
            return -1;
    }
    return 0;
}

static int write_outcome(struct group *g, struct outcome *o, struct err *e)
{
    struct app *app = g->en->app;
    const struct outbox_filter filter = {.run = o->result.run};
    if (outcome_judge(app, engine_task(g->en, &o->run->what), &o->result, &g->arena, e) != 0 ||
        ledger_commit_run(app->ledger, &o->result, app->now(), e) != 0)
        return -1;
    return o->result.verdict == VERDICT_SKIP ? 0 : deliveries_queue(g->en->deliveries, &filter, e);
}

static int write_group(void *ctx, struct err *e)
{
    struct group *g = ctx;
    if (deliveries_write(g->en->deliveries, e) != 0)
        return -1;
    for (size_t i = 0; i < g->noutcomes; i++) {
        if (write_outcome(g, &g->outcomes[i], e) != 0)
            return -1;
    }
    return claim_tasks(g->en, e);
}

static int tell_all(struct group *g, struct err *e)
{
    for (size_t i = 0; i < g->noutcomes; i++) {
        const struct outcome *o = &g->outcomes[i];
        tell(g->en->summary, engine_task(g->en, &o->run->what), &o->result);
        if (o->result.verdict == VERDICT_SKIP &&
            spool_forget(g->en->app->spool, o->result.run, e) != 0)
            return -1;
    }
    return 0;
}

int group_commit(struct engine *en, struct err *e)
{
    struct group *g = xcalloc(1, sizeof(*g));
    int64_t begun_ms = clock_ms();
    /* They are the engine's no more: a failure among them may abandon all it has. */
    g->en = en;
    g->n = en->nfinished;
    memcpy(g->runs, en->finished, g->n * sizeof(*g->runs));
    en->nfinished = 0;
    int rc = sync_files(g, e) != 0 || add_outcomes(g, e) != 0 ||
                     ledger_together(en->app->ledger, write_group, g, e) != 0 ||
                     tell_all(g, e) != 0 || deliveries_written(en->deliveries, e) != 0
                 ? -1
                 : 0;
    /* Where the disk is slow, groups are larger: half of the time is left for deliveries. */
    en->commit_at_ms = 2 * clock_ms() - begun_ms;
    for (size_t i = 0; i < g->n; i++)
        free(g->runs[i].artifacts);
    arena_release(&g->arena);
    free(g);
    return rc;
}
