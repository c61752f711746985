#include "runner/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/mem.h"
#include "runner/ledger_schema.h"

enum { BUSY_MS = 10000 };

static const char restore[] =
    "restore ledger.db and ledger.uuid from a backup, or, if this is a new "
    "installation, run: pressrun init";

static int configure(struct ledger *l, struct err *e)
{
    /* One file with all that is committed: a copy of a WAL database without its log loses rows. */
    return ledger_exec(l,
                       "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = EXTRA;"
                       "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
                       e);
}

static int open_file(struct ledger **out, const char *dir, int flags, struct err *e)
{
    struct ledger *l = xcalloc(1, sizeof(*l));
    l->path = xasprintf("%s/ledger.db", dir);
    if (sqlite3_open_v2(l->path, &l->db, flags | SQLITE_OPEN_NOFOLLOW, NULL) != SQLITE_OK) {
        ledger_error(l, e, "can't be opened");
        ledger_close(l);
        return -1;
    }
    /* Another pressrun that writes a few pages, or a backup, is waited for. */
    sqlite3_busy_timeout(l->db, BUSY_MS);
    *out = l;
    return 0;
}

static int fill_new(struct ledger *l, const char *uuid, struct err *e)
{
    char pragmas[128];
    snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             LEDGER_APPLICATION_ID, LEDGER_VERSION);
    if (configure(l, e) != 0 || ledger_exec(l, "BEGIN IMMEDIATE", e) != 0 ||
        ledger_exec(l, ledger_schema, e) != 0 || ledger_exec(l, pragmas, e) != 0 ||
        ledger_run_sql(l, e, "INSERT INTO meta VALUES ('ledger_uuid', ?)", "t", uuid) != 0)
        return -1;
    return ledger_exec(l, "COMMIT", e);
}

/*
 * The side file is written first and the database made under another name, so that a crash leaves
 * either nothing that counts as a ledger, or a whole one.
 */
int ledger_create(const char *dir, struct err *e)
{
    int rc = -1;
    struct ledger *l = NULL;
    char uuid[33];
    char *path = xasprintf("%s/ledger.db", dir), *side = xasprintf("%s/ledger.uuid", dir);
    char *temp_dir = xasprintf("%s/ledger.new", dir), *temp = xasprintf("%s/ledger.db", temp_dir);
    if (access(side, F_OK) == 0) {
        rc = ledger_open(dir, &l, e);
        goto out;
    }
    if (access(path, F_OK) == 0) {
        err_set(e, ERR_LEDGER, "\"%s\" is there without its ledger.uuid", path);
        err_hint(e, "%s", restore);
        goto out;
    }
    hash_random_hex(uuid, 16);
    if (file_remove_tree(temp_dir, e) != 0 || file_make_dirs(temp_dir, 0700, true, e) != 0 ||
        open_file(&l, temp_dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e) != 0 ||
        fill_new(l, uuid, e) != 0)
        goto out;
    ledger_close(l);
    l = NULL;
    if (file_sync(temp, e) != 0 || file_rename(temp, path, e) != 0 ||
        file_remove_tree(temp_dir, e) != 0)
        goto out;
    rc = file_write_durably(side, uuid, strlen(uuid), 0600, e);
out:
    ledger_close(l);
    free(path);
    free(side);
    free(temp_dir);
    free(temp);
    return rc;
}

static int pragma_number(struct ledger *l, const char *sql, int64_t *out, struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e, sql, "") != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    if (rc == 1)
        *out = sqlite3_column_int64(stmt, 0);
    ledger_end(stmt);
    return rc == 1 ? 0 : -1;
}

static int check_identity(struct ledger *l, const char *uuid, struct err *e)
{
    int64_t application = 0, version = 0;
    if (pragma_number(l, "PRAGMA application_id", &application, e) != 0 ||
        pragma_number(l, "PRAGMA user_version", &version, e) != 0)
        return -1;
    if (application != LEDGER_APPLICATION_ID) {
        err_set(e, ERR_LEDGER, "\"%s\" is not a pressrun ledger", l->path);
        return err_hint(e, "%s", restore);
    }
    if (version != LEDGER_VERSION) {
        err_set(e, ERR_LEDGER, "ledger \"%s\" has version %lld, this pressrun knows %d", l->path,
                (long long)version, LEDGER_VERSION);
        return err_hint(e, "use the pressrun that wrote it, or a newer one");
    }
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e, "SELECT value FROM meta WHERE name = 'ledger_uuid'", "") != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    bool same = rc == 1 && strcmp(ledger_text(stmt, 0), uuid) == 0;
    ledger_end(stmt);
    if (rc < 0)
        return -1;
    if (same)
        return 0;
    err_set(e, ERR_LEDGER, "ledger \"%s\" does not belong to the ledger.uuid beside it", l->path);
    return err_hint(e, "%s", restore);
}

static int check_pages(struct ledger *l, struct err *e)
{
    sqlite3_stmt *stmt;
    if (ledger_prepare(l, &stmt, e, "PRAGMA quick_check(1)", "") != 0)
        return -1;
    int rc = ledger_step(l, stmt, e);
    bool sound = rc == 1 && strcmp(ledger_text(stmt, 0), "ok") == 0;
    if (rc == 1 && !sound) {
        err_set(e, ERR_LEDGER, "ledger \"%s\" is damaged: %.200s", l->path, ledger_text(stmt, 0));
        err_hint(e, "%s", restore);
    }
    ledger_end(stmt);
    return sound ? 0 : -1;
}

/*
 * Reading every page takes seconds once there are a million rows, too long for each tick. A large
 * ledger is read whole when a day's worth of changes has come since the last time: the marker's
 * time tells.
 */
static int check_pages_sometimes(struct ledger *l, const char *dir, struct err *e)
{
    enum { LARGE_BYTES = 16 * 1024 * 1024, A_DAY_S = 86400 };
    char *marker = xasprintf("%s/ledger.checked", dir);
    struct stat ledger, checked;
    struct err ignored;
    bool large = stat(l->path, &ledger) == 0 && ledger.st_size > LARGE_BYTES;
    bool checking =
        !large || stat(marker, &checked) != 0 || ledger.st_mtime - checked.st_mtime >= A_DAY_S;
    int rc = checking ? check_pages(l, e) : 0;
    /* Who may only read the ledger can't leave the marker, and checks again. */
    if (rc == 0 && large && checking)
        file_write_durably(marker, "", 0, 0600, &ignored);
    free(marker);
    return rc;
}

static int read_uuid(const char *dir, struct buf *uuid, struct err *e)
{
    int rc = -1;
    char *path = xasprintf("%s/ledger.uuid", dir);
    if (access(path, F_OK) != 0) {
        err_set(e, ERR_LEDGER, "there is no ledger in \"%s\"", dir);
        err_hint(e, "%s", restore);
    } else if (file_read(path, FILE_NOT_WRITABLE_BY_OTHERS, uuid, e) != 0) {
        e->kind = ERR_LEDGER;
    } else {
        rc = 0;
    }
    free(path);
    return rc;
}

int ledger_open(const char *dir, struct ledger **out, struct err *e)
{
    int rc = -1;
    struct ledger *l = NULL;
    struct buf uuid;
    struct stat st;
    buf_init(&uuid, 64);
    if (read_uuid(dir, &uuid, e) != 0)
        goto out;
    if (open_file(&l, dir, SQLITE_OPEN_READWRITE, e) != 0) {
        err_hint(e, "%s", restore);
        goto out;
    }
    /* SQLite takes a file of no bytes for an empty database. */
    if (stat(l->path, &st) == 0 && st.st_size == 0) {
        err_set(e, ERR_LEDGER, "ledger \"%s\" is empty", l->path);
        err_hint(e, "%s", restore);
        goto out;
    }
    if (check_identity(l, uuid.data, e) != 0 || check_pages_sometimes(l, dir, e) != 0 ||
        configure(l, e) != 0)
        goto out;
    *out = l;
    l = NULL;
    rc = 0;
out:
    buf_release(&uuid);
    ledger_close(l);
    return rc;
}

void ledger_close(struct ledger *l)
{
    if (!l)
        return;
    for (sqlite3_stmt *stmt; l->db && (stmt = sqlite3_next_stmt(l->db, NULL)) != NULL;)
        sqlite3_finalize(stmt);
    sqlite3_close(l->db);
    free(l->path);
    free(l);
}
