/* Unpacks raw deflate (RFC 1951), by ISA-L or zlib as in deflate.h. */
#ifndef FORMATS_INFLATE_H
#define FORMATS_INFLATE_H

#include <stddef.h>

struct inflate;
struct inflate *inflate_new(void);
void inflate_free(struct inflate *f); /* takes NULL */

/*
 * Unpacks from `*in` into `out` as much as there is or fits, at most `*out_len` bytes; both lengths
 * become what is left. 1 at the end of the stream, 0 when it wants more of either, -1 when the data
 * is damaged.
 */
int inflate_step(struct inflate *f, const char **in, size_t *in_len, char *out, size_t *out_len);

#endif
