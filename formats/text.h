/*
 * Texts of cells on their way into a file.
 */
#ifndef FORMATS_TEXT_H
#define FORMATS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#endif
