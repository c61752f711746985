#include "runner/deliver/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "runner/deliver/backoff.h"

enum { FAILURES_IN_A_ROW = 5 /* then a destination is left alone */ };

void transfer_end(struct transfer *t)
{
    *t->link = t->next;
    if (t->next)
        t->next->link = t->link;
    t->lane->under_way--;
    t->owner->under_way--;
    if (t->parcel.fd >= 0)
        close(t->parcel.fd);
    arena_release(&t->parcel.arena);
    free(t);
}

/* ---- how parcels end ---- */

static struct delivery_result *add_result(struct transfer *t)
{
    struct deliveries *d = t->owner;
    if (d->nresults == 0)
        d->first_result_ms = clock_ms();
    d->ended[d->nresults] = (struct ended){t->delivery.run, t->delivery.kind, t->lane};
    struct delivery_result *r = &d->results[d->nresults++];
    *r = (struct delivery_result){.id = t->delivery.id};
    return r;
}

static struct log_field *fields_of(const struct transfer *t, struct log_field fields[8])
{
    const struct delivery *d = &t->delivery;
    const struct log_field all[8] = {
        LOG_NUMBER("run", d->run),
        LOG_TEXT("job", d->job),
        LOG_TEXT("tenant", d->tenant),
        LOG_TEXT("period", d->period),
        LOG_TEXT("destination", d->destination),
        LOG_TEXT("key", d->key),
        LOG_NUMBER("attempt", d->attempts + 1),
    };
    memcpy(fields, all, sizeof(all));
    return fields;
}

void parcel_delivered(struct parcel *p)
{
    struct transfer *t = (struct transfer *)(void *)p;
    struct log_field fields[8];
    add_result(t)->delivered = true;
    t->owner->summary.delivered++;
    t->lane->failures = 0;
    log_event(LOG_LEVEL_DEBUG, "delivery.delivered", fields_of(t, fields));
    transfer_end(t);
}

static void pause_lane(struct lane *lane, const char *why)
{
    if (lane->paused)
        return;
    lane->paused = true;
    log_warning("destination.paused", LOG_TEXT("destination", lane->name),
                LOG_NUMBER("waiting", lane->n), LOG_TEXT("reason", why));
}

static void fail(struct parcel *p, const struct err *why, int64_t retry_after)
{
    struct transfer *t = (struct transfer *)(void *)p;
    struct deliveries *d = t->owner;
    struct log_field fields[8];
    time_t retry_at = why->transient
                          ? backoff_next(t->delivery.attempts + 1,
                                         t->delivery.attempts ? t->delivery.queued_at : d->now(),
                                         d->now(), retry_after, arc4random())
                          : 0;
    struct delivery_result *r = add_result(t);
    r->retry_at = retry_at;
    snprintf(r->error, sizeof(r->error), "%s", why->msg);
    snprintf(r->hint, sizeof(r->hint), "%s", why->hint);
    if (retry_at)
        d->summary.failed++;
    else
        d->summary.dead++;
    log_failure(retry_at ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
                retry_at ? "delivery.failed" : "delivery.dead", why, fields_of(t, fields));
    if (++t->lane->failures >= FAILURES_IN_A_ROW)
        pause_lane(t->lane, "it failed several times in a row");
    transfer_end(t);
}

void parcel_failed(struct parcel *p, const struct err *why)
{
    fail(p, why, -1);
}

void parcel_refused_for_now(struct parcel *p, const struct err *why, int64_t retry_after)
{
    struct lane *lane = ((struct transfer *)(void *)p)->lane;
    lane->retry_after = retry_after;
    pause_lane(lane, "it asked to be left alone for a while");
    fail(p, why, retry_after);
}

void parcel_disable_destination(struct parcel *p, const struct err *why)
{
    struct lane *lane = ((struct transfer *)(void *)p)->lane;
    snprintf(lane->disabled, sizeof(lane->disabled), "%s", why->msg);
    pause_lane(lane, why->msg);
    fail(p, why, -1);
}

/* ---- what has ended goes into the ledger ---- */

static int record_lane(struct deliveries *d, struct lane *lane, struct err *e)
{
    time_t now = d->now();
    int rc = 0;
    if (lane->retry_after >= 0)
        rc = ledger_put_off(d->ledger, lane->name, backoff_next(1, now, now, lane->retry_after, 0),
                            e);
    if (rc == 0 && lane->disabled[0])
        rc = ledger_disable(d->ledger, lane->name, lane->disabled, now, e);
    lane->retry_after = -1;
    lane->disabled[0] = '\0';
    return rc;
}

/* What waited for several that ended together must be queued once. */
static bool is_last_of_its_run(const struct deliveries *d, size_t i)
{
    if (!d->results[i].delivered)
        return false;
    for (size_t j = i + 1; j < d->nresults; j++) {
        if (d->results[j].delivered && d->ended[j].run == d->ended[i].run &&
            d->ended[j].lane == d->ended[i].lane)
            return false;
    }
    return true;
}

/* What waited for the delivery may go, and the files of a run that is through may be forgotten. */
static int let_go(struct deliveries *d, const struct ended *ended, struct err *e)
{
    bool settled = false;
    struct outbox_filter waiting = {.run = ended->run, .completed = ended->lane->name};
    if ((ended->kind == DELIVERY_FILE || ended->kind == DELIVERY_MANIFEST) &&
        deliveries_queue(d, &waiting, e) != 0)
        return -1;
    if (ledger_run_settled(d->ledger, ended->run, &settled, e) != 0)
        return -1;
    if (settled)
        d->settled[d->nsettled++] = ended->run;
    return 0;
}

static int write_results(void *ctx, struct err *e)
{
    struct deliveries *d = ctx;
    if (ledger_record(d->ledger, d->results, d->nresults, d->now(), e) != 0)
        return -1;
    for (struct lane *l = d->lanes; l; l = l->next) {
        if (record_lane(d, l, e) != 0)
            return -1;
    }
    for (size_t i = 0; i < d->nresults; i++) {
        if (is_last_of_its_run(d, i) && let_go(d, &d->ended[i], e) != 0)
            return -1;
    }
    d->nresults = 0;
    return 0;
}

int transfers_write(struct deliveries *d, struct err *e)
{
    return d->nresults ? ledger_together(d->ledger, write_results, d, e) : 0;
}

int transfers_forget(struct deliveries *d, struct err *e)
{
    for (; d->nsettled; d->nsettled--) {
        if (spool_forget(d->spool, d->settled[d->nsettled - 1], e) != 0)
            return -1;
    }
    return 0;
}

int transfers_record(struct deliveries *d, struct err *e)
{
    return transfers_write(d, e) != 0 ? -1 : transfers_forget(d, e);
}
