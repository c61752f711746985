/*
 * A file that is written front to back in big blocks, and compressed on the way if it is to be.
 * What is handed to write(2) is counted and hashed, so that the file can be compared with it.
 *
 * Failures are sticky: output_add() needs no check, output_end_row() after each row and
 * output_close() at the end do. The bytes are in the file only after output_close() returned 0.
 */
#ifndef FORMATS_OUTPUT_H
#define FORMATS_OUTPUT_H

#include <stddef.h>
#include <string.h>

#include "formats/codec.h"
#include "formats/format.h"
#include "lib/err.h"

enum { OUTPUT_BLOCK_BYTES = 128 * 1024, WRITEBACK_EVERY = 64 /* blocks */ };

struct output {
    char *path;
    char *block;
    size_t used;   /* bytes in the block */
    size_t spills; /* blocks written */
    int fd;
    int failure; /* errno of the first failed write, 0 while all is well */
    struct hash *hash;
    struct written written; /* known once the file is closed */
    const struct codec *codec;
    void *encoder; /* of the codec, if there is one */
    char *packed;  /* and a block for what it gives */
    size_t packed_used;
};

/*
 * Creates the file, which must not exist. `codec` is NULL for a file that is not compressed. On
 * failure `o` needs no release.
 */
int output_open(struct output *o, const char *path, const struct codec *codec, struct err *e);
void output_spill(struct output *o, const char *p, size_t len); /* output_add's slow path */
int output_ok(const struct output *o, struct err *e);
int output_end_row(struct output *o, struct err *e); /* counts a row of the report; output_ok() */
/* Writes what is left and closes the file; `o->written` tells what it must be. */
int output_close(struct output *o, struct err *e);
void output_release(struct output *o); /* of an open, closed or zeroed output; the file stays */

/* In the header because it is called for each cell. */
static inline void output_add(struct output *o, const char *p, size_t len)
{
    if (len > OUTPUT_BLOCK_BYTES - o->used) {
        output_spill(o, p, len);
        return;
    }
    memcpy(o->block + o->used, p, len);
    o->used += len;
}

static inline void output_add_char(struct output *o, char c)
{
    output_add(o, &c, 1);
}

static inline void output_add_str(struct output *o, const char *s)
{
    output_add(o, s, strlen(s));
}

#endif
