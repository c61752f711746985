/*
 * A finished file read back once, front to back: hashed as it lies on the disk, decompressed if it
 * is compressed, and handed out in blocks that are valid UTF-8 and end between characters, so that
 * whoever parses them never meets half a character.
 */
#ifndef FORMATS_INPUT_H
#define FORMATS_INPUT_H

#include <stddef.h>

#include "formats/codec.h"
#include "formats/format.h"
#include "lib/err.h"
#include "lib/hash.h"

enum { INPUT_BLOCK_BYTES = 256 * 1024, INPUT_TAIL_BYTES = 3 };

struct input {
    const char *path; /* the caller's */
    int fd;
    struct hash *hash;
    uint64_t size_bytes, content_bytes; /* of the file, and of what it holds; read so far */
    char *block;
    size_t used, tail; /* bytes in the block; of them the first of a character not yet complete */
    const struct codec *codec;
    void *decoder; /* of the codec, if there is one */
    char *packed;  /* and a block for what it takes */
    struct codec_step step;
    bool ended; /* its stream has */
};

/* `codec` is NULL for a file that is not compressed. */
int input_open(struct input *in, const char *path, const struct codec *codec, struct err *e);
/* 1 and the next block, valid until the next call; 0 at the end; -1 with the place in the file. */
int input_next(struct input *in, const char **p, size_t *len, struct err *e);
/* After the end: size and SHA-256 of the file. */
void input_prove(struct input *in, struct proof *proof);
void input_release(struct input *in); /* of an open or zeroed input */

#endif
