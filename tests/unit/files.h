/* Files as strings, and a disk that is full. */
#ifndef TESTS_FILES_H
#define TESTS_FILES_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "lib/mem.h"
#include "tests/unit/unit.h"

/* The whole file, NUL-terminated; the caller frees it. */
static inline char *rows_read(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "can't read %s", path);
    char *text = NULL;
    size_t n = 0, got;
    do {
        text = xrealloc(text, n + 65537, 1);
        got = fread(text + n, 1, 65536, f);
        n += got;
    } while (got);
    fclose(f);
    text[n] = '\0';
    *len = n;
    return text;
}

/* Makes or replaces a file. */
static inline void rows_put(const char *path, const void *p, size_t len)
{
    FILE *f = fopen(path, "wb");
    ck_assert_msg(f && fwrite(p, 1, len, f) == len && fclose(f) == 0, "can't write %s", path);
}

/*
 * A full disk without a disk: from here on no file of this process grows beyond `bytes`. Check
 * writes each ck_...() to a file, so none may be called until the limit is RLIM_INFINITY again.
 */
static inline void rows_limit_files(rlim_t bytes)
{
    struct rlimit limit = {bytes, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        abort();
}

#endif
