#include "runner/outcome.h"

#include <inttypes.h>
#include <string.h>

#include "jobs/name.h"
#include "lib/log.h"
#include "runner/manifest.h"

static const char *tenant_of(const struct task *t)
{
    return t->tenant ? t->tenant->id : "";
}

static int add_item(struct outbox_item *items, size_t *n, const struct task *t,
                    const struct claim *claim, const struct destination *to,
                    struct outbox_item item, const char *file, struct arena *arena, struct err *e)
{
    char key[LIMIT_KEY_BYTES];
    bool batch = item.kind == DELIVERY_BATCH;
    struct name_values values = {batch ? "" : tenant_of(t), t->job->name, t->period.label, file,
                                 batch ? (int)claim->run : claim->revision};
    if (destination_key(to, &values, key, e) != 0)
        return -1;
    item.destination = to->name;
    item.key = arena_strdup(arena, key);
    items[(*n)++] = item;
    return 0;
}

int outcome_outbox(const struct app *app, const struct task *t, const struct claim *claim,
                   struct run_result *result, struct arena *arena, struct err *e)
{
    const struct destinations *all = &app->destinations;
    const struct destination *linked = destinations_linked(all, t->job);
    struct outbox_item *items =
        arena_alloc(arena, (result->nartifacts + 1) * t->job->ndeliver * sizeof(*items));
    size_t n = 0;
    for (size_t d = 0; d < t->job->ndeliver; d++) {
        const struct destination *to = destinations_find(all, t->job->deliver[d]);
        if (!to)
            return err_set(e, ERR_INTERNAL, "unknown destination \"%s\"", t->job->deliver[d]);
        if (to->kind->notice_id) {
            struct outbox_item notice = {.kind = to->batch ? DELIVERY_BATCH : DELIVERY_NOTICE,
                                         .after = linked ? linked->name : NULL};
            if (add_item(items, &n, t, claim, to, notice, "", arena, e) != 0)
                return -1;
            continue;
        }
        for (size_t a = 0; a < result->nartifacts; a++) {
            const char *file = result->artifacts[a].name;
            struct outbox_item item = {.kind = strcmp(file, MANIFEST_NAME) == 0 ? DELIVERY_MANIFEST
                                                                                : DELIVERY_FILE,
                                       .artifact = a};
            if (add_item(items, &n, t, claim, to, item, file, arena, e) != 0)
                return -1;
        }
    }
    result->outbox = items;
    result->noutbox = n;
    return 0;
}

int outcome_judge(const struct app *app, const struct task *t, struct run_result *result,
                  struct arena *arena, struct err *e)
{
    static const enum verdict verdicts[] = {[EXPECT_HOLD] = VERDICT_HOLD,
                                            [EXPECT_SKIP] = VERDICT_SKIP,
                                            [EXPECT_DELIVER] = VERDICT_DELIVER};
    const struct job_expect *x = &t->job->expect;
    uint64_t before = 0, rows = result->rows;
    int known = x->max_drop >= 0 ? ledger_previous_rows(app->ledger, t, &before, e) : 0;
    if (known < 0)
        return -1;
    if ((int64_t)rows < x->min_rows)
        result->reason = arena_printf(
            arena, "%" PRIu64 " rows, and at least %" PRId64 " were expected (expect.min_rows)",
            rows, x->min_rows);
    else if (known && rows * 100 < before * (uint64_t)(100 - x->max_drop))
        result->reason = arena_printf(arena,
                                      "%" PRIu64 " rows after %" PRIu64
                                      " in the last period: more than %d%% less "
                                      "(expect.max_drop)",
                                      rows, before, x->max_drop);
    else
        return 0;
    result->verdict = verdicts[x->otherwise];
    log_warning("run.unexpected", LOG_NUMBER("run", result->run), LOG_TEXT("job", t->job->name),
                LOG_TEXT("tenant", tenant_of(t)), LOG_TEXT("period", t->period.label),
                LOG_TEXT("reason", result->reason),
                LOG_TEXT("verdict", result->verdict == VERDICT_HOLD   ? "held"
                                    : result->verdict == VERDICT_SKIP ? "skipped"
                                                                      : "delivered"));
    return 0;
}
