/*
 * Where files and notices go. A destination kind is one constant object in one file and one line in
 * the registry (destination.c). Kinds only send; the queue, retries and the ledger's states are in
 * deliver.c.
 */
#ifndef RUNNER_DELIVER_DESTINATION_H
#define RUNNER_DELIVER_DESTINATION_H

#include "config/config.h"
#include "jobs/job.h"
#include "jobs/name.h"
#include "runner/deliver/http.h"
#include "runner/ledger_outbox.h"

struct destination_kind;
struct destination { /* a kind embeds this first */
    const struct destination_kind *kind;
    const char *name;
    bool platform;
    const char *key;  /* template, see jobs/name.h; NULL for kinds that take notices */
    bool write_once;  /* what is there is never replaced: a newer revision gets a key of its own */
    bool batch;       /* one notice for all tenants of a period */
    const char *host; /* what `parallel` is counted by; NULL: this destination alone */
    size_t parallel;  /* deliveries at once */
};

/* A delivery on its way. What its kind needs meanwhile lives in the arena. */
struct parcel {
    const struct delivery *delivery;
    const char *path; /* the file in the spool; of a notice: the directory of its run */
    bool proven;      /* by this process, and nobody has had it since */
    struct http *http;
    struct ledger *ledger;
    const struct destinations *all;
    time_t (*now)(void);
    int fd; /* a file its kind has open, or -1; closed with the parcel, however that ends */
    struct arena arena;
};

/* How it ended: each parcel that was sent ends in exactly one of these calls, now or later. */
void parcel_delivered(struct parcel *p);
void parcel_failed(struct parcel *p, const struct err *why); /* `transient`: tried again */
/* The destination asked to be left alone for so many seconds. */
void parcel_refused_for_now(struct parcel *p, const struct err *why, int64_t retry_after);
/* The destination said that it is gone for good. */
void parcel_disable_destination(struct parcel *p, const struct err *why);

/* The file in the spool is not the one that was rendered: says so, with what to do. Returns -1. */
int parcel_damaged(const struct parcel *p, const char *path, struct err *e);

/* What a link to a file needs. */
struct link_request {
    const char *key, *file_name; /* as which a browser shall save it */
    time_t now;
    int64_t lifetime_s;
};

struct destination_kind {
    const char *name; /* as in pressrun.yaml */
    const struct field *fields;
    /* Reads its settings; every reason against them is added to `problems`. */
    int (*open)(struct destination **d, const struct destination_config *settings,
                const struct config *config, struct arena *arena, struct problems *problems);
    void (*close)(struct destination *d); /* or NULL: nothing to release */
    /* Sends one file or notice. Delivered means: there, whole and readable under its key. Sending
     * what is already there again is harmless. */
    void (*send)(struct destination *d, struct parcel *p);
    /* Only of kinds that end the parcels they were sent together: ends all of them now. */
    void (*settle)(struct destination *d);
    /* Only of kinds that take notices instead of files: the id of one. */
    int (*notice_id)(const struct destination *d, const struct name_values *values, char *out,
                     struct err *e);
    /* Only of kinds whose files can be fetched by a link: appends it. */
    int (*link)(struct destination *d, const struct link_request *r, struct buf *out,
                struct err *e);
    /* Can it be used, as far as that can be told without sending anything? NULL: not asked. */
    int (*check)(struct destination *d, struct http *http, time_t now, struct err *e);
};

extern const struct destination_kind destination_directory, destination_s3, destination_webhook;

/* All destinations of the configuration; they live in the arena. */
struct destinations {
    struct destination **items;
    size_t n;
};
int destinations_open(const struct config *config, struct arena *arena, struct destinations *out,
                      struct problems *problems);
void destinations_close(struct destinations *all);
struct destination *destinations_find(const struct destinations *all, const char *name);

/* The key of a file, or the id of a notice, from the task's own values alone. */
int destination_key(const struct destination *d, const struct name_values *values, char *out,
                    struct err *e);
/*
 * The last look before something leaves: the key must be the one that the run's own tenant gives,
 * and a report of the whole platform may only go where those are allowed.
 */
int destination_may_receive(const struct destination *d, const struct delivery *delivery,
                            struct err *e);
/* The first destination of a job whose files can be fetched by a link, or NULL. */
const struct destination *destinations_linked(const struct destinations *all,
                                              const struct job *job);

/* The registry in order, for the manual's test; NULL after the last. */
const struct destination_kind *destination_kind_at(size_t index);

#endif
