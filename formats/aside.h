/*
 * Bytes that are put aside until it is known where they go: in memory while they are few, else in a
 * temporary file without a name, which is gone with the process whatever becomes of it.
 *
 * Failures are sticky, as in output.h: aside_add() needs no check, aside_ok() does.
 */
#ifndef FORMATS_ASIDE_H
#define FORMATS_ASIDE_H

#include <stddef.h>
#include <stdint.h>

#include "formats/output.h"
#include "lib/err.h"

struct aside {
    char *dir; /* where the file would be */
    char *block;
    size_t used, cap; /* bytes in the block */
    uint64_t written; /* bytes in the file */
    int fd;           /* -1: there is none yet */
    int failure;      /* errno of what failed first, 0 while all is well */
};

void aside_open(struct aside *a, const char *dir);
void aside_release(struct aside *a); /* of a zeroed one, too */
void aside_add(struct aside *a, const char *p, size_t len);
uint64_t aside_size(const struct aside *a);
int aside_ok(const struct aside *a, struct err *e);
/* Appends `len` of the bytes to a file, from the `at`th on. */
int aside_copy(const struct aside *a, uint64_t at, uint64_t len, struct output *out, struct err *e);

#endif
