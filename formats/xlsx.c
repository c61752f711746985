/*
 * XLSX by libxlsxwriter, in its mode of constant memory: rows go to temporary files as they come.
 *
 * The library reports few of its own failures (a full disk gives a short sheet and "no error"), so
 * what it made is proven by xlsx_check(). A failed allocation inside it may end the process.
 */
#include "formats/xlsx.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "formats/text.h"
#include "formats/xlsx_check.h"
#include "formats/xlsx_cover.h"
#include "formats/xlsx_names.h"
#include "formats/xlsx_pen.h"
#include "lib/mem.h"
#include "lib/utf8.h"

enum {
    MIN_WIDTH = 8,
    MAX_WIDTH = 60,
    FILTER_BUTTON = 3, /* characters that the button of the autofilter covers in a header */
    PROPERTY_BYTES = 255,
};

struct xlsx {
    struct writer writer;
    const struct document *doc;
    uint32_t max_rows;
    lxw_workbook *book;
    lxw_worksheet *cover;
    struct xlsx_pen pen;
    struct xlsx_names names;
    struct arena arena; /* contents, and what belongs to a result set */
    struct xlsx_content *contents;
    size_t ncontents, contents_cap;
    const struct result *result;
    lxw_format **formats; /* the columns' own number formats, NULL where there is none */
    size_t *widths;       /* the widest cell so far, in characters */
};

static struct xlsx *xlsx_of(struct writer *w)
{
    return (struct xlsx *)(void *)w;
}

static int add_sheet(struct xlsx *x, const char *title, lxw_worksheet **out, const char **name,
                     struct err *e)
{
    *name = xlsx_names_add(&x->names, title);
    *out = workbook_add_worksheet(x->book, *name);
    return *out ? 0 : err_set(e, ERR_IO, "libxlsxwriter refused the sheet \"%s\"", *name);
}

/* The library puts properties into XML as they are but for <, > and &. */
static char *property(struct xlsx *x, const char *text)
{
    struct buf clean;
    buf_init(&clean, TEXT_MAX_BYTES);
    utf8_clean(&clean, text, strlen(text));
    size_t len = clean.len < PROPERTY_BYTES ? clean.len : PROPERTY_BYTES;
    char *out = arena_strndup(&x->arena, clean.data, text_whole(clean.data, len));
    for (char *p = out; *p; p++) {
        if ((unsigned char)*p < 0x20)
            *p = ' ';
    }
    buf_release(&clean);
    return out;
}

static int set_properties(struct xlsx *x, struct err *e)
{
    char program[] = "pressrun";
    lxw_doc_properties properties = {
        .title = property(x, x->doc->title),
        .subject = property(x, x->doc->period_text),
        .author = program,
        .company = property(x, x->doc->tenant_name),
        .comments = property(x, x->doc->description),
        .created = x->doc->generated_at,
    };
    return xlsx_pen_result(workbook_set_properties(x->book, &properties), "set the properties", e);
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
    xlsx_pen_release(&x->pen);
    lxw_workbook_free(x->book);
    xlsx_names_release(&x->names);
    arena_release(&x->arena);
    free(x);
}

int xlsx_open_limited(struct writer **w, const char *path, const char *temp_dir,
                      const struct document *doc, const struct format_options *options,
                      uint32_t max_rows, struct err *e)
{
    if (create_file(path, e) != 0)
        return -1;
    struct xlsx *x = xcalloc(1, sizeof(*x));
    char *dir = xstrdup(temp_dir);
    lxw_workbook_options how = {.constant_memory = 1, .tmpdir = dir, .use_zip64 = 1};
    const char *name;
    x->writer.format = &format_xlsx;
    x->doc = doc;
    x->max_rows = max_rows;
    x->book = workbook_new_opt(path, &how);
    free(dir);
    if (!x->book) {
        err_set(e, ERR_IO, "libxlsxwriter made no workbook");
        goto fail;
    }
    if (xlsx_pen_init(&x->pen, x->book, options->xlsx_truncate, &x->writer.notes, e) != 0 ||
        set_properties(x, e) != 0 || add_sheet(x, "About", &x->cover, &name, e) != 0)
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

/* Characters that a number format other than the type's own shows; the text says too little. */
static void note_width(struct xlsx *x, size_t column)
{
    size_t shown = x->pen.shown;
    if (x->formats[column] && shown)
        shown += 4;
    if (shown > x->widths[column])
        x->widths[column] = shown;
}

/* Adds the next sheet of the result set, up to and with its header row. */
static int start_sheet(struct xlsx *x, const char **name, struct err *e)
{
    const struct result *r = x->result;
    if (add_sheet(x, r->title, &x->pen.sheet, name, e) != 0)
        return -1;
    x->pen.row = 0;
    worksheet_freeze_panes(x->pen.sheet, 1, 0);
    worksheet_set_landscape(x->pen.sheet);
    worksheet_fit_to_pages(x->pen.sheet, 1, 0);
    if (xlsx_pen_result(worksheet_repeat_rows(x->pen.sheet, 0, 0), "repeat the header", e) != 0)
        return -1;
    for (size_t i = 0; i < r->ncolumns; i++) {
        const char *title = r->columns[i].title;
        if (xlsx_pen_text(&x->pen, (lxw_col_t)i, title, strlen(title), x->pen.styles[XLSX_HEADER],
                          e) != 0)
            return err_wrap(e, "title of column \"%s\"", r->columns[i].name);
        x->widths[i] = x->pen.shown + FILTER_BUTTON;
    }
    x->pen.row = 1;
    return 0;
}

/* What needs to know all rows: widths, and the range of the autofilter. */
static int end_sheet(struct xlsx *x, struct err *e)
{
    const struct result *r = x->result;
    lxw_worksheet *sheet = x->pen.sheet;
    for (size_t i = 0; i < r->ncolumns; i++) {
        double width = column_look(&r->columns[i])->width;
        if (width <= 0)
            width = (double)(x->widths[i] < MIN_WIDTH   ? MIN_WIDTH
                             : x->widths[i] > MAX_WIDTH ? MAX_WIDTH
                                                        : x->widths[i] + 1);
        lxw_col_t col = (lxw_col_t)i;
        if (xlsx_pen_result(worksheet_set_column(sheet, col, col, width, NULL), "set a width", e) !=
            0)
            return -1;
    }
    return xlsx_pen_result(
        worksheet_autofilter(sheet, 0, 0, x->pen.row - 1, (lxw_col_t)(r->ncolumns - 1)),
        "set the autofilter", e);
}

static int set_formats(struct xlsx *x, const struct result *r, struct err *e)
{
    x->formats = arena_alloc(&x->arena, r->ncolumns * sizeof(*x->formats));
    x->widths = arena_alloc(&x->arena, r->ncolumns * sizeof(*x->widths));
    for (size_t i = 0; i < r->ncolumns; i++) {
        const char *format = column_look(&r->columns[i])->number_format;
        if (format && xlsx_pen_number_format(&x->pen, format, &x->formats[i], e) != 0)
            return err_wrap(e, "column \"%s\"", r->columns[i].name);
    }
    return 0;
}

static int xlsx_begin(struct writer *w, const struct result *r, struct err *e)
{
    struct xlsx *x = xlsx_of(w);
    if (r->ncolumns > XLSX_MAX_COLUMNS)
        return err_set(e, ERR_DATA, "%zu columns; a sheet holds %d", r->ncolumns, XLSX_MAX_COLUMNS);
    x->result = r;
    if (x->ncontents == x->contents_cap) {
        size_t cap = x->contents_cap ? x->contents_cap * 2 : 16;
        x->contents = arena_grow(&x->arena, x->contents, x->ncontents, cap, sizeof(*x->contents));
        x->contents_cap = cap;
    }
    struct xlsx_content *c = &x->contents[x->ncontents++];
    c->title = arena_strdup(&x->arena, r->title);
    if (set_formats(x, r, e) != 0)
        return -1;
    return start_sheet(x, &c->sheet, e);
}

static int xlsx_row(struct writer *w, const struct cell *cells, struct err *e)
{
    struct xlsx *x = xlsx_of(w);
    const struct result *r = x->result;
    const char *name;
    if (x->pen.row == x->max_rows && (end_sheet(x, e) != 0 || start_sheet(x, &name, e) != 0))
        return -1;
    for (size_t i = 0; i < r->ncolumns; i++) {
        if (xlsx_pen_cell(&x->pen, (lxw_col_t)i, r->columns[i].type, x->formats[i], &cells[i], e) !=
            0)
            return err_wrap(e, "column \"%s\"", r->columns[i].name);
        note_width(x, i);
    }
    x->pen.row++;
    x->contents[x->ncontents - 1].rows++;
    return 0;
}

static int xlsx_end(struct writer *w, struct err *e)
{
    return end_sheet(xlsx_of(w), e);
}

static int xlsx_finish(struct writer *w, struct err *e)
{
    struct xlsx *x = xlsx_of(w);
    x->pen.sheet = x->cover;
    if (xlsx_cover_write(&x->pen, x->doc, x->contents, x->ncontents, e) != 0)
        return err_wrap(e, "the first sheet");
    lxw_workbook *book = x->book;
    x->book = NULL; /* closing frees it, whatever comes out */
    return xlsx_pen_result(workbook_close(book), "write the workbook", e);
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
