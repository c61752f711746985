#include "formats/deflate.h"

#include <stdlib.h>
#ifdef PRESSRUN_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#endif

#include "formats/zlib_memory.h"
#include "lib/mem.h"

enum { OUT_BYTES = 64 * 1024, PIECE = 1 << 30 /* both count in 32 bits */ };

#ifdef PRESSRUN_ISAL

enum { LEVEL = 2 };

struct deflate {
    struct isal_zstream stream;
    uint8_t level_buf[ISAL_DEF_LVL2_MEDIUM]; /* larger ones make no smaller files */
    uint8_t out[OUT_BYTES];
};

/*
 * ISA-L up to 2.30 enters the third byte of a stream into its table under a hash of the stream's
 * address, which is chance: now and then that finds a match that is none of its business, and the
 * same text gives other bytes. Behind a dictionary it goes another way. Ours is one byte that UTF-8
 * doesn't have, so nothing ever refers to it, and what unpacks the stream needs none.
 */
static void begin(struct deflate *d)
{
    static uint8_t dictionary[] = {0xff};
    isal_deflate_set_dict(&d->stream, dictionary, sizeof(dictionary));
}

struct deflate *deflate_new(void)
{
    struct deflate *d = xmalloc(sizeof(*d));
    isal_deflate_init(&d->stream);
    d->stream.level = LEVEL;
    d->stream.level_buf = d->level_buf;
    d->stream.level_buf_size = sizeof(d->level_buf);
    begin(d);
    return d;
}

void deflate_free(struct deflate *d)
{
    free(d);
}

/* isal_deflate() can only fail when it is called the wrong way. */
static void step(struct deflate *d, const char *p, size_t len, enum deflate_end end,
                 deflate_sink *sink, void *ctx)
{
    struct isal_zstream *z = &d->stream;
    z->next_in = (uint8_t *)(uintptr_t)p; /* only read, whatever the type says */
    z->avail_in = (uint32_t)len;
    z->flush = end == DEFLATE_MORE ? NO_FLUSH : SYNC_FLUSH;
    z->end_of_stream = end == DEFLATE_STREAM;
    do {
        z->next_out = d->out;
        z->avail_out = OUT_BYTES;
        isal_deflate(z);
        sink(ctx, (const char *)d->out, OUT_BYTES - z->avail_out);
    } while (z->avail_out == 0);
    if (end == DEFLATE_MORE)
        return;
    isal_deflate_reset(z);
    begin(d);
}

uint32_t deflate_crc32(uint32_t crc, const char *p, size_t len)
{
    return crc32_gzip_refl(crc, (const unsigned char *)p, len);
}

#else

/* The rows of a sheet are repetitive: what higher levels find costs more than it saves. */
enum { LEVEL = 1, MEMORY_LEVEL = 8 };

struct deflate {
    z_stream stream;
    unsigned char out[OUT_BYTES];
};

/* With memory that can't fail, nothing can. */
struct deflate *deflate_new(void)
{
    struct deflate *d = xcalloc(1, sizeof(*d));
    zlib_memory_set(&d->stream);
    deflateInit2(&d->stream, LEVEL, Z_DEFLATED, -MAX_WBITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    return d;
}

void deflate_free(struct deflate *d)
{
    if (d)
        deflateEnd(&d->stream);
    free(d);
}

/* deflate() can only fail when it is called the wrong way: its memory is all there. */
static void step(struct deflate *d, const char *p, size_t len, enum deflate_end end,
                 deflate_sink *sink, void *ctx)
{
    static const int flush[] = {Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH};
    z_stream *z = &d->stream;
    z->next_in = (const Bytef *)p;
    z->avail_in = (uInt)len;
    do {
        z->next_out = d->out;
        z->avail_out = OUT_BYTES;
        deflate(z, flush[end]);
        sink(ctx, (const char *)d->out, OUT_BYTES - z->avail_out);
    } while (z->avail_out == 0);
    if (end != DEFLATE_MORE)
        deflateReset(z);
}

uint32_t deflate_crc32(uint32_t crc, const char *p, size_t len)
{
    return (uint32_t)crc32_z(crc, (const Bytef *)p, len);
}

#endif

void deflate_add(struct deflate *d, const char *p, size_t len, enum deflate_end end,
                 deflate_sink *sink, void *ctx)
{
    for (; len > PIECE; p += PIECE, len -= PIECE)
        step(d, p, PIECE, DEFLATE_MORE, sink, ctx);
    step(d, p, len, end, sink, ctx);
}

uint32_t deflate_crc32_join(uint32_t first, uint32_t second, uint64_t second_len)
{
    return (uint32_t)crc32_combine(first, second, (z_off_t)second_len);
}
