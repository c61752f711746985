#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/limits.h"

static int check_trust(int fd, const char *path, enum file_trust trust, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_sys(e, "\"%s\"", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_CONFIG, "\"%s\" is not a regular file", path);
    if (trust == FILE_ANY)
        return 0;
    if (st.st_uid != 0 && st.st_uid != geteuid()) {
        err_set(e, ERR_CONFIG, "\"%s\" belongs to another user (uid %u)", path,
                (unsigned)st.st_uid);
        return err_hint(e, "chown it to the user that pressrun runs as, or to root");
    }
    if (st.st_mode & (S_IWGRP | S_IWOTH)) {
        err_set(e, ERR_CONFIG, "\"%s\" can be written by others (mode %04o)", path,
                (unsigned)(st.st_mode & 07777));
        return err_hint(e, "chmod go-w '%s'", path);
    }
    if (trust == FILE_PRIVATE && (st.st_mode & (S_IRGRP | S_IROTH))) {
        err_set(e, ERR_CONFIG, "secret \"%s\" can be read by others (mode %04o)", path,
                (unsigned)(st.st_mode & 07777));
        return err_hint(e, "chmod 600 '%s'", path);
    }
    return 0;
}

int file_read(const char *path, enum file_trust trust, struct buf *out, struct err *e)
{
    int rc = -1;
    char chunk[16384];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        err_sys(e, "can't read \"%s\"", path);
        e->kind = ERR_CONFIG;
        return -1;
    }
    if (check_trust(fd, path, trust, e) != 0)
        goto out;
    ssize_t n;
    while ((n = read(fd, chunk, sizeof(chunk))) > 0)
        buf_add(out, chunk, (size_t)n);
    if (n < 0) {
        err_sys(e, "can't read \"%s\"", path);
        goto out;
    }
    if (!buf_ok(out)) {
        err_set(e, ERR_CONFIG, "\"%s\" is larger than %zu bytes", path, out->max);
        goto out;
    }
    rc = 0;
out:
    explicit_bzero(chunk, sizeof(chunk)); /* it may have been a secret */
    close(fd);
    return rc;
}

static int make_dir(char *path, mode_t mode, bool sync, struct err *e)
{
    char parent[LIMIT_PATH_BYTES];
    struct stat st;
    if (mkdir(path, mode) == 0) {
        file_dirname(parent, path);
        return sync ? file_sync(parent, e) : 0;
    }
    if (errno != EEXIST)
        return err_sys(e, "can't make directory \"%s\"", path);
    if (stat(path, &st) != 0)
        return err_sys(e, "\"%s\"", path);
    return S_ISDIR(st.st_mode) ? 0 : err_set(e, ERR_IO, "\"%s\" is not a directory", path);
}

int file_make_dirs(const char *path, mode_t mode, bool sync, struct err *e)
{
    char part[LIMIT_PATH_BYTES];
    struct stat st;
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof(part))
        return err_set(e, ERR_IO, "path of %zu bytes is too long", len);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    memcpy(part, path, len + 1);
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char was = *p;
        *p = '\0';
        if (make_dir(part, mode, sync, e) != 0)
            return -1;
        *p = was;
        if (was == '\0')
            return 0;
    }
}

int file_make_empty_dir(const char *path, mode_t mode, struct err *e)
{
    if (mkdir(path, mode) == 0)
        return 0;
    if (errno == EEXIST && file_remove_tree(path, e) != 0)
        return -1;
    return mkdir(path, mode) == 0 ? 0 : err_sys(e, "can't make directory \"%s\"", path);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int file_remove_tree(const char *path, struct err *e)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return err_sys(e, "can't remove \"%s\"", path);
    return 0;
}

int file_sync(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, "can't open \"%s\" to sync it", path);
    int rc = fsync(fd) == 0 ? 0 : err_sys(e, "can't sync \"%s\"", path);
    close(fd);
    return rc;
}

/* Those of linux/magic.h whose syncfs(2) ends when everything is on a disk of this machine. */
static bool is_local(const struct statfs *st)
{
    static const long magic[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC,       BTRFS_SUPER_MAGIC,
                                 F2FS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, TMPFS_MAGIC};
    for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++) {
        if ((unsigned long)st->f_type == (unsigned long)magic[i])
            return true;
    }
    return false;
}

int file_system_open(struct file_system *fs, const char *directory, struct err *e)
{
    struct statfs system;
    struct stat st;
    fs->fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fs->fd < 0 || fstatfs(fs->fd, &system) != 0 || fstat(fs->fd, &st) != 0)
        return err_sys(e, "can't open directory \"%s\"", directory);
    fs->at_once = is_local(&system);
    fs->device = st.st_dev;
    return 0;
}

bool file_system_covers(const struct file_system *fs, const char *directory)
{
    struct stat st;
    return fs->at_once && stat(directory, &st) == 0 && st.st_dev == fs->device;
}

void file_system_close(struct file_system *fs)
{
    if (fs->fd >= 0)
        close(fs->fd);
    fs->fd = -1;
}

int file_system_sync(const struct file_system *fs, struct err *e)
{
    if (syncfs(fs->fd) == 0)
        return 0;
    err_sys(e, "can't sync the file system");
    e->transient = true;
    return -1;
}

static int sync_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct err ignored;
    (void)st, (void)ftw;
    return (type == FTW_F || type == FTW_DP) && file_sync(path, &ignored) != 0 ? -1 : 0;
}

int file_sync_tree(const char *path, struct err *e)
{
    if (nftw(path, sync_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
        return err_sys(e, "can't sync what is in \"%s\"", path);
    return 0;
}

int file_rename(const char *from, const char *to, struct err *e)
{
    if (rename(from, to) != 0)
        return err_sys(e, "can't rename \"%s\" to \"%s\"", from, to);
    return 0;
}

/* write(2) may take less than it was given. */
static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Writes what was opened as `path`, and closes it; removes it when that fails. */
static int fill_and_close(int fd, const char *path, const void *data, size_t len, bool sync,
                          struct err *e)
{
    int failed = write_all(fd, data, len) != 0 || (sync && fsync(fd) != 0);
    int saved = errno;
    if (close(fd) != 0 && !failed) {
        failed = 1;
        saved = errno;
    }
    if (!failed)
        return 0;
    unlink(path);
    errno = saved;
    return err_sys(e, "can't write \"%s\"", path);
}

int file_write_durably(const char *path, const void *data, size_t len, mode_t mode, struct err *e)
{
    char temp[LIMIT_PATH_BYTES], dir[LIMIT_PATH_BYTES];
    if ((size_t)snprintf(temp, sizeof(temp), "%s.part", path) >= sizeof(temp))
        return err_set(e, ERR_IO, "path \"%.200s\" is too long", path);
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return err_sys(e, "can't write \"%s\"", temp);
    if (fill_and_close(fd, temp, data, len, true, e) != 0)
        return -1;
    file_dirname(dir, path);
    if (file_rename(temp, path, e) != 0) {
        unlink(temp);
        return -1;
    }
    return file_sync(dir, e);
}

int file_create(const char *path, const void *data, size_t len, mode_t mode, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return err_sys(e, "can't write \"%s\"", path);
    return fill_and_close(fd, path, data, len, false, e);
}

int file_copy(const char *from, const char *to, mode_t mode, struct err *e)
{
    int rc = -1, in = -1, out = -1;
    char *chunk = malloc(1 << 17);
    in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0 || !chunk) {
        err_sys(e, "can't read \"%s\"", from);
        goto out;
    }
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (out < 0) {
        err_sys(e, "can't write \"%s\"", to);
        goto out;
    }
    ssize_t n;
    while ((n = read(in, chunk, 1 << 17)) > 0) {
        if (write_all(out, chunk, (size_t)n) != 0) {
            err_sys(e, "can't write \"%s\"", to);
            goto out;
        }
    }
    if (n < 0) {
        err_sys(e, "can't read \"%s\"", from);
        goto out;
    }
    rc = 0;
out:
    free(chunk);
    if (in >= 0)
        close(in);
    if (out >= 0) {
        if (close(out) != 0 && rc == 0)
            rc = err_sys(e, "can't write \"%s\"", to);
        if (rc != 0)
            unlink(to);
    }
    return rc;
}

int file_size(const char *path, uint64_t *size, struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_sys(e, "\"%s\"", path);
    *size = (uint64_t)st.st_size;
    return 0;
}

int file_join(char *out, const char *dir, const char *name, struct err *e)
{
    if ((size_t)snprintf(out, LIMIT_PATH_BYTES, "%s/%s", dir, name) >= LIMIT_PATH_BYTES)
        return err_set(e, ERR_IO, "path \"%.200s/...\" is too long", dir);
    return 0;
}

void file_dirname(char *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (!slash) {
        snprintf(out, LIMIT_PATH_BYTES, ".");
    } else {
        snprintf(out, LIMIT_PATH_BYTES, "%.*s", len ? (int)len : 1, path);
    }
}
