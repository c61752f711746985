/*
 * What the tests of the formats share: rows from an array, and one way to write them through a
 * format.
 */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/format.h"
#include "lib/mem.h"
#include "tests/unit/files.h"
#include "tests/unit/unit.h"

/* The rows of `cells`, one behind the other, `repeat` times over. Lives on the caller's stack. */
struct rows {
    struct row_source source;
    const struct cell *cells;
    size_t nrows, repeat;
    size_t at;
    int fail_at; /* the row, from 1, at which next() fails; 0: never */
};

#define CELL(text)    ((struct cell){(text), sizeof(text) - 1})
#define CELL_NULL     ((struct cell){NULL, 0})
#define ROWS_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A tenant's report, in UTC. */
static const struct document rows_document __attribute__((unused)) = {
    .job = "daily",
    .title = "Daily report",
    .description = "What happened",
    .tenant_id = "42",
    .tenant_name = "Müller & Söhne",
    .period = "2026-11",
    .period_text = "November 2026",
    .period_start = 1793491200, /* 2026-11-01 00:00 UTC */
    .period_end = 1796083200,
    .timezone = "UTC",
    .generated_at = 1796090400,
};

static inline int rows_next(struct row_source *s, const struct cell **row, struct err *e)
{
    struct rows *r = (struct rows *)(void *)s;
    if (r->fail_at && r->at + 1 == (size_t)r->fail_at)
        return err_set(e, ERR_DATABASE, "the connection was lost");
    if (r->at == r->nrows * r->repeat)
        return 0;
    *row = r->cells + (r->at % r->nrows) * s->ncolumns;
    r->at++;
    return 1;
}

static inline void rows_release(struct row_source *s)
{
    (void)s;
}

static inline void rows_init(struct rows *r, const struct column *columns, size_t ncolumns,
                             const struct cell *cells, size_t nrows)
{
    *r = (struct rows){.source = {columns, ncolumns, rows_next, rows_release},
                       .cells = cells,
                       .nrows = nrows,
                       .repeat = 1};
}

/* Texts of 64 digits that no compression halves, but for being digits; they live in the arena. */
static inline struct cell *rows_random(struct arena *arena, size_t n)
{
    uint64_t state = 1;
    struct cell *cells = arena_alloc(arena, n * sizeof(*cells));
    for (size_t i = 0; i < n; i++) {
        char *text = arena_alloc(arena, 65);
        for (size_t k = 0; k < 64; k++) {
            state = state * 6364136223846793005 + 1442695040888963407;
            text[k] = "0123456789abcdef"[state >> 60];
        }
        cells[i] = (struct cell){text, 64};
    }
    return cells;
}

/* A name in the test's directory that was not handed out before. */
static inline const char *rows_path(const char *name)
{
    static char paths[16][512];
    static unsigned n;
    char *path = paths[n++ % 16];
    /* Check forks a child a test, and they all count from here: the process makes the name unique.
     */
    snprintf(path, sizeof(paths[0]), "%s/%d-%u-%s", unit_temp_dir(), (int)getpid(), n, name);
    return path;
}

/* Writes one result set with the format and closes the file. On failure nothing is left open. */
static inline int rows_write(const struct format *format, const struct format_options *options,
                             const char *path, struct rows *rows, struct render_notes *notes,
                             struct err *e)
{
    struct writer *w = NULL;
    struct result result = {"videos", "Videos", NULL, rows->source.columns, rows->source.ncolumns};
    const struct cell *cells;
    int rc = -1, got;
    if (format->open(&w, path, unit_temp_dir(), &rows_document, options, e) != 0)
        return -1;
    if (format->begin(w, &result, e) != 0)
        goto out;
    while ((got = rows->source.next(&rows->source, &cells, e)) == 1) {
        if (format->row(w, cells, e) != 0)
            goto out;
    }
    if (got != 0 || format->end(w, e) != 0 || format->finish(w, e) != 0)
        goto out;
    if (notes)
        *notes = w->notes;
    rc = 0;
out:
    format->free(w);
    return rc;
}

/* Proves a file that holds one result set without totals. */
static inline int rows_verify(const struct format *format, const char *path,
                              const struct format_options *options, uint64_t rows,
                              struct proof *proof, struct err *e)
{
    const struct rendered result = {.rows = rows};
    return format->verify(path, options, &result, 1, proof, e);
}

#endif
