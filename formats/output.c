#include "formats/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/checksum.h"
#include "lib/mem.h"

int output_open(struct output *o, const char *path, const struct codec *codec, struct err *e)
{
    void *encoder = codec ? codec->encoder_new() : NULL;
    if (codec && !encoder)
        return err_set(e, ERR_INTERNAL, "%s can't start", codec->name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        err_sys(e, "can't create \"%s\"", path);
        if (codec)
            codec->encoder_free(encoder);
        return -1;
    }
    *o = (struct output){.path = xstrdup(path),
                         .block = xmalloc(OUTPUT_BLOCK_BYTES),
                         .fd = fd,
                         .hash = hash_new(),
                         .codec = codec,
                         .encoder = encoder,
                         .packed = codec ? xmalloc(OUTPUT_BLOCK_BYTES) : NULL};
    return 0;
}

static void write_all(struct output *o, const char *p, size_t len)
{
    hash_add(o->hash, p, len);
    o->written.checksum = checksum_add(o->written.checksum, p, len);
    o->written.proof.size_bytes += len;
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

/* Gives bytes to the encoder, and its blocks to the file; the rest of them when these are the last.
 */
static void compress(struct output *o, const char *p, size_t len, bool last)
{
    struct codec_step s = {p, len, o->packed + o->packed_used, OUTPUT_BLOCK_BYTES - o->packed_used};
    int done = 0;
    while (done == 0 && (len || last) && !o->failure) {
        done = o->codec->encode(o->encoder, &s, last);
        len = s.in_len;
        if (done < 0)
            o->failure = ENOMEM;
        if (s.out_len && done != 1)
            continue;
        write_all(o, o->packed, OUTPUT_BLOCK_BYTES - s.out_len);
        s.out = o->packed;
        s.out_len = OUTPUT_BLOCK_BYTES;
    }
    o->packed_used = OUTPUT_BLOCK_BYTES - s.out_len;
}

static void put(struct output *o, const char *p, size_t len, bool last)
{
    if (o->codec)
        compress(o, p, len, last);
    else
        write_all(o, p, len);
}

/* Lets the disk begin while the next rows are fetched: the fsync at the end then has little left
 * to wait for. Only a hint, so its answer does not matter. */
static void start_writeback(const struct output *o)
{
    sync_file_range(o->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

void output_spill(struct output *o, const char *p, size_t len)
{
    put(o, o->block, o->used, false);
    o->used = 0;
    if (++o->spills % WRITEBACK_EVERY == 0)
        start_writeback(o);
    if (len >= OUTPUT_BLOCK_BYTES) {
        put(o, p, len, false);
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

int output_end_row(struct output *o, struct err *e)
{
    o->written.rows++;
    return output_ok(o, e);
}

int output_close(struct output *o, struct err *e)
{
    put(o, o->block, o->used, true);
    o->used = 0;
    hash_finish(o->hash, o->written.proof.sha256);
    o->hash = NULL;
    o->written.known = true;
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
    if (o->codec)
        o->codec->encoder_free(o->encoder);
    hash_free(o->hash);
    free(o->packed);
    free(o->block);
    free(o->path);
    *o = (struct output){0};
}
