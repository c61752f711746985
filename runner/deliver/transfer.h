/*
 * Inside of deliver.c: what is under way, and how it ends. Parcels end when their kinds say so
 * (destination.h); what has ended is kept until it is recorded, many in one transaction.
 */
#ifndef RUNNER_DELIVER_TRANSFER_H
#define RUNNER_DELIVER_TRANSFER_H

#include "runner/deliver/deliver.h"
#include "runner/deliver/lane.h"

enum { RESULTS = 320 /* recorded in one transaction */ };

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
    int64_t trusted; /* the first run that is, see deliveries_trust() */
    struct http *http;
    struct lane *lanes;
    struct transfer *transfers;
    size_t under_way;
    bool stopped;
    struct delivery_result results[RESULTS];
    struct ended ended[RESULTS];
    size_t nresults;
    int64_t first_result_ms;
    int64_t settled[RESULTS]; /* runs that are through */
    size_t nsettled;
    int64_t record_at_ms; /* not before, while there is room for results */
    int64_t settle_at_ms; /* when kinds that end parcels together may send again */
    bool finishing;       /* and now they need not wait for more */
    struct deliver_summary summary;
};

/* Takes it out of what is under way; nothing is noted of how it ended. */
void transfer_end(struct transfer *t);
/* Writes what has ended into the ledger, in one transaction, and queues what waited for it. */
int transfers_write(struct deliveries *d, struct err *e);
/* Once that is committed: lets the spool forget the files of runs that are through. */
int transfers_forget(struct deliveries *d, struct err *e);
/* Both. */
int transfers_record(struct deliveries *d, struct err *e);

#endif
