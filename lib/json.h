/*
 * Writing JSON (RFC 8259) by hand into a buffer: what is pure output needs no library. Reading and
 * proving JSON is in formats/.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include "lib/buf.h"

/* Appends a quoted string. Invalid UTF-8 becomes U+FFFD; U+2028 and U+2029 are escaped, as some
 * JavaScript still ends a line there. NULL becomes null. */
void json_add_string(struct buf *out, const char *s);
/* `"name": ` with a comma before it unless it follows an opening brace. */
void json_add_key(struct buf *out, const char *name);

#endif
