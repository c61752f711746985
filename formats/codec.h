/*
 * How a file is compressed: what stands between the blocks of output.c or input.c and the disk. A
 * codec is one constant object in one file, and one line in the registry (codec.c). Where a codec
 * may be missing, NULL means: not compressed.
 *
 * The same bytes in the same pieces give the same bytes out, with neither time nor name in them.
 * What is read back must be one stream to its last byte, with the checksum right.
 */
#ifndef FORMATS_CODEC_H
#define FORMATS_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/* Bytes on their way through; each call moves both ends forward as far as it gets. */
struct codec_step {
    const char *in;
    size_t in_len;
    char *out;
    size_t out_len; /* room */
};

struct codec {
    const char *name;       /* as in job files: "gzip" */
    const char *extension;  /* behind the format's: "gz" */
    const char *media_type; /* of a file so compressed */
    /* NULL when the library can't start. */
    void *(*encoder_new)(void);
    void *(*decoder_new)(void);
    /* Once `last` was given, nothing else may come in. 1 when that is all out, 0 to go on, and -1
     * without memory. */
    int (*encode)(void *encoder, struct codec_step *s, bool last);
    /* 1 at the end of the stream, behind which there may be more; 0 to go on; -1 when it is
     * damaged. */
    int (*decode)(void *decoder, struct codec_step *s, struct err *e);
    void (*encoder_free)(void *encoder); /* both take NULL */
    void (*decoder_free)(void *decoder);
};

extern const struct codec codec_gzip, codec_zstd;

const struct codec *codec_by_name(const char *name); /* NULL when there is none, as for "none" */

#endif
