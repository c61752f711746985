#include "runner/deliver/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

struct lane *lane_find(struct lane **lanes, const struct destinations *all, const char *name)
{
    struct lane **link = lanes;
    for (; *link; link = &(*link)->next) {
        if (strcmp((*link)->name, name) == 0)
            return *link;
    }
    struct lane *lane = xcalloc(1, sizeof(*lane));
    snprintf(lane->name, sizeof(lane->name), "%s", name);
    lane->destination = destinations_find(all, name);
    lane->retry_after = -1;
    *link = lane;
    return lane;
}

void lane_push(struct lane *lane, int64_t id)
{
    if (lane->head && lane->head + lane->n == lane->cap) {
        memmove(lane->ids, lane->ids + lane->head, lane->n * sizeof(*lane->ids));
        lane->head = 0;
    }
    if (lane->n == lane->cap) {
        lane->cap = lane->cap ? 2 * lane->cap : 64;
        lane->ids = xrealloc(lane->ids, lane->cap, sizeof(*lane->ids));
    }
    lane->ids[lane->head + lane->n++] = id;
}

int64_t lane_pop(struct lane *lane)
{
    lane->n--;
    return lane->ids[lane->head++];
}

static bool same_host(const struct lane *a, const struct lane *b)
{
    return a->destination && b->destination && a->destination->host && b->destination->host &&
           strcmp(a->destination->host, b->destination->host) == 0;
}

bool lane_may_start(const struct lane *lanes, const struct lane *lane)
{
    size_t at_host = 0;
    if (!lane->n || lane->paused)
        return false;
    for (const struct lane *l = lanes; l; l = l->next) {
        if (l == lane || same_host(l, lane))
            at_host += l->under_way;
    }
    return at_host < (lane->destination ? lane->destination->parallel : 1);
}

void lanes_free(struct lane *lanes)
{
    while (lanes) {
        struct lane *next = lanes->next;
        free(lanes->ids);
        free(lanes);
        lanes = next;
    }
}
