#include "formats/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"

enum { BLOCK_BYTES = 64 * 1024, FIRST_BYTES = 8 * 1024 };

void aside_open(struct aside *a, const char *dir)
{
    *a = (struct aside){.dir = xstrdup(dir), .fd = -1};
}

void aside_release(struct aside *a)
{
    if (!a->dir)
        return;
    if (a->fd >= 0)
        close(a->fd);
    free(a->block);
    free(a->dir);
    *a = (struct aside){0};
}

/* Where the file system knows no files without a name, one is made and its name removed. */
static int open_unnamed(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    char *name = xasprintf("%s/.aside-XXXXXX", dir);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    int saved = errno;
    free(name);
    errno = saved;
    return fd;
}

static void write_all(struct aside *a, const char *p, size_t len)
{
    if (a->fd < 0 && !a->failure && (a->fd = open_unnamed(a->dir)) < 0)
        a->failure = errno;
    while (len && !a->failure) {
        ssize_t n = write(a->fd, p, len);
        if (n < 0) {
            if (errno != EINTR)
                a->failure = errno;
            continue;
        }
        p += n;
        len -= (size_t)n;
        a->written += (uint64_t)n;
    }
}

void aside_add(struct aside *a, const char *p, size_t len)
{
    if (len > BLOCK_BYTES - a->used) {
        write_all(a, a->block, a->used);
        a->used = 0;
    }
    if (len > BLOCK_BYTES) {
        write_all(a, p, len);
        return;
    }
    if (len > a->cap - a->used) {
        size_t cap = a->cap ? a->cap : FIRST_BYTES;
        while (cap - a->used < len)
            cap *= 2;
        a->block = xrealloc(a->block, cap, 1);
        a->cap = cap;
    }
    if (len)
        memcpy(a->block + a->used, p, len);
    a->used += len;
}

uint64_t aside_size(const struct aside *a)
{
    return a->written + a->used;
}

int aside_ok(const struct aside *a, struct err *e)
{
    if (!a->failure)
        return 0;
    errno = a->failure;
    return err_sys(e, "can't write a temporary file in \"%s\"", a->dir);
}

int aside_copy(const struct aside *a, uint64_t at, uint64_t len, struct output *out, struct err *e)
{
    char piece[64 * 1024];
    if (aside_ok(a, e) != 0)
        return -1;
    if (at > aside_size(a) || len > aside_size(a) - at)
        return err_set(e, ERR_INTERNAL, "more is taken than was put aside");
    while (len && at < a->written) {
        size_t want = len < sizeof(piece) ? (size_t)len : sizeof(piece);
        if (want > a->written - at)
            want = (size_t)(a->written - at);
        ssize_t n = pread(a->fd, piece, want, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, "can't read a temporary file in \"%s\"", a->dir);
        if (n == 0)
            return err_set(e, ERR_IO, "a temporary file in \"%s\" shrank", a->dir);
        output_add(out, piece, (size_t)n);
        at += (uint64_t)n;
        len -= (uint64_t)n;
    }
    if (len)
        output_add(out, a->block + (at - a->written), (size_t)len);
    return 0;
}
