/*
 * Where files go. A destination kind is one constant object in one file and one line in the
 * registry (destination.c). Kinds only send; the queue, retries and the ledger are in deliver.c.
 */
#ifndef RUNNER_DELIVER_DESTINATION_H
#define RUNNER_DELIVER_DESTINATION_H

#include "config/config.h"
#include "runner/ledger.h"

struct destination_kind;
struct destination { /* a kind embeds this first */
    const struct destination_kind *kind;
    const char *name;
    bool platform;
    const char *key; /* template, see jobs/name.h */
};

/* A file of the spool on its way. */
struct parcel {
    const struct delivery *delivery;
    const char *path; /* in the spool */
};

struct destination_kind {
    const char *name; /* as in pressrun.yaml */
    /* Reads its settings; every reason against them is added to `problems`. */
    int (*open)(struct destination **d, const struct destination_config *settings,
                const struct config *config, struct arena *arena, struct problems *problems);
    /* Sends one file: 0 only when it is there, whole and readable under its key. Sending what is
     * already there again is harmless. */
    int (*send)(struct destination *d, const struct parcel *p, struct err *e);
};

extern const struct destination_kind destination_directory;

/* All destinations of the configuration; they live in the arena. */
struct destinations {
    struct destination **items;
    size_t n;
};
int destinations_open(const struct config *config, struct arena *arena, struct destinations *out,
                      struct problems *problems);
struct destination *destinations_find(const struct destinations *all, const char *name);

#endif
