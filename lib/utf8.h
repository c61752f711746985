/*
 * UTF-8 (RFC 3629): decoding, validating, cleaning, and the two lengths that matter here.
 */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

/*
 * Decodes the character at `s` (`len` > 0 bytes are there). Returns its length in bytes and sets
 * `*cp`, or 0 for anything RFC 3629 forbids: overlong forms, surrogates, beyond U+10FFFF, cut.
 */
size_t utf8_decode(const char *s, size_t len, uint32_t *cp);
size_t utf8_encode(uint32_t cp, char out[4]);

/* True when the whole text is valid UTF-8. Plain ASCII takes a fast path of eight bytes a step. */
bool utf8_valid(const char *s, size_t len);

/*
 * Appends `s`, with each maximal invalid sequence and each character that XML 1.0 can't hold as
 * text (U+FFFE, U+FFFF) replaced by U+FFFD. Returns how many replacements were made.
 */
size_t utf8_clean(struct buf *out, const char *s, size_t len);

/* Length of valid UTF-8 in UTF-16 code units, which is how Excel counts. */
size_t utf8_utf16_units(const char *s, size_t len);

/* How wide valid UTF-8 is, about, in digits: letters of East Asia and pictures are two of them. */
size_t utf8_columns(const char *s, size_t len);

/*
 * Appends `s` made fit for one line of a terminal or a log: control characters (C0, DEL, C1),
 * U+2028, U+2029 and bidirectional overrides become \xNN or \u{N}, invalid bytes \xNN. At most
 * `max_bytes` of the source are shown, then an ellipsis.
 */
void utf8_add_visible(struct buf *out, const char *s, size_t len, size_t max_bytes);

#endif
