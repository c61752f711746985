/*
 * Texts of JSON columns: the database may hold them pretty-printed, and some are not JSON at all.
 */
#ifndef FORMATS_JSON_TEXT_H
#define FORMATS_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"

/* True when the text (of any bytes) is one JSON value that every reader of ours will take. */
bool json_text_valid(const char *s, size_t len);
/*
 * Both take a valid text and write it into `out`, which they clear first. The one puts it on a
 * single line without blanks between tokens (and escapes what JavaScript takes for a line's end);
 * the other makes it readable: a scalar as itself, an array of scalars as `a, b, c`, else compact.
 */
void json_text_compact(struct buf *out, const char *s, size_t len);
void json_text_readable(struct buf *out, const char *s, size_t len);

#endif
