#include "formats/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text.h"
#include "lib/mem.h"
#include "lib/utf8.h"

int input_open(struct input *in, const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return err_sys(e, "can't read \"%s\" back", path);
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    *in = (struct input){.path = path,
                         .fd = fd,
                         .hash = hash_new(),
                         .block = xmalloc(INPUT_TAIL_BYTES + INPUT_BLOCK_BYTES)};
    return 0;
}

/* Fills the block behind the tail that the last one left. Returns what read(2) does. */
static ssize_t fill(struct input *in)
{
    memmove(in->block, in->block + in->used - in->tail, in->tail);
    in->used = in->tail;
    ssize_t n;
    do
        n = read(in->fd, in->block + in->tail, INPUT_BLOCK_BYTES);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        hash_add(in->hash, in->block + in->tail, (size_t)n);
        in->used += (size_t)n;
        in->size_bytes += (uint64_t)n;
    }
    return n;
}

int input_next(struct input *in, const char **p, size_t *len, struct err *e)
{
    for (;;) {
        ssize_t n = fill(in);
        if (n < 0)
            return err_sys(e, "can't read \"%s\" back", in->path);
        uint64_t start = in->size_bytes - in->used;
        if (n == 0 && in->tail)
            return err_set(e, ERR_IO, "ends inside a character (byte %llu)",
                           (unsigned long long)start);
        if (n == 0)
            return 0;
        size_t whole = text_whole(in->block, in->used);
        in->tail = in->used - whole;
        if (!utf8_valid(in->block, whole))
            return err_set(e, ERR_IO, "not valid UTF-8 between bytes %llu and %llu",
                           (unsigned long long)start, (unsigned long long)in->size_bytes);
        if (whole) {
            *p = in->block;
            *len = whole;
            return 1;
        }
    }
}

void input_prove(struct input *in, struct proof *proof)
{
    proof->size_bytes = in->size_bytes;
    hash_finish(in->hash, proof->sha256);
    in->hash = NULL;
}

void input_release(struct input *in)
{
    if (!in->block)
        return;
    hash_free(in->hash);
    free(in->block);
    close(in->fd);
    *in = (struct input){0};
}
