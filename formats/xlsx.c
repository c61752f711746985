/*
 * XLSX: the rows by our own hand as they come (xlsx_rows.h), all the rest described in a frame
 * (xlsx_frame.h), which at the end is filled into what libxlsxwriter made for others of its kind.
 */
#include "formats/xlsx.h"

#include <stdlib.h>
#include <string.h>

#include "formats/xlsx_chart.h"
#include "formats/xlsx_check.h"
#include "formats/xlsx_cover.h"
#include "formats/xlsx_package.h"
#include "formats/xlsx_table.h"
#include "formats/xlsx_templates.h"
#include "lib/mem.h"

enum { PROPERTY_UNITS = 255, MAX_COVER_CHARTS = 100 };

struct xlsx {
    struct writer writer;
    struct xlsx_book book;
    struct zip_write file;
    char *temp_dir;
    struct xlsx_templates *templates;
    unsigned cover; /* index of the first sheet */
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

static void set_properties(struct xlsx_book *b)
{
    const struct document *doc = b->doc;
    const struct xlsx_properties properties = {
        .title = xlsx_pen_plain(&b->arena, doc->title, PROPERTY_UNITS),
        .subject = xlsx_pen_plain(&b->arena, doc->period_text, PROPERTY_UNITS),
        .company = xlsx_pen_plain(&b->arena, doc->tenant_name, PROPERTY_UNITS),
        .comments = xlsx_pen_plain(&b->arena, doc->description, PROPERTY_UNITS),
        .created = doc->generated_at,
    };
    xlsx_frame_properties(&b->frame, &properties);
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
    xlsx_frame_release(&x->book.frame);
    xlsx_names_release(&x->book.names);
    arena_release(&x->book.arena);
    zip_write_release(&x->file);
    free(x->temp_dir);
    free(x);
}

int xlsx_open_limited(struct writer **w, const char *path, const char *temp_dir,
                      const struct document *doc, const struct format_options *options,
                      uint32_t max_rows, struct err *e)
{
    struct xlsx_extent cover;
    struct xlsx *x = xcalloc(1, sizeof(*x));
    if (zip_write_open(&x->file, path, e) != 0) {
        free(x);
        return -1;
    }
    struct xlsx_book *b = &x->book;
    x->writer.format = &format_xlsx;
    x->temp_dir = xstrdup(temp_dir);
    x->templates = options->xlsx_templates;
    b->doc = doc;
    b->max_rows = max_rows;
    b->rows = xlsx_rows_open(temp_dir, options->xlsx_small);
    figures_open(&x->figures, doc);
    xlsx_frame_init(&b->frame);
    xlsx_pen_init(&b->pen, &b->frame, b->rows, document_locale(doc), options->xlsx_truncate,
                  &x->writer.notes);
    set_properties(b);
    /* The first sheet comes first, and is filled last. */
    xlsx_table_add_sheet(b, locale_word(b->pen.locale, WORD_ABOUT), &cover);
    x->cover = cover.sheet;
    *w = &x->writer;
    return 0;
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
    xlsx_charts_end(&x->drawn, x->charts, &x->ncharts);
    xlsx_table_release(&x->table);
    return 0;
}

/* With a template that others have used, or with one for this workbook alone. */
static int write_package(struct xlsx *x, struct err *e)
{
    struct xlsx_book *b = &x->book;
    struct xlsx_template *own = NULL;
    const struct xlsx_template *t =
        x->templates ? xlsx_templates_find(x->templates, &b->frame, x->temp_dir, e)
                     : (own = xlsx_template_build(&b->frame, x->temp_dir, e));
    int rc = t ? xlsx_package_write(&x->file, t, &b->frame, b->rows, e) : -1;
    xlsx_template_free(own);
    return rc;
}

static int xlsx_finish(struct writer *w, struct err *e)
{
    struct xlsx *x = xlsx_of(w);
    const struct xlsx_cover cover = {&x->figures, x->contents, x->ncontents, x->charts, x->ncharts};
    if (xlsx_cover_write(&x->book, x->cover, &cover, e) != 0)
        return err_wrap(e, "the first sheet");
    if (write_package(x, e) != 0 || zip_write_close(&x->file, e) != 0)
        return -1;
    w->written = x->file.out.written;
    w->written.rows = x->book.rows->of_report;
    return 0;
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
