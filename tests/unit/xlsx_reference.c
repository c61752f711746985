/*
 * The workbook of a seed as libxlsxwriter alone writes it: test_xlsx_rows.c compares. This program
 * is the product but for what is defined here, in place of xlsx_rows.c and xlsx_package.c.
 *
 *     xlsx_reference SEED FILE DIRECTORY
 */
#include <stdio.h>
#include <stdlib.h>

#include "formats/xlsx_package.h"
#undef CELL /* the library's, and no business of ours */
#include "tests/unit/xlsx_samples.h"

static lxw_worksheet *sheet;
static lxw_row_t at;

static void demand(lxw_error code)
{
    if (code == LXW_NO_ERROR)
        return;
    fprintf(stderr, "xlsx_reference: %s\n", lxw_strerror(code));
    exit(1);
}

struct xlsx_rows *xlsx_rows_open(const char *temp_dir, bool small)
{
    (void)temp_dir, (void)small;
    return xcalloc(1, sizeof(struct xlsx_rows));
}

void xlsx_rows_free(struct xlsx_rows *r)
{
    free(r);
}

void xlsx_rows_begin(struct xlsx_rows *r, lxw_worksheet *to, size_t ncolumns)
{
    (void)r, (void)ncolumns;
    sheet = to;
}

int xlsx_rows_row(struct xlsx_rows *r, lxw_row_t row, unsigned height, struct err *e)
{
    (void)r, (void)e;
    at = row;
    if (height)
        demand(worksheet_set_row(sheet, row, height, NULL));
    return 0;
}

int xlsx_rows_end(struct xlsx_rows *r, struct err *e)
{
    (void)r, (void)e;
    return 0;
}

void xlsx_rows_text(struct xlsx_rows *r, lxw_col_t col, const char *s, size_t len,
                    lxw_format *style)
{
    (void)r;
    char *text = xmalloc(len + 1);
    memcpy(text, s, len);
    text[len] = '\0';
    demand(worksheet_write_string(sheet, at, col, text, style));
    free(text);
}

void xlsx_rows_number(struct xlsx_rows *r, lxw_col_t col, double value, lxw_format *style)
{
    (void)r;
    demand(worksheet_write_number(sheet, at, col, value, style));
}

void xlsx_rows_boolean(struct xlsx_rows *r, lxw_col_t col, bool value, lxw_format *style)
{
    (void)r;
    demand(worksheet_write_boolean(sheet, at, col, value, style));
}

void xlsx_rows_blank(struct xlsx_rows *r, lxw_col_t col, lxw_format *style)
{
    (void)r;
    demand(worksheet_write_blank(sheet, at, col, style));
}

void xlsx_rows_formula(struct xlsx_rows *r, lxw_col_t col, const char *formula, double value,
                       lxw_format *style)
{
    (void)r;
    demand(worksheet_write_formula_num(sheet, at, col, formula, style, value));
}

void xlsx_rows_seal(struct xlsx_rows *r, lxw_worksheet *first)
{
    (void)r, (void)first;
}

void xlsx_rows_count(struct xlsx_rows *r)
{
    (void)r;
}

int xlsx_package_finish(const char *path, struct xlsx_rows *rows, struct written *written,
                        struct err *e)
{
    (void)path, (void)rows, (void)written, (void)e;
    return 0;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    if (argc != 4)
        return 2;
    if (sample_write(strtoull(argv[1], NULL, 10), argv[2], argv[3], &e) == 0)
        return 0;
    fprintf(stderr, "xlsx_reference: %s\n", e.msg);
    return 1;
}
