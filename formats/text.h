/*
 * Texts of cells on their way into a file.
 */
#ifndef FORMATS_TEXT_H
#define FORMATS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/limits.h"

/* The ceiling of a scratch buffer that holds any cell: each byte may become a U+FFFD or two digits.
 */
#define TEXT_MAX_BYTES ((size_t)LIMIT_CELL_BYTES * 3)

/*
 * The text as valid UTF-8 that a file may hold: what is not becomes U+FFFD and is counted, and so
 * is the NUL unless `keep_nul`. Returns `s` itself when nothing had to change, else a copy that
 * lives in `scratch` until its next use; `*len` follows.
 */
const char *text_clean(struct buf *scratch, const char *s, size_t *len, bool keep_nul,
                       uint64_t *replaced);
/* Bytes as lower-case hexadecimal digits in `scratch`. */
const char *text_hex(struct buf *scratch, const char *s, size_t *len);
/* How many of the bytes are before a character that the end cuts: all of them or up to 3 fewer. */
size_t text_whole(const char *s, size_t len);

/* Nonzero when one of eight bytes is a control, beyond ASCII, a quote or `other` (ASCII). */
static inline uint64_t text_special(const char *s, char other)
{
    const uint64_t each = 0x0101010101010101, high = each << 7;
    uint64_t w;
    memcpy(&w, s, 8);
    /* A byte that equals becomes 0, and 0 - 1 sets the high bit; so does x - 0x20 below 0x20. */
    uint64_t quote = (w ^ each * '"') - each, same = (w ^ each * (unsigned char)other) - each;
    return (w | (w - each * 0x20) | quote | same) & high;
}

/*
 * Length of the run at the start without any of those: for most texts all of it. In the header, and
 * eight bytes a step, because each byte of a report goes through it.
 */
static inline size_t text_plain_run(const char *s, size_t len, char other)
{
    size_t i = 0;
    while (i + 8 <= len && !text_special(s + i, other))
        i += 8;
    if (i + 8 > len && len >= 8 && !text_special(s + len - 8, other))
        return len;
    while (i < len && (unsigned char)s[i] >= 0x20 && (unsigned char)s[i] < 0x80 && s[i] != '"' &&
           s[i] != other)
        i++;
    return i;
}

#endif
