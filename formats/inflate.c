#include "formats/inflate.h"

#include <stdint.h>
#include <stdlib.h>
#ifdef PRESSRUN_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include "formats/zlib_memory.h"
#include "lib/mem.h"

enum { PIECE = 1 << 30 /* both count in 32 bits */ };

static uint32_t piece(size_t len)
{
    return len < PIECE ? (uint32_t)len : PIECE;
}

#ifdef PRESSRUN_ISAL

struct inflate {
    struct inflate_state state;
};

struct inflate *inflate_new(void)
{
    struct inflate *f = xmalloc(sizeof(*f));
    isal_inflate_init(&f->state);
    return f;
}

void inflate_free(struct inflate *f)
{
    free(f);
}

int inflate_step(struct inflate *f, const char **in, size_t *in_len, char *out, size_t *out_len)
{
    struct inflate_state *s = &f->state;
    s->next_in = (uint8_t *)(uintptr_t)*in; /* only read, whatever the type says */
    s->avail_in = piece(*in_len);
    s->next_out = (uint8_t *)out;
    s->avail_out = piece(*out_len);
    int code = isal_inflate(s);
    *in_len -= (size_t)((const char *)s->next_in - *in);
    *in = (const char *)s->next_in;
    *out_len -= (size_t)((char *)s->next_out - out);
    return code < 0 ? -1 : s->block_state == ISAL_BLOCK_FINISH;
}

#else

struct inflate {
    z_stream stream;
};

struct inflate *inflate_new(void)
{
    struct inflate *f = xcalloc(1, sizeof(*f));
    zlib_memory_set(&f->stream);
    inflateInit2(&f->stream, -MAX_WBITS);
    return f;
}

void inflate_free(struct inflate *f)
{
    if (f)
        inflateEnd(&f->stream);
    free(f);
}

int inflate_step(struct inflate *f, const char **in, size_t *in_len, char *out, size_t *out_len)
{
    z_stream *z = &f->stream;
    z->next_in = (const Bytef *)*in;
    z->avail_in = piece(*in_len);
    z->next_out = (Bytef *)out;
    z->avail_out = piece(*out_len);
    int code = inflate(z, Z_NO_FLUSH);
    *in_len -= (size_t)((const char *)z->next_in - *in);
    *in = (const char *)z->next_in;
    *out_len -= (size_t)((char *)z->next_out - out);
    return code == Z_STREAM_END ? 1 : code == Z_OK || code == Z_BUF_ERROR ? 0 : -1;
}

#endif
