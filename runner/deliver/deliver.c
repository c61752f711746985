#include "runner/deliver/deliver.h"

#include <stdlib.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/mem.h"
#include "runner/deliver/transfer.h"
#include "runner/notify.h"

enum {
    TRANSFERS = 256,       /* at once, in all: more than a few destinations that hang can take */
    STARTS_PER_TURN = 128, /* and so many bytes, so that workers are not kept waiting by copies */
    BYTES_PER_TURN = 16 * 1024 * 1024,
    SETTLE_AFTER_MS = 20, /* the last time, or as long as that took */
    /* Of the first that ended: each time costs several waits for the disk, while nothing is sent.
     */
    RECORD_AFTER_MS = 100,
    ALIVE_MS = 10000, /* systemd is told at least so often that work goes on */
    GRACE_MS = 10000, /* for what is under way when a signal comes */
};

struct deliveries *deliveries_new(struct ledger *l, const struct spool *spool,
                                  const struct destinations *all, time_t (*now)(void))
{
    struct deliveries *d = xcalloc(1, sizeof(*d));
    d->ledger = l;
    d->spool = spool;
    d->all = all;
    d->now = now;
    d->trusted = INT64_MAX;
    d->http = http_new(TRANSFERS);
    return d;
}

void deliveries_trust(struct deliveries *d, int64_t first_run)
{
    d->trusted = first_run;
}

void deliveries_free(struct deliveries *d)
{
    if (!d)
        return;
    http_free(d->http);
    while (d->transfers)
        transfer_end(d->transfers);
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

static bool settles(const struct lane *lane)
{
    return lane->destination && lane->destination->kind->settle;
}

static bool may_start(const struct deliveries *d, const struct lane *lane)
{
    if (settles(lane) && !d->finishing && clock_ms() < d->settle_at_ms)
        return false;
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

/* What is to be sent in this turn, read from the ledger together. */
struct turn {
    struct deliveries *d;
    struct transfer *chosen[STARTS_PER_TURN];
    size_t n;
    int64_t bytes;
};

static int choose(struct turn *turn, struct lane *lane, struct err *e)
{
    struct deliveries *d = turn->d;
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
    t->parcel.proven = t->delivery.run >= d->trusted && t->delivery.attempts == 0;
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
    turn->bytes += t->delivery.size_bytes;
    turn->chosen[turn->n++] = t;
    return 0;
}

/* Each destination in turn, so that none waits for another one's queue. There must always be room
 * for the results of all that is under way. */
static int choose_all(void *ctx, struct err *e)
{
    struct turn *turn = ctx;
    struct deliveries *d = turn->d;
    for (bool any = true; any;) {
        any = false;
        for (struct lane *l = d->lanes; l; l = l->next) {
            if (turn->n == STARTS_PER_TURN || turn->bytes >= BYTES_PER_TURN ||
                d->nresults + d->under_way >= RESULTS || !may_start(d, l))
                continue;
            if (choose(turn, l, e) != 0)
                return -1;
            any = true;
        }
    }
    return 0;
}

/* Where the disk is slow, more are sent at a time: at least half of the time is left for others. */
static void settle_all(struct deliveries *d, int64_t begun_ms)
{
    for (struct lane *l = d->lanes; l; l = l->next) {
        if (settles(l))
            l->destination->kind->settle(l->destination);
    }
    int64_t took = clock_ms() - begun_ms;
    d->settle_at_ms = clock_ms() + (took > SETTLE_AFTER_MS ? took : SETTLE_AFTER_MS);
}

static int start(struct deliveries *d, struct err *e)
{
    struct turn turn = {.d = d};
    int64_t begun_ms = clock_ms();
    struct err why;
    if (!any_may_start(d))
        return 0;
    if (ledger_together(d->ledger, choose_all, &turn, e) != 0)
        return -1;
    for (size_t i = 0; i < turn.n; i++) {
        struct transfer *t = turn.chosen[i];
        struct destination *to = t->lane->destination;
        if (t->lane->paused) /* since a moment ago: it stays pending */
            transfer_end(t);
        else if (prepare(d, t, &why) != 0)
            parcel_failed(&t->parcel, &why);
        else
            to->kind->send(to, &t->parcel);
    }
    settle_all(d, begun_ms);
    return 0;
}

int deliveries_start(struct deliveries *d, struct err *e)
{
    return start(d, e) != 0 ? -1 : http_flush(d->http, e);
}

static int64_t left_ms(int64_t at_ms)
{
    int64_t left = at_ms - clock_ms();
    return left > 0 ? left : 0;
}

static int64_t record_after_ms(const struct deliveries *d)
{
    int64_t at_ms = d->first_result_ms + RECORD_AFTER_MS;
    return left_ms(at_ms > d->record_at_ms ? at_ms : d->record_at_ms);
}

/* Many at once, for each transaction waits for the disk; but what waits for them not for long. */
static bool must_record(const struct deliveries *d)
{
    return d->nresults && (d->nresults + d->under_way >= RESULTS || record_after_ms(d) == 0 ||
                           (d->finishing && !d->under_way && !any_may_start(d)));
}

/* Where the disk is slow, more are recorded at a time: half of the time is left for sending. */
static int record(struct deliveries *d, struct err *e)
{
    int64_t begun_ms = clock_ms();
    int rc = http_flush(d->http, e) != 0 ? -1 : transfers_record(d, e);
    d->record_at_ms = 2 * clock_ms() - begun_ms;
    return rc;
}

static int step(struct deliveries *d, struct err *e)
{
    return start(d, e) != 0 || (must_record(d) && record(d, e) != 0) ? -1 : 0;
}

static bool any_waits_to_settle(const struct deliveries *d)
{
    bool room = !d->stopped && d->under_way < TRANSFERS;
    for (const struct lane *l = d->lanes; room && l; l = l->next) {
        if (settles(l) && lane_may_start(d->lanes, l))
            return true;
    }
    return false;
}

static int wait(struct deliveries *d, struct pollfd *fds, size_t nfds, int timeout_ms,
                struct err *e)
{
    int64_t soon = any_may_start(d) ? 0 : d->nresults ? record_after_ms(d) : -1;
    if (any_waits_to_settle(d) && (soon < 0 || left_ms(d->settle_at_ms) < soon))
        soon = left_ms(d->settle_at_ms);
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
    d->finishing = true;
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
    return d->nresults ? transfers_record(d, e) : 0;
}

int deliveries_drop(struct deliveries *d, struct err *e)
{
    if (d->nresults && transfers_record(d, e) != 0)
        return -1;
    http_free(d->http);
    d->http = http_new(TRANSFERS);
    while (d->transfers)
        transfer_end(d->transfers);
    for (struct lane *l = d->lanes; l; l = l->next)
        l->n = 0;
    return 0;
}

int deliveries_write(struct deliveries *d, struct err *e)
{
    return transfers_write(d, e);
}

int deliveries_written(struct deliveries *d, struct err *e)
{
    return transfers_forget(d, e);
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
