#include "runner/deliver/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "runner/deliver/backoff.h"
#include "runner/deliver/lane.h"
#include "runner/notify.h"

enum {
    TRANSFERS = 256,       /* at once, in all: more than a few destinations that hang can take */
    STARTS_PER_TURN = 16,  /* so that workers are not kept waiting by copies */
    FAILURES_IN_A_ROW = 5, /* then a destination is left alone */
    RESULTS = 320,         /* recorded in one transaction, */
    RECORD_AFTER_MS = 20,  /* and not later than this */
    ALIVE_MS = 10000,      /* systemd is told at least so often that work goes on */
    GRACE_MS = 10000,      /* for what is under way when a signal comes */
};

struct transfer {
    struct parcel parcel;
    struct delivery delivery;
    char path[LIMIT_PATH_BYTES];
    struct deliveries *owner;
    struct lane *lane;
    struct transfer *next, **link;
};

/* What has ended and is not in the ledger yet. */
struct ended {
    int64_t run;
    enum delivery_kind kind;
    struct lane *lane;
};

struct deliveries {
    struct ledger *ledger;
    const struct spool *spool;
    const struct destinations *all;
    time_t (*now)(void);
    struct http *http;
    struct lane *lanes;
    struct transfer *transfers;
    size_t under_way;
    bool stopped;
    struct delivery_result results[RESULTS];
    struct ended ended[RESULTS];
    size_t nresults;
    int64_t first_result_ms;
    struct deliver_summary summary;
};

struct deliveries *deliveries_new(struct ledger *l, const struct spool *spool,
                                  const struct destinations *all, time_t (*now)(void))
{
    struct deliveries *d = xcalloc(1, sizeof(*d));
    d->ledger = l;
    d->spool = spool;
    d->all = all;
    d->now = now;
    d->http = http_new(TRANSFERS);
    return d;
}

static void end_transfer(struct transfer *t)
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

void deliveries_free(struct deliveries *d)
{
    if (!d)
        return;
    http_free(d->http);
    while (d->transfers)
        end_transfer(d->transfers);
    lanes_free(d->lanes);
    free(d);
}

static void push(void *ctx, int64_t id, const char *destination)
{
    struct deliveries *d = ctx;
    lane_push(lane_find(&d->lanes, d->all, destination), id);
}

int deliveries_queue(struct deliveries *d, const struct outbox_filter *filter, struct err *e)
{
    return ledger_ready(d->ledger, filter, d->now(), push, d, e);
}

static bool may_start(const struct deliveries *d, const struct lane *lane)
{
    return !d->stopped && d->under_way < TRANSFERS && lane_may_start(d->lanes, lane);
}

static bool any_may_start(const struct deliveries *d)
{
    for (const struct lane *l = d->lanes; l; l = l->next) {
        if (may_start(d, l))
            return true;
    }
    return false;
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
    end_transfer(t);
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
    end_transfer(t);
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
    return settled ? spool_forget(d->spool, ended->run, e) : 0;
}

/* What waited for several that ended together must be queued once. */
static bool is_last_of_its_run(const struct deliveries *d, size_t i, size_t n)
{
    if (!d->results[i].delivered)
        return false;
    for (size_t j = i + 1; j < n; j++) {
        if (d->results[j].delivered && d->ended[j].run == d->ended[i].run &&
            d->ended[j].lane == d->ended[i].lane)
            return false;
    }
    return true;
}

static int record(struct deliveries *d, struct err *e)
{
    size_t n = d->nresults;
    if (ledger_record(d->ledger, d->results, n, d->now(), e) != 0)
        return -1;
    d->nresults = 0;
    for (struct lane *l = d->lanes; l; l = l->next) {
        if (record_lane(d, l, e) != 0)
            return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (is_last_of_its_run(d, i, n) && let_go(d, &d->ended[i], e) != 0)
            return -1;
    }
    return 0;
}

/* ---- starting ---- */

static int prepare(struct deliveries *d, struct transfer *t, struct err *e)
{
    char directory[LIMIT_PATH_BYTES];
    if (!t->lane->destination) {
        err_set_transient(e, ERR_CONFIG, "destination \"%s\" is not in the configuration any more",
                          t->lane->name);
        return err_hint(e, "put it back, or render the report again for its new destination");
    }
    if (destination_may_receive(t->lane->destination, &t->delivery, e) != 0 ||
        spool_run_directory(d->spool, t->delivery.run, false, directory, e) != 0)
        return -1;
    if (!t->delivery.file)
        return file_join(t->path, directory, "", e);
    return file_join(t->path, directory, t->delivery.file, e);
}

static int start_next(struct deliveries *d, struct lane *lane, struct err *e)
{
    struct err why;
    struct transfer *t = xcalloc(1, sizeof(*t));
    int64_t id = lane_pop(lane);
    int rc = ledger_delivery(d->ledger, id, &t->parcel.arena, &t->delivery, e);
    if (rc != 1) { /* superseded meanwhile */
        arena_release(&t->parcel.arena);
        free(t);
        return rc;
    }
    t->owner = d;
    t->lane = lane;
    t->parcel.delivery = &t->delivery;
    t->parcel.path = t->path;
    t->parcel.http = d->http;
    t->parcel.ledger = d->ledger;
    t->parcel.all = d->all;
    t->parcel.now = d->now;
    t->parcel.fd = -1;
    t->next = d->transfers;
    t->link = &d->transfers;
    if (t->next)
        t->next->link = &t->next;
    d->transfers = t;
    lane->under_way++;
    d->under_way++;
    if (prepare(d, t, &why) != 0)
        parcel_failed(&t->parcel, &why);
    else
        lane->destination->kind->send(lane->destination, &t->parcel);
    return 0;
}

/* Each destination in turn, so that none waits for another one's queue. There must always be room
 * for the results of all that is under way. */
static int start(struct deliveries *d, struct err *e)
{
    for (size_t started = 0, before = 1; before != started && started < STARTS_PER_TURN;) {
        before = started;
        for (struct lane *l = d->lanes; l; l = l->next) {
            if (d->nresults + d->under_way >= RESULTS || !may_start(d, l))
                continue;
            if (start_next(d, l, e) != 0)
                return -1;
            started++;
        }
    }
    return 0;
}

static int64_t record_after_ms(const struct deliveries *d)
{
    int64_t left = d->first_result_ms + RECORD_AFTER_MS - clock_ms();
    return left > 0 ? left : 0;
}

/* Many at once, for each transaction waits for the disk; but what waits for them not for long. */
static bool must_record(const struct deliveries *d)
{
    return d->nresults && (d->nresults + d->under_way >= RESULTS || record_after_ms(d) == 0 ||
                           (!d->under_way && !any_may_start(d)));
}

static int step(struct deliveries *d, struct err *e)
{
    return start(d, e) != 0 || (must_record(d) && record(d, e) != 0) ? -1 : 0;
}

static int wait(struct deliveries *d, struct pollfd *fds, size_t nfds, int timeout_ms,
                struct err *e)
{
    int64_t soon = any_may_start(d) ? 0 : d->nresults ? record_after_ms(d) : -1;
    if (soon >= 0 && (timeout_ms < 0 || soon < timeout_ms))
        timeout_ms = (int)soon;
    return http_wait(d->http, fds, nfds, timeout_ms, e);
}

int deliveries_wait(struct deliveries *d, struct pollfd *fds, size_t nfds, int timeout_ms,
                    struct err *e)
{
    return step(d, e) != 0 ? -1 : wait(d, fds, nfds, timeout_ms, e);
}

static bool is_done(const struct deliveries *d)
{
    return !d->under_way && !d->nresults && !any_may_start(d);
}

static int drain(struct deliveries *d, const struct signals *signals, struct err *e)
{
    int64_t until = d->stopped ? clock_ms() + GRACE_MS : 0;
    for (;;) {
        struct pollfd fd = {signals->fd, POLLIN, 0};
        int64_t left = until ? until - clock_ms() : -1;
        if (step(d, e) != 0)
            return -1;
        if (is_done(d) || (until && left <= 0))
            break;
        notify_alive();
        if (wait(d, &fd, 1, left < 0 || left > ALIVE_MS ? ALIVE_MS : (int)left, e) != 0)
            return -1;
        if (!fd.revents)
            continue;
        if (signals_take(signals, e) != 0)
            return -1;
        /* The first signal gives what is under way some time, the second one none. */
        until = clock_ms() + (d->stopped ? 0 : GRACE_MS);
        d->stopped = true;
    }
    return d->nresults ? record(d, e) : 0;
}

int deliveries_drop(struct deliveries *d, struct err *e)
{
    if (d->nresults && record(d, e) != 0)
        return -1;
    http_free(d->http);
    d->http = http_new(TRANSFERS);
    while (d->transfers)
        end_transfer(d->transfers);
    for (struct lane *l = d->lanes; l; l = l->next)
        l->n = 0;
    return 0;
}

void deliveries_stop(struct deliveries *d)
{
    d->stopped = true;
}

int deliveries_finish(struct deliveries *d, const struct signals *signals, bool *stopped,
                      struct err *e)
{
    const struct outbox_filter batches = {.batches = true};
    int rc = drain(d, signals, e);
    if (rc == 0 && !d->stopped && deliveries_queue(d, &batches, e) == 0)
        rc = drain(d, signals, e);
    *stopped = *stopped || d->stopped;
    return rc;
}

const struct deliver_summary *deliveries_summary(const struct deliveries *d)
{
    return &d->summary;
}
