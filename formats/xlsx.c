/*
 * XLSX: the rows by our own hand as they come (xlsx_rows.h), all the rest by libxlsxwriter.
 *
 * The library reports few of its own failures (a full disk gives a short part and "no error"), so
 * what it made is proven when it is taken over (xlsx_package.h). A failed allocation inside it may
 * end the process.
 */
#include "formats/xlsx.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "formats/xlsx_chart.h"
#include "formats/xlsx_check.h"
#include "formats/xlsx_cover.h"
#include "formats/xlsx_package.h"
#include "formats/xlsx_table.h"
#include "lib/mem.h"

enum { PROPERTY_UNITS = 255, MAX_COVER_CHARTS = 100 };

struct xlsx {
    struct writer writer;
    struct xlsx_book book;
    char *path;
    lxw_worksheet *cover;
    struct figures figures;
    struct xlsx_content *contents;
    size_t ncontents, contents_cap;
    struct xlsx_cover_chart charts[MAX_COVER_CHARTS];
    size_t ncharts;
    struct xlsx_table table; /* of the current result set */
    struct xlsx_charts drawn;
};

static struct xlsx *xlsx_of(struct writer *w)
{
    return (struct xlsx *)(void *)w;
}

static int set_properties(struct xlsx_book *b, struct err *e)
{
    const struct document *doc = b->doc;
    char program[] = "pressrun";
    lxw_doc_properties properties = {
        .title = xlsx_pen_plain(&b->arena, doc->title, PROPERTY_UNITS),
        .subject = xlsx_pen_plain(&b->arena, doc->period_text, PROPERTY_UNITS),
        .author = program,
        .company = xlsx_pen_plain(&b->arena, doc->tenant_name, PROPERTY_UNITS),
        .comments = xlsx_pen_plain(&b->arena, doc->description, PROPERTY_UNITS),
        .created = doc->generated_at,
    };
    return xlsx_pen_result(workbook_set_properties(b->book, &properties), "set the properties", e);
}

/* The library opens the file only at the end and would overwrite one: so it is made here. */
static int create_file(const char *path, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || close(fd) != 0)
        return err_sys(e, "can't create \"%s\"", path);
    return 0;
}

static void xlsx_free(struct writer *w)
{
    if (!w)
        return;
    struct xlsx *x = xlsx_of(w);
    xlsx_table_release(&x->table);
    figures_release(&x->figures);
    xlsx_pen_release(&x->book.pen);
    xlsx_rows_free(x->book.rows);
    lxw_workbook_free(x->book.book);
    xlsx_names_release(&x->book.names);
    arena_release(&x->book.arena);
    free(x->path);
    free(x);
}

/* The first sheet comes first, and is filled last. */
static int add_cover(struct xlsx *x, struct err *e)
{
    struct xlsx_extent cover;
    if (xlsx_table_add_sheet(&x->book, locale_word(x->book.pen.locale, WORD_ABOUT), &cover, e) != 0)
        return -1;
    x->cover = cover.sheet;
    return 0;
}

int xlsx_open_limited(struct writer **w, const char *path, const char *temp_dir,
                      const struct document *doc, const struct format_options *options,
                      uint32_t max_rows, struct err *e)
{
    if (create_file(path, e) != 0)
        return -1;
    struct xlsx *x = xcalloc(1, sizeof(*x));
    struct xlsx_book *b = &x->book;
    char *dir = xstrdup(temp_dir);
    lxw_workbook_options how = {.constant_memory = 1, .tmpdir = dir};
    x->writer.format = &format_xlsx;
    b->doc = doc;
    b->max_rows = max_rows;
    b->rows = xlsx_rows_open(temp_dir, options->xlsx_small);
    x->path = xstrdup(path);
    b->book = workbook_new_opt(path, &how);
    free(dir);
    if (!b->book) {
        err_set(e, ERR_IO, "libxlsxwriter made no workbook");
        goto fail;
    }
    figures_open(&x->figures, doc);
    if (xlsx_pen_init(&b->pen, b->book, document_locale(doc), options->xlsx_truncate,
                      &x->writer.notes, e) != 0 ||
        set_properties(b, e) != 0 || add_cover(x, e) != 0)
        goto fail;
    *w = &x->writer;
    return 0;
fail:
    xlsx_free(&x->writer);
    unlink(path);
    return -1;
}

static int xlsx_open(struct writer **w, const char *path, const char *temp_dir,
                     const struct document *doc, const struct format_options *options,
                     struct err *e)
{
    return xlsx_open_limited(w, path, temp_dir, doc, options, XLSX_MAX_ROWS, e);
}

/* What the first sheet will say of the result set. */
static void add_content(struct xlsx *x, const struct result *r)
{
    struct arena *arena = &x->book.arena;
    const char *tag = x->book.pen.locale->tag;
    if (x->ncontents == x->contents_cap) {
        size_t cap = x->contents_cap ? x->contents_cap * 2 : 16;
        x->contents = arena_grow(arena, x->contents, x->ncontents, cap, sizeof(*x->contents));
        x->contents_cap = cap;
    }
    struct xlsx_content *c = &x->contents[x->ncontents++];
    *c = (struct xlsx_content){
        .title = arena_strdup(arena, r->title),
        .note = label_text(result_look(r)->note, tag),
        .hidden = result_look(r)->hidden,
        .notes = arena_alloc(arena, r->ncolumns * sizeof(*c->notes)),
    };
    for (size_t i = 0; i < r->ncolumns; i++) {
        const char *note = label_text(column_look(&r->columns[i])->note, tag);
        if (note)
            c->notes[c->nnotes++] =
                (struct xlsx_note){arena_strdup(arena, r->columns[i].title), note};
    }
}

static int xlsx_begin(struct writer *w, const struct result *r, struct err *e)
{
    struct xlsx *x = xlsx_of(w);
    xlsx_table_release(&x->table);
    if (xlsx_table_begin(&x->table, &x->book, r, e) != 0 ||
        xlsx_charts_begin(&x->drawn, &x->table, e) != 0)
        return -1;
    figures_begin(&x->figures, r);
    add_content(x, r);
    x->contents[x->ncontents - 1].sheet = x->table.extents[0].name;
    return 0;
}

static int xlsx_row(struct writer *w, const struct cell *cells, struct err *e)
{
    struct xlsx *x = xlsx_of(w);
    if (xlsx_table_row(&x->table, cells, e) != 0)
        return -1;
    xlsx_charts_row(&x->drawn, cells);
    figures_row(&x->figures, cells);
    return 0;
}

static int xlsx_end(struct writer *w, struct err *e)
{
    struct xlsx *x = xlsx_of(w);
    x->contents[x->ncontents - 1].rows = x->table.rows;
    if (x->ncharts + result_look(x->table.result)->ncharts > MAX_COVER_CHARTS)
        return err_set(e, ERR_DATA, "more than %d charts", MAX_COVER_CHARTS);
    if (xlsx_table_end(&x->table, e) != 0)
        return -1;
    int rc = xlsx_charts_end(&x->drawn, x->charts, &x->ncharts, e);
    xlsx_table_release(&x->table);
    return rc;
}

static int xlsx_finish(struct writer *w, struct err *e)
{
    struct xlsx *x = xlsx_of(w);
    const struct xlsx_cover cover = {&x->figures, x->contents, x->ncontents, x->charts, x->ncharts};
    if (xlsx_cover_write(&x->book, x->cover, &cover, e) != 0)
        return err_wrap(e, "the first sheet");
    xlsx_rows_seal(x->book.rows, x->cover);
    lxw_workbook *book = x->book.book;
    x->book.book = NULL; /* closing frees it, whatever comes out */
    if (xlsx_pen_result(workbook_close(book), "write the workbook", e) != 0)
        return -1;
    return xlsx_package_finish(x->path, x->book.rows, &w->written, e);
}

static int xlsx_verify(const char *path, const struct format_options *options,
                       const struct rendered *results, size_t nresults, struct proof *proof,
                       struct err *e)
{
    (void)options;
    return xlsx_check(path, results, nresults, XLSX_MAX_ROWS, proof, e);
}

const struct format format_xlsx = {
    .name = "xlsx",
    .extension = "xlsx",
    .media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    .per_result = false,
    .open = xlsx_open,
    .begin = xlsx_begin,
    .row = xlsx_row,
    .end = xlsx_end,
    .finish = xlsx_finish,
    .free = xlsx_free,
    .verify = xlsx_verify,
};
