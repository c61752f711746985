/* Workbooks written from fixed rows, and their parts as texts. */
#ifndef TESTS_XLSX_PARTS_H
#define TESTS_XLSX_PARTS_H

#include <string.h>

#include "formats/xlsx.h"
#include "formats/xlsx_check.h"
#include "formats/zip_read.h"
#include "lib/buf.h"
#include "tests/unit/rows.h"

/* One result set with its rows. */
struct parts_sheet {
    struct result result;
    const struct cell *cells;
    size_t nrows;
};

#define PARTS_SHEET(name, title, look, columns, cells)                                             \
    {                                                                                              \
        {name, title, look, columns, ROWS_COUNT(columns)}, cells,                                  \
            ROWS_COUNT(cells) / ROWS_COUNT(columns)                                                \
    }

/* Writes a workbook with at most so many rows a sheet; what comes is a new path. */
static inline const char *parts_write(const struct document *doc, const struct parts_sheet *sheets,
                                      size_t n, uint32_t max_rows)
{
    struct err e = {0};
    struct writer *w = NULL;
    const char *path = rows_path("book.xlsx");
    ck_ok(xlsx_open_limited(&w, path, unit_temp_dir(), doc, &format_default_options, max_rows, &e),
          &e);
    for (size_t i = 0; i < n; i++) {
        const struct parts_sheet *s = &sheets[i];
        ck_ok(format_xlsx.begin(w, &s->result, &e), &e);
        for (size_t k = 0; k < s->nrows; k++)
            ck_ok(format_xlsx.row(w, s->cells + k * s->result.ncolumns, &e), &e);
        ck_ok(format_xlsx.end(w, &e), &e);
    }
    ck_ok(format_xlsx.finish(w, &e), &e);
    format_xlsx.free(w);
    return path;
}

static inline int parts_check(const char *path, const struct parts_sheet *sheets, size_t n,
                              uint32_t max_rows, struct err *e)
{
    struct rendered results[16];
    struct proof proof;
    ck_assert_uint_le(n, ROWS_COUNT(results));
    for (size_t i = 0; i < n; i++)
        results[i] = (struct rendered){.rows = sheets[i].nrows,
                                       .totals = result_has_totals(&sheets[i].result)};
    return xlsx_check(path, results, n, max_rows, &proof, e);
}

/* Writes and proves. */
static inline const char *parts_make(const struct document *doc, const struct parts_sheet *sheets,
                                     size_t n, uint32_t max_rows)
{
    struct err e = {0};
    const char *path = parts_write(doc, sheets, n, max_rows);
    ck_ok(parts_check(path, sheets, n, max_rows, &e), &e);
    return path;
}

static inline int parts_keep(void *ctx, const char *p, size_t len, struct err *e)
{
    (void)e;
    buf_add(ctx, p, len);
    return 0;
}

/* One part as a text that the caller frees; NULL when there is none. */
static inline char *parts_find(const char *path, const char *name)
{
    struct zip z;
    struct err e = {0};
    struct buf text;
    buf_init(&text, 1 << 26);
    ck_ok(zip_read_open(&z, path, &e), &e);
    const struct zip_member *m = zip_read_find(&z, name);
    if (m)
        ck_ok(zip_read_member(&z, m, parts_keep, &text, &e), &e);
    zip_read_release(&z);
    return m ? text.data : NULL;
}

static inline char *parts_read(const char *path, const char *name)
{
    char *text = parts_find(path, name);
    ck_assert_msg(text != NULL, "no %s", name);
    return text;
}

static inline void parts_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no %s in %s", part, text);
}

static inline void parts_has_not(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "%s in %s", part, text);
}

/* How often a part of a text is in it. */
static inline size_t parts_count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

#endif
