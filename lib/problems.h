/*
 * Everything that is wrong with what the user wrote, collected so that one run of `pressrun check`
 * shows it all, each with its place and with what to write instead.
 */
#ifndef LIB_PROBLEMS_H
#define LIB_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/mem.h"

/* Where something stands: 1-based line and column (in bytes); 0 when the whole file is meant. */
struct place {
    const char *file;
    unsigned line, column;
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct problem {
    enum severity severity;
    struct place at;
    const char *msg;
    const char *hint; /* "" when there is nothing more to say */
};

struct problems { /* {0} is an empty list */
    struct problem *items;
    size_t n, cap;
    size_t nerrors; /* also counts what no longer fits into the list */
    struct arena arena;
};

/* Texts are copied. `hint` may be NULL. Always returns -1, as err_set() does. */
int problems_add(struct problems *p, const struct place *at, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int problems_warn(struct problems *p, const struct place *at, const char *hint, const char *fmt,
                  ...) __attribute__((format(printf, 4, 5)));
/* Orders by file, line and column. */
void problems_sort(struct problems *p);
void problems_release(struct problems *p);

#endif
