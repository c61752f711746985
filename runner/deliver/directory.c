/*
 * A directory as a destination. A file appears under its name in one step and only when its bytes
 * on the disk have the SHA-256 that the ledger knows.
 *
 * The file in the spool itself goes there, by link(2), when nothing of its run is to go anywhere
 * else and it is as good as a copy there; else it is copied. What is linked was synced and proven
 * when it was rendered.
 *
 * Files that are sent together wait for the disk together: all are linked, or copied and synced,
 * under other names, then all are renamed, then all directories are synced.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/fields.h"
#include "jobs/name.h"
#include "lib/file.h"
#include "lib/file_link.h"
#include "lib/limits.h"
#include "runner/deliver/destination.h"
#include "runner/manifest.h"

enum {
    DIRECTORY_MODE = 0750,
    FILE_MODE = 0640, /* main()'s umask takes nothing from it */
    TOGETHER = 128    /* files */
};

/* A file on its way. */
struct outgoing {
    struct parcel *parcel;
    char *path, *directory; /* the parcel's */
    char *temp;             /* its name until then; NULL: it is there under its own already */
    bool replaces;          /* another file of that name */
    bool at_once;           /* synced with the whole file system */
    bool links;             /* are as good as copies in its directory */
    bool linked;
};

struct directory {
    struct destination destination;
    const char *path;
    const char *key, *kind;
    bool platform;
    struct file_system files;
    struct outgoing outgoing[TOGETHER];
    size_t noutgoing;
};

static const struct field fields[] = {
    {"kind", FIELD_NAME, offsetof(struct directory, kind), .required = true, .help = "directory"},
    {"platform", FIELD_BOOLEAN, offsetof(struct directory, platform), .fallback = "false",
     .help = "may receive reports of the whole platform"},
    {"path", FIELD_TEXT, offsetof(struct directory, path), .required = true,
     .help = "the directory; relative to pressrun.yaml"},
    {"key", FIELD_LITERAL, offsetof(struct directory, key),
     .fallback = "{tenant.id}/{job}/{period}/{file}", .help = "where a file goes below it"},
    {0},
};

static int open_directory(struct destination **out, const struct destination_config *settings,
                          const struct config *config, struct arena *arena,
                          struct problems *problems)
{
    struct directory *d = arena_alloc(arena, sizeof(*d));
    const char *what = arena_printf(arena, "destination \"%s\"", settings->name);
    if (fields_read(settings->node, what, fields, d, arena, problems) != 0)
        return -1;
    const struct yaml_node *key = yaml_get(settings->node, "key");
    if (name_check_template(d->key, key ? &key->at : &settings->at, settings->platform, problems) !=
        0)
        return -1;
    d->path = config_path(config, arena, d->path);
    d->destination.key = d->key;
    d->destination.parallel = TOGETHER;
    d->files.fd = -1;
    *out = &d->destination;
    return 0;
}

static void close_directory(struct destination *destination)
{
    file_system_close(&((struct directory *)destination)->files);
}

/*
 * While files of an older revision are replaced, no manifest may vouch for the mixture. Every key
 * ends in the file's name, and what stands before it is the same for all files of a report.
 */
static int withdraw_manifest(const char *path, const struct delivery *delivery, struct err *e)
{
    char manifest[LIMIT_PATH_BYTES];
    size_t before = strlen(path) - strlen(delivery->file);
    if (strcmp(delivery->file, MANIFEST_NAME) == 0)
        return 0;
    if ((size_t)snprintf(manifest, sizeof(manifest), "%.*s%s", (int)before, path, MANIFEST_NAME) >=
        sizeof(manifest))
        return err_set(e, ERR_IO, "path \"%.200s...\" is too long", path);
    if (unlink(manifest) != 0 && errno != ENOENT)
        return err_sys(e, "can't remove \"%s\"", manifest);
    return 0;
}

/* Hidden, and named after the file: what a crash left is found again by whoever sends it next. */
static int name_all(const struct directory *d, struct outgoing *o, struct err *e)
{
    struct arena *arena = &o->parcel->arena;
    char path[LIMIT_PATH_BYTES], directory[LIMIT_PATH_BYTES];
    if (file_join(path, d->path, o->parcel->delivery->key, e) != 0)
        return -1;
    file_dirname(directory, path);
    o->path = arena_strdup(arena, path);
    o->directory = arena_strdup(arena, directory);
    o->temp = arena_printf(arena, "%s/.%s.part", directory, strrchr(path, '/') + 1);
    return strlen(o->temp) < LIMIT_PATH_BYTES
               ? 0
               : err_set(e, ERR_IO, "path \"%.200s...\" is too long", path);
}

static bool is_there_already(const char *path, const struct stat *st,
                             const struct delivery *delivery)
{
    struct err ignored;
    char sha256[HASH_HEX_SIZE];
    /* A pipe would be waited for, a link may lead anywhere: both are replaced. */
    return S_ISREG(st->st_mode) && hash_file(path, sha256, &ignored) == 0 &&
           strcmp(sha256, delivery->sha256) == 0;
}

/* The directory and those above it, up to that of the destination. */
static int sync_upwards(const struct directory *d, const char *directory, struct err *e)
{
    char path[LIMIT_PATH_BYTES], above[LIMIT_PATH_BYTES];
    snprintf(path, sizeof(path), "%s", directory);
    while (strlen(path) > strlen(d->path)) {
        file_dirname(above, path);
        if (file_sync(above, e) != 0)
            return -1;
        memcpy(path, above, sizeof(path));
    }
    return 0;
}

static int make_directories(struct directory *d, struct outgoing *o, struct err *e)
{
    const struct outgoing *last = d->noutgoing ? o - 1 : NULL;
    if (last && strcmp(last->directory, o->directory) == 0) {
        o->at_once = last->at_once;
        o->links = last->links;
        return 0;
    }
    if (d->files.fd < 0 && (file_make_dirs(d->path, DIRECTORY_MODE, true, e) != 0 ||
                            file_system_open(&d->files, d->path, e) != 0))
        return -1;
    if (file_make_dirs(o->directory, DIRECTORY_MODE, !d->files.at_once, e) != 0)
        return -1;
    o->at_once = file_system_covers(&d->files, o->directory);
    /* Only on file systems that are known: others may have more that new files get. */
    o->links = o->at_once && file_link_suits(o->directory);
    /* Below a file system that was mounted inside of the destination. */
    return o->at_once || !d->files.at_once ? 0 : sync_upwards(d, o->directory, e);
}

/* A file that is linked is the very one that was proven: it is only read again when that was the
 * work of another process. */
static int check_temp(const struct outgoing *o, uint64_t size, struct err *e)
{
    const struct parcel *p = o->parcel;
    char sha256[HASH_HEX_SIZE];
    bool right = size == (uint64_t)p->delivery->size_bytes;
    if (!o->linked || !p->proven) {
        if (hash_file(o->temp, sha256, e) != 0)
            return -1;
        right = strcmp(sha256, p->delivery->sha256) == 0;
    }
    return right ? 0 : parcel_damaged(p, o->linked ? p->path : o->temp, e);
}

/* The file under another name, whose bytes are the right ones. */
static int make_temp(struct outgoing *o, struct err *e)
{
    const struct parcel *p = o->parcel;
    uint64_t size = 0;
    unlink(o->temp); /* of an attempt that a crash cut short; perhaps a name of the spool's file */
    o->linked = o->links && p->delivery->exclusive && file_link(p->path, o->temp, FILE_MODE, &size);
    if (!o->linked && file_copy(p->path, o->temp, FILE_MODE, e) != 0)
        return -1;
    if (check_temp(o, size, e) == 0)
        return 0;
    unlink(o->temp);
    return -1;
}

static int prepare(struct directory *d, struct outgoing *o, struct err *e)
{
    const struct parcel *p = o->parcel;
    struct stat st;
    if (name_all(d, o, e) != 0)
        return -1;
    o->replaces = lstat(o->path, &st) == 0;
    if (make_directories(d, o, e) != 0)
        return -1;
    if (o->replaces && is_there_already(o->path, &st, p->delivery)) {
        o->temp = NULL; /* perhaps of an attempt that ended before it had synced */
        return 0;
    }
    return make_temp(o, e);
}

static int publish(const struct outgoing *o, struct err *e)
{
    if (!o->temp)
        return 0;
    if (o->replaces && withdraw_manifest(o->path, o->parcel->delivery, e) != 0)
        return -1;
    return file_rename(o->temp, o->path, e);
}

/* A directory that is not mounted, not ours to write or on a server that hangs is so until somebody
 * mends it: no report may be given up for it at once. */
static void fail(struct parcel *p, struct err *why)
{
    if (why->kind == ERR_IO)
        why->transient = true;
    parcel_failed(p, why);
}

static void send_file(struct destination *destination, struct parcel *p)
{
    struct directory *d = (struct directory *)destination;
    struct outgoing *o = &d->outgoing[d->noutgoing];
    struct err e;
    *o = (struct outgoing){.parcel = p};
    if (prepare(d, o, &e) == 0)
        d->noutgoing++;
    else
        fail(p, &e);
}

/* Those of which a step succeeds go on to the next one. */
static void each(struct directory *d, int (*step)(const struct outgoing *o, struct err *e))
{
    size_t kept = 0;
    for (size_t i = 0; i < d->noutgoing; i++) {
        struct outgoing *o = &d->outgoing[i];
        struct err e;
        if (step(o, &e) == 0) {
            d->outgoing[kept++] = *o;
            continue;
        }
        if (o->temp)
            unlink(o->temp);
        fail(o->parcel, &e);
    }
    d->noutgoing = kept;
}

static int sync_copy(const struct outgoing *o, struct err *e)
{
    return o->at_once ? 0 : file_sync(o->temp ? o->temp : o->path, e);
}

static int sync_directory(const struct outgoing *o, struct err *e)
{
    return o->at_once ? 0 : file_sync(o->directory, e);
}

/* What is linked was on the disk before. */
static bool is_copy(const struct outgoing *o)
{
    return o->temp && !o->linked;
}

static bool is_any(const struct outgoing *o)
{
    (void)o;
    return true;
}

/* What is synced with the file system, for all of them: when there are such among it. */
static int sync_system(const struct directory *d, bool (*wanted)(const struct outgoing *o),
                       struct err *e)
{
    bool any = false;
    for (size_t i = 0; i < d->noutgoing; i++)
        any = any || (d->outgoing[i].at_once && wanted(&d->outgoing[i]));
    if (!any || file_system_sync(&d->files, e) == 0)
        return 0;
    return err_wrap(e, "\"%s\"", d->path);
}

static void fail_all(struct directory *d, struct err *why)
{
    for (size_t i = 0; i < d->noutgoing; i++) {
        if (d->outgoing[i].temp)
            unlink(d->outgoing[i].temp);
        fail(d->outgoing[i].parcel, why);
    }
    d->noutgoing = 0;
}

static void settle(struct destination *destination)
{
    struct directory *d = (struct directory *)destination;
    struct err e;
    if (sync_system(d, is_copy, &e) != 0)
        fail_all(d, &e);
    each(d, sync_copy);
    each(d, publish);
    if (sync_system(d, is_any, &e) != 0)
        fail_all(d, &e);
    each(d, sync_directory);
    for (size_t i = 0; i < d->noutgoing; i++)
        parcel_delivered(d->outgoing[i].parcel);
    d->noutgoing = 0;
}

const struct destination_kind destination_directory = {
    .name = "directory",
    .fields = fields,
    .open = open_directory,
    .close = close_directory,
    .send = send_file,
    .settle = settle,
};
