/*
 * The queues of deliveries in memory, one lane a destination, so that a slow destination only
 * delays itself. A lane holds ids; what a delivery is stands in the ledger.
 */
#ifndef RUNNER_DELIVER_LANE_H
#define RUNNER_DELIVER_LANE_H

#include "runner/deliver/destination.h"

struct lane {
    char name[LIMIT_NAME_BYTES + 1];
    struct destination *destination; /* NULL: it is not in the configuration any more */
    int64_t *ids;                    /* of deliveries, in order, from `head` on */
    size_t head, n, cap;
    size_t under_way;
    unsigned failures;   /* in a row */
    bool paused;         /* nothing more is started until pressrun starts again */
    int64_t retry_after; /* asked for, and not in the ledger yet; seconds, or -1 */
    char disabled[1024]; /* why the destination is gone, and not in the ledger yet; or "" */
    struct lane *next;
};

/* The lane of that name; a new one at the end of the list when there is none. */
struct lane *lane_find(struct lane **lanes, const struct destinations *all, const char *name);
void lane_push(struct lane *lane, int64_t id);
int64_t lane_pop(struct lane *lane); /* must not be empty */
/* True when there is one to start, and room for it at the destination and its host. */
bool lane_may_start(const struct lane *lanes, const struct lane *lane);
void lanes_free(struct lane *lanes); /* takes NULL */

#endif
