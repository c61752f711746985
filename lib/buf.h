/*
 * A growable byte buffer that is born with a ceiling.
 *
 * `data` is never NULL and always NUL-terminated. Going beyond `max` sets `overflow`, which stays:
 * appends need no check, buf_ok() once at the end does.
 */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len, cap, max;
    bool overflow;
};

void buf_init(struct buf *b, size_t max); /* allocates nothing yet */
void buf_release(struct buf *b);          /* a released buffer may be initialised again */
void buf_clear(struct buf *b);            /* empty again, keeps its memory */
void buf_add(struct buf *b, const void *p, size_t len);
void buf_add_str(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_ok(const struct buf *b); /* false once anything was refused */

#endif
