#include "lib/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"

__attribute__((format(printf, 5, 0))) static void add(struct problems *p, enum severity severity,
                                                      const struct place *at, const char *hint,
                                                      const char *fmt, va_list ap)
{
    if (severity == SEVERITY_ERROR)
        p->nerrors++;
    if (p->n >= LIMIT_PROBLEMS)
        return;
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 8;
        p->items = xrealloc(p->items, p->cap, sizeof(*p->items));
    }
    char msg[1024];
    vsnprintf(msg, sizeof(msg), fmt, ap);
    p->items[p->n++] = (struct problem){
        .severity = severity,
        .at = {arena_strdup(&p->arena, at && at->file ? at->file : ""), at ? at->line : 0,
               at ? at->column : 0},
        .msg = arena_strdup(&p->arena, msg),
        .hint = arena_strdup(&p->arena, hint ? hint : ""),
    };
}

int problems_add(struct problems *p, const struct place *at, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(p, SEVERITY_ERROR, at, hint, fmt, ap);
    va_end(ap);
    return -1;
}

int problems_warn(struct problems *p, const struct place *at, const char *hint, const char *fmt,
                  ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(p, SEVERITY_WARNING, at, hint, fmt, ap);
    va_end(ap);
    return -1;
}

static int by_place(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    int c = strcmp(x->at.file, y->at.file);
    if (c)
        return c;
    if (x->at.line != y->at.line)
        return x->at.line < y->at.line ? -1 : 1;
    if (x->at.column != y->at.column)
        return x->at.column < y->at.column ? -1 : 1;
    return 0;
}

void problems_sort(struct problems *p)
{
    if (p->n)
        qsort(p->items, p->n, sizeof(*p->items), by_place);
}

void problems_release(struct problems *p)
{
    free(p->items);
    arena_release(&p->arena);
    *p = (struct problems){0};
}
