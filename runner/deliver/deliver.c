#include "runner/deliver/deliver.h"

#include <string.h>

#include "jobs/name.h"
#include "lib/file.h"
#include "lib/log.h"

enum {
    FIRST_PAUSE_S = 30,
    LONGEST_PAUSE_S = 3600,
    DEADLINE_S = 3 * 24 * 3600, /* from when it was rendered: over a weekend */
};

time_t deliver_retry_at(int attempts, time_t rendered_at, time_t now)
{
    time_t pause = FIRST_PAUSE_S;
    for (int i = 1; i < attempts && pause < LONGEST_PAUSE_S; i++)
        pause *= 2;
    if (pause > LONGEST_PAUSE_S)
        pause = LONGEST_PAUSE_S;
    return now + pause > rendered_at + DEADLINE_S ? 0 : now + pause;
}

/*
 * The last look before a file leaves: the key must be the one that the template gives for the run's
 * own tenant, and a report of the whole platform may only go where those are allowed.
 */
static int check_key(const struct destination *d, const struct delivery *delivery, struct err *e)
{
    char key[LIMIT_KEY_BYTES];
    struct name_values values = {delivery->tenant, delivery->job, delivery->period, delivery->file};
    if (!delivery->tenant[0] && !d->platform)
        return err_set(e, ERR_ISOLATION,
                       "destination \"%s\" may not receive reports of the whole platform", d->name);
    if (name_expand(d->key, &values, key, e) != 0)
        return -1;
    if (strcmp(key, delivery->key) == 0)
        return 0;
    /* What an edit of the configuration broke, another one mends: so it is tried again. */
    err_set_transient(e, ERR_CONFIG,
                      "the key of destination \"%s\" has changed since the report was made",
                      d->name);
    return err_hint(e, "render the report again with --again, or put the old key back");
}

static int send_one(const struct spool *spool, const struct destinations *all,
                    const struct delivery *delivery, struct err *e)
{
    char directory[LIMIT_PATH_BYTES], path[LIMIT_PATH_BYTES];
    struct destination *d = destinations_find(all, delivery->destination);
    if (!d) {
        err_set_transient(e, ERR_CONFIG, "destination \"%s\" is not in the configuration any more",
                          delivery->destination);
        return err_hint(e, "put it back, or render the report again for its new destination");
    }
    if (check_key(d, delivery, e) != 0 ||
        spool_run_directory(spool, delivery->run, false, directory, e) != 0 ||
        file_join(path, directory, delivery->file, e) != 0)
        return -1;
    struct parcel parcel = {delivery, path};
    return d->kind->send(d, &parcel, e);
}

static int record_failure(struct ledger *l, const struct delivery *d, const struct err *why,
                          time_t now, struct deliver_summary *summary, struct err *e)
{
    time_t retry_at = why->transient ? deliver_retry_at(d->attempts + 1, d->rendered_at, now) : 0;
    if (retry_at)
        summary->failed++;
    else
        summary->dead++;
    log_failure(retry_at ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
                retry_at ? "delivery.failed" : "delivery.dead", why,
                LOG_FIELDS(LOG_NUMBER("run", d->run), LOG_TEXT("job", d->job),
                           LOG_TEXT("tenant", d->tenant), LOG_TEXT("destination", d->destination),
                           LOG_TEXT("key", d->key), LOG_NUMBER("attempt", d->attempts + 1)));
    return ledger_delivery_failed(l, d, why, retry_at, e);
}

static int record_success(struct ledger *l, const struct spool *spool, const struct delivery *d,
                          time_t now, struct deliver_summary *summary, struct err *e)
{
    bool settled = false;
    summary->delivered++;
    if (ledger_delivered(l, d->id, now, e) != 0 || ledger_run_settled(l, d->run, &settled, e) != 0)
        return -1;
    log_debug("delivery.delivered", LOG_NUMBER("run", d->run), LOG_TEXT("job", d->job),
              LOG_TEXT("tenant", d->tenant), LOG_TEXT("destination", d->destination),
              LOG_TEXT("key", d->key));
    return settled ? spool_forget(spool, d->run, e) : 0;
}

int deliver_due(struct ledger *l, const struct spool *spool, const struct destinations *all,
                time_t now, struct deliver_summary *summary, struct err *e)
{
    struct delivery d;
    int rc;
    while ((rc = ledger_next_delivery(l, now, &d, e)) == 1) {
        struct err why;
        rc = send_one(spool, all, &d, &why) == 0 ? record_success(l, spool, &d, now, summary, e)
                                                 : record_failure(l, &d, &why, now, summary, e);
        if (rc != 0)
            return -1;
    }
    return rc;
}
