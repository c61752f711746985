#include "runner/deliver/destination.h"

#include <string.h>

#include "config/fields.h"

static const struct destination_kind *const kinds[] = {
    &destination_directory,
    &destination_s3,
    &destination_webhook,
};

enum { NKINDS = sizeof(kinds) / sizeof(kinds[0]) };

const struct destination_kind *destination_kind_at(size_t index)
{
    return index < NKINDS ? kinds[index] : NULL;
}

static const struct destination_kind *find_kind(const struct destination_config *settings,
                                                struct arena *arena, struct problems *problems)
{
    const char *names[NKINDS];
    for (size_t i = 0; i < NKINDS; i++) {
        names[i] = kinds[i]->name;
        if (strcmp(kinds[i]->name, settings->kind) == 0)
            return kinds[i];
    }
    struct buf known;
    buf_init(&known, 256);
    for (size_t i = 0; i < NKINDS; i++)
        buf_printf(&known, "%s%s", i ? ", " : "known kinds: ", names[i]);
    problems_add(problems, &settings->at, known.data,
                 "destination \"%s\" has unknown kind \"%s\"%s", settings->name, settings->kind,
                 fields_did_you_mean(arena, settings->kind, names, NKINDS));
    buf_release(&known);
    return NULL;
}

int destinations_open(const struct config *config, struct arena *arena, struct destinations *out,
                      struct problems *problems)
{
    int rc = 0;
    out->items = arena_alloc(arena, config->ndestinations * sizeof(*out->items));
    out->n = 0;
    for (size_t i = 0; i < config->ndestinations; i++) {
        const struct destination_config *settings = &config->destinations[i];
        const struct destination_kind *kind = find_kind(settings, arena, problems);
        struct destination *d = NULL;
        if (!kind || kind->open(&d, settings, config, arena, problems) != 0) {
            rc = -1;
            continue;
        }
        d->kind = kind;
        d->name = settings->name;
        d->platform = settings->platform;
        out->items[out->n++] = d;
    }
    return rc;
}

int parcel_damaged(const struct parcel *p, const char *path, struct err *e)
{
    err_set(e, ERR_DELIVERY, "\"%s\" is not the file that was rendered", path);
    return err_hint(e,
                    "the spool or the disk is damaged; render again with "
                    "pressrun run %s --period %s --again",
                    p->delivery->job, p->delivery->period);
}

void destinations_close(struct destinations *all)
{
    for (size_t i = 0; i < all->n; i++) {
        if (all->items[i]->kind->close)
            all->items[i]->kind->close(all->items[i]);
    }
    all->n = 0;
}

int destination_key(const struct destination *d, const struct name_values *values, char *out,
                    struct err *e)
{
    struct name_values own = *values;
    if (d->kind->notice_id)
        return d->kind->notice_id(d, values, out, e);
    if (!d->write_once)
        own.revision = 1;
    return name_expand(d->key, &own, out, e);
}

int destination_may_receive(const struct destination *d, const struct delivery *delivery,
                            struct err *e)
{
    char key[LIMIT_KEY_BYTES];
    bool batch = delivery->kind == DELIVERY_BATCH;
    struct name_values values = {batch ? "" : delivery->tenant, delivery->job, delivery->period,
                                 delivery->file ? delivery->file : "",
                                 batch ? (int)delivery->run : delivery->revision};
    if (!values.tenant_id[0] && !d->platform)
        return err_set(e, ERR_ISOLATION,
                       "destination \"%s\" may not receive reports of the whole platform", d->name);
    if (destination_key(d, &values, key, e) == 0 && strcmp(key, delivery->key) == 0)
        return 0;
    /* What an edit of the configuration broke, another one mends: so it is tried again. */
    err_set_transient(e, ERR_CONFIG,
                      "the key of destination \"%s\" has changed since the report was made",
                      d->name);
    return err_hint(e, "render the report again with --again, or put the old key back");
}

const struct destination *destinations_linked(const struct destinations *all, const struct job *job)
{
    for (size_t i = 0; i < job->ndeliver; i++) {
        const struct destination *d = destinations_find(all, job->deliver[i]);
        if (d && d->kind->link)
            return d;
    }
    return NULL;
}

struct destination *destinations_find(const struct destinations *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(all->items[i]->name, name) == 0)
            return all->items[i];
    }
    return NULL;
}
