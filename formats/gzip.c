/* gzip (RFC 1952) by zlib: what every tool can read. */
#include <stdlib.h>

#include "formats/codec.h"
#include "formats/zlib_memory.h"
#include "lib/mem.h"

/* Half the time of zlib's own level 6, for reports' files that are 8 % larger. */
enum {
    LEVEL = 4,
    MEMORY_LEVEL = 8,
    GZIP_WINDOW = 15 + 16 /* 16: with gzip's header and trailer */
};
enum { PIECE = 1 << 30 }; /* zlib counts in unsigned int */

static z_stream *stream_new(void)
{
    z_stream *z = xcalloc(1, sizeof(*z));
    zlib_memory_set(z);
    return z;
}

static void *encoder_new(void)
{
    z_stream *z = stream_new();
    if (deflateInit2(z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK)
        return z;
    free(z);
    return NULL;
}

static void *decoder_new(void)
{
    z_stream *z = stream_new();
    if (inflateInit2(z, GZIP_WINDOW) == Z_OK)
        return z;
    free(z);
    return NULL;
}

static void load(z_stream *z, const struct codec_step *s)
{
    z->next_in = (const Bytef *)s->in;
    z->avail_in = s->in_len < PIECE ? (uInt)s->in_len : PIECE;
    z->next_out = (Bytef *)s->out;
    z->avail_out = s->out_len < PIECE ? (uInt)s->out_len : PIECE;
}

static void store(const z_stream *z, struct codec_step *s)
{
    s->in_len -= (size_t)((const char *)z->next_in - s->in);
    s->in = (const char *)z->next_in;
    s->out_len -= (size_t)((char *)z->next_out - s->out);
    s->out = (char *)z->next_out;
}

/* deflate() can only fail when it is called the wrong way: its memory is all there from the start.
 */
static int encode(void *encoder, struct codec_step *s, bool last)
{
    z_stream *z = encoder;
    load(z, s);
    int code = deflate(z, last && z->avail_in == s->in_len ? Z_FINISH : Z_NO_FLUSH);
    store(z, s);
    return code == Z_STREAM_END;
}

/* Compares CRC-32 and length with the trailer by itself. */
static int decode(void *decoder, struct codec_step *s, struct err *e)
{
    z_stream *z = decoder;
    load(z, s);
    int code = inflate(z, Z_NO_FLUSH);
    store(z, s);
    if (code == Z_STREAM_END)
        return 1;
    if (code == Z_OK || code == Z_BUF_ERROR)
        return 0;
    return err_set(e, ERR_IO, "damaged compressed data (%s)", z->msg ? z->msg : "inflate");
}

static void encoder_free(void *encoder)
{
    if (encoder)
        deflateEnd(encoder);
    free(encoder);
}

static void decoder_free(void *decoder)
{
    if (decoder)
        inflateEnd(decoder);
    free(decoder);
}

const struct codec codec_gzip = {
    .name = "gzip",
    .extension = "gz",
    .media_type = "application/gzip", /* RFC 6713 */
    .encoder_new = encoder_new,
    .decoder_new = decoder_new,
    .encode = encode,
    .decode = decode,
    .encoder_free = encoder_free,
    .decoder_free = decoder_free,
};
