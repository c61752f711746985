/*
 * A directory as a destination. A file appears under its name in one step and only when its bytes
 * on the disk have the SHA-256 that the ledger knows.
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
#include "lib/limits.h"
#include "runner/deliver/destination.h"
#include "runner/manifest.h"

enum { DIRECTORY_MODE = 0750, FILE_MODE = 0640 };

struct directory {
    struct destination destination;
    const char *path;
    const char *key, *kind;
    bool platform;
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
    d->destination.parallel = 1;
    *out = &d->destination;
    return 0;
}

static int check_hash(const struct parcel *p, const char *path, struct err *e)
{
    char sha256[HASH_HEX_SIZE];
    if (hash_file(path, sha256, e) != 0)
        return -1;
    return strcmp(sha256, p->delivery->sha256) == 0 ? 0 : parcel_damaged(p, path, e);
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
static int temp_name(const char *path, char *directory, char *temp, struct err *e)
{
    file_dirname(directory, path);
    if ((size_t)snprintf(temp, LIMIT_PATH_BYTES, "%s/.%s.part", directory,
                         strrchr(path, '/') + 1) >= LIMIT_PATH_BYTES)
        return err_set(e, ERR_IO, "path \"%.200s...\" is too long", path);
    return 0;
}

static bool is_there_already(const char *path, const struct delivery *delivery)
{
    struct err ignored;
    struct stat st;
    char sha256[HASH_HEX_SIZE];
    /* A pipe would be waited for, a link may lead anywhere: both are replaced. */
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && hash_file(path, sha256, &ignored) == 0 &&
           strcmp(sha256, delivery->sha256) == 0;
}

static int publish(const struct directory *d, const struct parcel *p, struct err *e)
{
    char path[LIMIT_PATH_BYTES], directory[LIMIT_PATH_BYTES], temp[LIMIT_PATH_BYTES];
    if (file_join(path, d->path, p->delivery->key, e) != 0)
        return -1;
    if (temp_name(path, directory, temp, e) != 0)
        return -1;
    /* Perhaps of an attempt that ended before it had synced. */
    if (is_there_already(path, p->delivery))
        return file_sync(path, e) != 0 ? -1 : file_sync(directory, e);
    if (file_make_dirs(directory, DIRECTORY_MODE, e) != 0)
        return -1;
    unlink(temp); /* of an attempt that a crash cut short */
    if (file_copy(p->path, temp, FILE_MODE, e) != 0)
        return -1;
    if (check_hash(p, temp, e) != 0 || withdraw_manifest(path, p->delivery, e) != 0 ||
        file_rename(temp, path, e) != 0) {
        unlink(temp);
        return -1;
    }
    return file_sync(directory, e);
}

/* A directory that is not mounted, not ours to write or on a server that hangs is so until somebody
 * mends it: no report may be given up for it at once. */
static void send_file(struct destination *destination, struct parcel *p)
{
    struct err e;
    if (publish((struct directory *)destination, p, &e) == 0) {
        parcel_delivered(p);
        return;
    }
    if (e.kind == ERR_IO)
        e.transient = true;
    parcel_failed(p, &e);
}

const struct destination_kind destination_directory = {
    .name = "directory",
    .fields = fields,
    .open = open_directory,
    .send = send_file,
};
