/*
 * The workbook of a seed as libxlsxwriter alone writes it: test_xlsx_rows.c compares. This program
 * is the product but for what is defined here, in place of xlsx_rows.c, xlsx_template.c and
 * xlsx_package.c: the calls of the frame are made as they come, with values instead of marks, and
 * the library writes the rows between them.
 *
 *     xlsx_reference SEED FILE DIRECTORY
 */
#include <stdio.h>
#include <stdlib.h>

#include "formats/xlsx_library.h"
#include "formats/xlsx_package.h"
#undef CELL /* the library's, and no business of ours */
#include "tests/unit/xlsx_samples.h"

static const char *file, *directory;
static const struct xlsx_frame *frame;
static struct xlsx_library library;
static lxw_worksheet *sheet;
static lxw_row_t at;

/* The linker puts this in front of the product's own. */
void __real_xlsx_frame_init(struct xlsx_frame *f);
void __wrap_xlsx_frame_init(struct xlsx_frame *f);
void __wrap_xlsx_frame_init(struct xlsx_frame *f)
{
    frame = f;
    __real_xlsx_frame_init(f);
}

static void demand(lxw_error code)
{
    if (code == LXW_NO_ERROR)
        return;
    fprintf(stderr, "xlsx_reference: %s\n", lxw_strerror(code));
    exit(1);
}

/* Makes the calls that have come since the last time. */
static void catch_up(void)
{
    struct err e = {0};
    if (!library.book && xlsx_library_open(&library, frame, file, directory, &e) == 0)
        library.values = true;
    if (!library.book || xlsx_library_run(&library, &e) != 0) {
        fprintf(stderr, "xlsx_reference: %s\n", e.msg);
        exit(1);
    }
}

static lxw_format *style_of(unsigned number)
{
    catch_up();
    return number ? library.styles[number] : NULL;
}

/* ---- xlsx_rows.c ---- */

struct xlsx_rows *xlsx_rows_open(const char *temp_dir, bool small)
{
    (void)temp_dir, (void)small;
    return xcalloc(1, sizeof(struct xlsx_rows));
}

void xlsx_rows_free(struct xlsx_rows *r)
{
    free(r);
}

void xlsx_rows_begin(struct xlsx_rows *r, unsigned index, size_t ncolumns)
{
    (void)ncolumns;
    catch_up();
    sheet = library.sheets[index];
    r->last_col = 0;
}

int xlsx_rows_row(struct xlsx_rows *r, uint32_t row, unsigned height, struct err *e)
{
    (void)e;
    catch_up();
    at = r->last_row = row;
    if (height)
        demand(worksheet_set_row(sheet, row, height, NULL));
    return 0;
}

void xlsx_rows_count(struct xlsx_rows *r)
{
    (void)r;
}

int xlsx_rows_end(struct xlsx_rows *r, struct err *e)
{
    (void)r, (void)e;
    return 0;
}

static lxw_col_t column(struct xlsx_rows *r, unsigned col)
{
    if (col > r->last_col)
        r->last_col = col;
    return (lxw_col_t)col;
}

void xlsx_rows_text(struct xlsx_rows *r, unsigned col, const char *s, size_t len, unsigned style)
{
    char *text = xmalloc(len + 1);
    memcpy(text, s, len);
    text[len] = '\0';
    demand(worksheet_write_string(sheet, at, column(r, col), text, style_of(style)));
    free(text);
}

void xlsx_rows_number(struct xlsx_rows *r, unsigned col, double value, unsigned style)
{
    demand(worksheet_write_number(sheet, at, column(r, col), value, style_of(style)));
}

void xlsx_rows_numeral(struct xlsx_rows *r, unsigned col, const char *s, size_t len, unsigned style)
{
    char *text = strndup(s, len);
    xlsx_rows_number(r, col, strtod(text, NULL), style);
    free(text);
}

void xlsx_rows_boolean(struct xlsx_rows *r, unsigned col, bool value, unsigned style)
{
    demand(worksheet_write_boolean(sheet, at, column(r, col), value, style_of(style)));
}

/* The library leaves out a blank cell without a style: this one looks like one without. */
void xlsx_rows_blank(struct xlsx_rows *r, unsigned col, unsigned style)
{
    lxw_format *plain = style ? NULL : workbook_add_format(library.book);
    demand(worksheet_write_blank(sheet, at, column(r, col), style ? style_of(style) : plain));
}

void xlsx_rows_formula(struct xlsx_rows *r, unsigned col, const char *formula, double value,
                       unsigned style)
{
    demand(worksheet_write_formula_num(sheet, at, column(r, col), formula, style_of(style), value));
}

/* ---- xlsx_template.c and xlsx_package.c ---- */

/*
 * The library fills the points of a chart from the sheet, but not in its mode of constant memory,
 * and has no call for it: so the list that it would fill is filled here. It frees what is in it.
 */
static void fill_range(lxw_series_range *range, const struct xlsx_value *value)
{
    range->sheetname = strdup(""); /* else it looks for a sheet with quotes in its name */
    for (size_t i = 0; i < value->npoints; i++) {
        const struct xlsx_point *known = &value->points[i];
        struct lxw_series_data_point *point = calloc(1, sizeof(*point));
        point->is_string = !known->is_number && known->text;
        point->no_data = !known->is_number && !known->text;
        point->number = known->number;
        if (point->is_string)
            point->string = strdup(known->text);
        STAILQ_INSERT_TAIL(range->data_cache, point, list_pointers);
        range->num_data_points++;
    }
}

static void fill_charts(void)
{
    size_t next = 0;
    for (size_t i = 0; i < library.ncharts; i++) {
        lxw_chart_series *series;
        STAILQ_FOREACH(series, library.charts[i].chart->series_list, list_pointers)
        {
            lxw_series_range *const ranges[] = {series->categories, series->values};
            for (int k = 0; k < 2; k++) {
                while (!frame->values[next].is_range)
                    next++;
                fill_range(ranges[k], &frame->values[next++]);
            }
        }
    }
}

struct xlsx_template *xlsx_template_build(const struct xlsx_frame *f, const char *temp_dir,
                                          struct err *e)
{
    (void)f, (void)temp_dir, (void)e;
    return xcalloc(1, sizeof(struct xlsx_template));
}

void xlsx_template_free(struct xlsx_template *t)
{
    free(t);
}

int xlsx_package_write(struct zip_write *to, const struct xlsx_template *t,
                       const struct xlsx_frame *f, struct xlsx_rows *rows, struct err *e)
{
    (void)to, (void)t, (void)f, (void)rows;
    catch_up();
    fill_charts();
    int rc = xlsx_library_close(&library, e);
    xlsx_library_release(&library);
    return rc;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    if (argc != 4)
        return 2;
    char *unused = xasprintf("%s.unused", argv[2]);
    file = argv[2];
    directory = argv[3];
    int rc = sample_write(strtoull(argv[1], NULL, 10), unused, directory, NULL, &e);
    unlink(unused);
    free(unused);
    if (rc == 0)
        return 0;
    fprintf(stderr, "xlsx_reference: %s\n", e.msg);
    return 1;
}
