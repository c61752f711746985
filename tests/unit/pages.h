/* What the tests of pages share: pages of several result sets, written and proven. */
#ifndef TESTS_PAGES_H
#define TESTS_PAGES_H

#include <string.h>

#include "lib/hash.h"
#include "tests/unit/rows.h"

/* A result set of a page, with its cells row by row. */
struct set {
    struct result result;
    const struct cell *cells;
    size_t nrows, repeat;
};

static const struct format_options *const defaults __attribute__((unused)) =
    &format_default_options;

/* Writes a page of all sets; leaves nothing open. */
static inline int write_page(const struct document *doc, const struct format_options *options,
                             const struct set *sets, size_t nsets, const char *path,
                             struct render_notes *notes, struct err *e)
{
    struct writer *w = NULL;
    int rc = format_html.open(&w, path, unit_temp_dir(), doc, options, e);
    for (size_t i = 0; rc == 0 && i < nsets; i++) {
        rc = format_html.begin(w, &sets[i].result, e);
        for (size_t k = 0; rc == 0 && k < sets[i].nrows * sets[i].repeat; k++)
            rc = format_html.row(w, sets[i].cells + k % sets[i].nrows * sets[i].result.ncolumns, e);
        if (rc == 0)
            rc = format_html.end(w, e);
    }
    if (rc == 0)
        rc = format_html.finish(w, e);
    if (rc == 0 && notes)
        *notes = w->notes;
    format_html.free(w);
    return rc;
}

static inline int verify_page(const struct format_options *options, const struct set *sets,
                              size_t nsets, const char *path, struct proof *proof, struct err *e)
{
    struct rendered rendered[8] = {0};
    for (size_t i = 0; i < nsets; i++)
        rendered[i] =
            (struct rendered){sets[i].nrows * sets[i].repeat, result_has_totals(&sets[i].result),
                              result_look(&sets[i].result)->hidden};
    return format_html.verify(path, options, rendered, nsets, proof, e);
}

/* A page that is written and proven; the caller frees it. */
static inline char *page_of(const struct document *doc, const struct format_options *options,
                            const struct set *sets, size_t nsets)
{
    struct err e = {0};
    struct proof proof;
    size_t len;
    char sha256[HASH_HEX_SIZE];
    const char *path = rows_path("page.html");
    ck_ok(write_page(doc, options, sets, nsets, path, NULL, &e), &e);
    ck_ok(verify_page(options, sets, nsets, path, &proof, &e), &e);
    char *text = rows_read(path, &len);
    hash_bytes(text, len, sha256);
    ck_assert_uint_eq(proof.size_bytes, len);
    ck_assert_str_eq(proof.sha256, sha256);
    return text;
}

static inline size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

#define ck_has(text, what)   ck_assert_msg(strstr(text, what), "no \"%s\" in %.3000s", what, text)
#define ck_lacks(text, what) ck_assert_msg(!strstr(text, what), "\"%s\" in it", what)

static const struct column_look summed
    __attribute__((unused)) = {.total = TOTAL_SUM, .number_format = "#,##0"};
static const struct column plain_columns[] __attribute__((unused)) = {
    {"day", "Day", COLUMN_DATE, NULL}, {"n", "Number", COLUMN_INTEGER, &summed}};
static const struct cell plain_cells[]
    __attribute__((unused)) = {CELL("2026-11-01"), CELL("1000"), CELL("2026-11-02"), CELL("2")};
#define PLAIN_SET(name, title, look, repeat)                                                       \
    {                                                                                              \
        {name, title, look, plain_columns, 2}, plain_cells, 2, repeat                              \
    }

#endif
