#include "formats/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text.h"
#include "lib/mem.h"
#include "lib/utf8.h"

int input_open(struct input *in, const char *path, const struct codec *codec, struct err *e)
{
    void *decoder = codec ? codec->decoder_new() : NULL;
    if (codec && !decoder)
        return err_set(e, ERR_INTERNAL, "%s can't start", codec->name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        err_sys(e, "can't read \"%s\" back", path);
        if (codec)
            codec->decoder_free(decoder);
        return -1;
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    *in = (struct input){.path = path,
                         .fd = fd,
                         .hash = hash_new(),
                         .block = xmalloc(INPUT_TAIL_BYTES + INPUT_BLOCK_BYTES),
                         .codec = codec,
                         .decoder = decoder,
                         .packed = codec ? xmalloc(INPUT_BLOCK_BYTES) : NULL};
    in->step.in = in->packed;
    return 0;
}

/* The file's next bytes into a block. Returns what read(2) does. */
static ssize_t read_block(struct input *in, char *block, struct err *e)
{
    ssize_t n;
    do
        n = read(in->fd, block, INPUT_BLOCK_BYTES);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_sys(e, "can't read \"%s\" back", in->path);
    hash_add(in->hash, block, (size_t)n);
    in->size_bytes += (uint64_t)n;
    return n;
}

/* Behind the end of the stream the file must end. */
static int check_end(struct input *in, struct err *e)
{
    ssize_t n = in->step.in_len ? 1 : read_block(in, in->packed, e);
    if (n > 0)
        return err_set(e, ERR_IO, "something follows the compressed data");
    return (int)n;
}

/* As read_block(), of what the file holds. The decoder may still have some when it gets no more. */
static ssize_t unpack(struct input *in, char *block, struct err *e)
{
    struct codec_step *s = &in->step;
    s->out = block;
    s->out_len = INPUT_BLOCK_BYTES;
    while (!in->ended) {
        int done = in->codec->decode(in->decoder, s, e);
        if (done < 0)
            return -1;
        in->ended = done == 1;
        if (s->out_len < INPUT_BLOCK_BYTES)
            return INPUT_BLOCK_BYTES - (ssize_t)s->out_len;
        if (in->ended || s->in_len)
            continue;
        ssize_t n = read_block(in, in->packed, e);
        if (n == 0)
            return err_set(e, ERR_IO, "the compressed data is cut short");
        if (n < 0)
            return -1;
        s->in = in->packed;
        s->in_len = (size_t)n;
    }
    return check_end(in, e);
}

/* Fills the block behind the tail that the last one left. Returns what read(2) does. */
static ssize_t fill(struct input *in, struct err *e)
{
    memmove(in->block, in->block + in->used - in->tail, in->tail);
    in->used = in->tail;
    char *rest = in->block + in->tail;
    ssize_t n = in->codec ? unpack(in, rest, e) : read_block(in, rest, e);
    if (n > 0) {
        in->used += (size_t)n;
        in->content_bytes += (uint64_t)n;
    }
    return n;
}

int input_next(struct input *in, const char **p, size_t *len, struct err *e)
{
    for (;;) {
        ssize_t n = fill(in, e);
        if (n < 0)
            return -1;
        uint64_t start = in->content_bytes - in->used;
        if (n == 0 && in->tail)
            return err_set(e, ERR_IO, "ends inside a character (byte %llu)",
                           (unsigned long long)start);
        if (n == 0)
            return 0;
        size_t whole = text_whole(in->block, in->used);
        in->tail = in->used - whole;
        if (!utf8_valid(in->block, whole))
            return err_set(e, ERR_IO, "not valid UTF-8 between bytes %llu and %llu",
                           (unsigned long long)start, (unsigned long long)in->content_bytes);
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
    if (in->codec)
        in->codec->decoder_free(in->decoder);
    free(in->packed);
    hash_free(in->hash);
    free(in->block);
    close(in->fd);
    *in = (struct input){0};
}
