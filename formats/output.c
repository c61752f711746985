#include "formats/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/mem.h"

int output_open(struct output *o, const char *path, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_sys(e, "can't create \"%s\"", path);
    *o = (struct output){.path = xstrdup(path), .block = xmalloc(OUTPUT_BLOCK_BYTES), .fd = fd};
    return 0;
}

static void write_all(struct output *o, const char *p, size_t len)
{
    while (len && !o->failure) {
        ssize_t n = write(o->fd, p, len);
        if (n < 0) {
            if (errno != EINTR)
                o->failure = errno;
            continue;
        }
        p += n;
        len -= (size_t)n;
    }
}

/* Lets the disk begin while the next rows are fetched: the fsync at the end then has little left
 * to wait for. Only a hint, so its answer does not matter. */
static void start_writeback(const struct output *o)
{
    sync_file_range(o->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

void output_spill(struct output *o, const char *p, size_t len)
{
    write_all(o, o->block, o->used);
    o->used = 0;
    if (++o->spills % WRITEBACK_EVERY == 0)
        start_writeback(o);
    if (len >= OUTPUT_BLOCK_BYTES) {
        write_all(o, p, len);
        return;
    }
    memcpy(o->block, p, len);
    o->used = len;
}

int output_ok(const struct output *o, struct err *e)
{
    if (!o->failure)
        return 0;
    errno = o->failure;
    return err_sys(e, "can't write \"%s\"", o->path);
}

int output_close(struct output *o, struct err *e)
{
    write_all(o, o->block, o->used);
    o->used = 0;
    int fd = o->fd;
    o->fd = -1;
    if (close(fd) != 0 && !o->failure)
        o->failure = errno;
    return output_ok(o, e);
}

void output_release(struct output *o)
{
    if (!o->path)
        return;
    if (o->fd >= 0)
        close(o->fd);
    free(o->block);
    free(o->path);
    *o = (struct output){0};
}
