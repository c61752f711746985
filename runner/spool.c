#include "runner/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/parse.h"
#include "runner/ledger_outbox.h"

struct spool {
    char *directory;
    struct file_system files; /* where the directory is */
    int lock;
};

static int take_lock(struct spool *s, const char *state_directory, struct err *e)
{
    char path[LIMIT_PATH_BYTES], holder[32] = "";
    if (file_join(path, state_directory, "lock", e) != 0)
        return -1;
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->lock < 0)
        return err_sys(e, "can't open \"%s\"", path);
    if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return err_sys(e, "can't lock \"%s\"", path);
        ssize_t n = pread(s->lock, holder, sizeof(holder) - 1, 0);
        holder[n > 0 ? strcspn(holder, "\n") : 0] = '\0';
        err_set_transient(e, ERR_BUSY, "another pressrun (process %s) works on \"%s\"",
                          holder[0] ? holder : "unknown", state_directory);
        return err_hint(e, "wait until it is done; pressrun status shows how far it is");
    }
    int n = snprintf(holder, sizeof(holder), "%d\n", (int)getpid());
    if (ftruncate(s->lock, 0) != 0 || pwrite(s->lock, holder, (size_t)n, 0) != n)
        return err_sys(e, "can't write \"%s\"", path);
    return 0;
}

int spool_open(const char *state_directory, struct spool **out, struct err *e)
{
    struct spool *s = xcalloc(1, sizeof(*s));
    s->lock = s->files.fd = -1;
    s->directory = xasprintf("%s/spool", state_directory);
    if (access(state_directory, F_OK) != 0) {
        err_set(e, ERR_LEDGER, "there is no state directory \"%s\"", state_directory);
        err_hint(e, "run: pressrun init");
        goto fail;
    }
    if (take_lock(s, state_directory, e) != 0 || file_make_dirs(s->directory, 0700, true, e) != 0 ||
        file_system_open(&s->files, s->directory, e) != 0)
        goto fail;
    *out = s;
    return 0;
fail:
    spool_close(s);
    return -1;
}

void spool_close(struct spool *s)
{
    if (!s)
        return;
    if (s->lock >= 0)
        close(s->lock);
    file_system_close(&s->files);
    free(s->directory);
    free(s);
}

int spool_run_directory(const struct spool *s, int64_t run, bool make, char *out, struct err *e)
{
    char name[32];
    snprintf(name, sizeof(name), "%lld", (long long)run);
    if (file_join(out, s->directory, name, e) != 0)
        return -1;
    return make ? file_make_empty_dir(out, 0700, e) : 0;
}

int spool_sync(const struct spool *s, const int64_t *runs, size_t n, struct err *e)
{
    char path[LIMIT_PATH_BYTES];
    if (s->files.at_once)
        return file_system_sync(&s->files, e) == 0 ? 0 : err_wrap(e, "\"%s\"", s->directory);
    for (size_t i = 0; i < n; i++) {
        if (spool_run_directory(s, runs[i], false, path, e) != 0 || file_sync_tree(path, e) != 0)
            return -1;
    }
    return file_sync(s->directory, e);
}

int spool_forget(const struct spool *s, int64_t run, struct err *e)
{
    char path[LIMIT_PATH_BYTES];
    if (spool_run_directory(s, run, false, path, e) != 0)
        return -1;
    return file_remove_tree(path, e);
}

int spool_sweep(const struct spool *s, struct ledger *l, struct err *e)
{
    DIR *dir = opendir(s->directory);
    if (!dir)
        return err_sys(e, "can't read \"%s\"", s->directory);
    int rc = 0;
    struct dirent *entry;
    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        int64_t run;
        bool settled = false;
        if (!parse_int64(entry->d_name, 1, INT64_MAX, &run))
            continue;
        rc = ledger_run_settled(l, run, &settled, e);
        if (rc == 0 && settled)
            rc = spool_forget(s, run, e);
    }
    closedir(dir);
    return rc;
}
