/*
 * Memory that can't fail, and arenas.
 *
 * Running out of memory ends the process with a message: every change of state is a committed
 * ledger row or a rename, so ending anywhere is safe, and bounded buffers keep input from causing
 * it.
 *
 * An arena holds things that die together (a configuration, the jobs, a plan). Nothing in it is
 * freed on its own.
 */
#ifndef LIB_MEM_H
#define LIB_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size); /* n * size is checked for overflow */
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

struct arena_block;
struct arena {
    struct arena_block *blocks; /* {0} is an empty arena */
};

void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for any type */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Grows an array that lives in an arena: copies the old items, leaves the old place unused. */
void *arena_grow(struct arena *a, const void *old, size_t old_n, size_t new_n, size_t size);
void arena_release(struct arena *a); /* frees all; the arena is empty and usable again */

#endif
