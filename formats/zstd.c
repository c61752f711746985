/* Zstandard (RFC 8878) by libzstd, whose home this is: gzip's size in a third of its time. */
#include <stdlib.h>
#include <zstd.h>

#include "formats/codec.h"
#include "lib/mem.h"

/* Frames end in a checksum of their content. A decoder keeps one window, and a frame that wants
 * more than the RFC asks readers to have (8 MiB) is none of ours. */
enum { LEVEL = 3, CHECKSUM = 1, WINDOW_LOG_MAX = 23 };

static const unsigned char magic[4] = {0x28, 0xb5, 0x2f, 0xfd};

struct decoder {
    ZSTD_DCtx *z;
    size_t taken; /* bytes of the file */
};

static void *encoder_new(void)
{
    ZSTD_CCtx *z = ZSTD_createCCtx();
    if (!z)
        return NULL;
    if (!ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, LEVEL)) &&
        !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, CHECKSUM)))
        return z;
    ZSTD_freeCCtx(z);
    return NULL;
}

static void *decoder_new(void)
{
    ZSTD_DCtx *z = ZSTD_createDCtx();
    if (!z || ZSTD_isError(ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
        ZSTD_freeDCtx(z);
        return NULL;
    }
    struct decoder *d = xcalloc(1, sizeof(*d));
    d->z = z;
    return d;
}

static void store(const ZSTD_inBuffer *in, const ZSTD_outBuffer *out, struct codec_step *s)
{
    s->in += in->pos;
    s->in_len -= in->pos;
    s->out += out->pos;
    s->out_len -= out->pos;
}

static int encode(void *encoder, struct codec_step *s, bool last)
{
    ZSTD_inBuffer in = {s->in, s->in_len, 0};
    ZSTD_outBuffer out = {s->out, s->out_len, 0};
    size_t left = ZSTD_compressStream2(encoder, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
    store(&in, &out, s);
    if (ZSTD_isError(left))
        return -1;
    return last && left == 0;
}

/* The library would also read formats of before the RFC, and frames that are to be skipped. */
static bool begins_right(const struct decoder *d, const struct codec_step *s)
{
    for (size_t i = 0; i < s->in_len && d->taken + i < sizeof(magic); i++) {
        if ((unsigned char)s->in[i] != magic[d->taken + i])
            return false;
    }
    return true;
}

static int decode(void *decoder, struct codec_step *s, struct err *e)
{
    struct decoder *d = decoder;
    ZSTD_inBuffer in = {s->in, s->in_len, 0};
    ZSTD_outBuffer out = {s->out, s->out_len, 0};
    if (!begins_right(d, s))
        return err_set(e, ERR_IO, "damaged compressed data (not a frame of Zstandard)");
    size_t left = ZSTD_decompressStream(d->z, &out, &in);
    store(&in, &out, s);
    d->taken += in.pos;
    if (ZSTD_isError(left))
        return err_set(e, ERR_IO, "damaged compressed data (%s)", ZSTD_getErrorName(left));
    return left == 0;
}

static void encoder_free(void *encoder)
{
    ZSTD_freeCCtx(encoder);
}

static void decoder_free(void *decoder)
{
    struct decoder *d = decoder;
    if (d)
        ZSTD_freeDCtx(d->z);
    free(d);
}

const struct codec codec_zstd = {
    .name = "zstd",
    .extension = "zst",
    .media_type = "application/zstd", /* RFC 8878 */
    .encoder_new = encoder_new,
    .decoder_new = decoder_new,
    .encode = encode,
    .decode = decode,
    .encoder_free = encoder_free,
    .decoder_free = decoder_free,
};
