/*
 * The rows of a workbook's sheets, written by our own hand: libxlsxwriter spends ten times as long
 * on them. It makes all the rest of the workbook; xlsx_package.h puts the two together.
 *
 * Rows are the XML that libxlsxwriter would have written, byte by byte, deflated as they come. Like
 * the library we hold the last row of a sheet back: the number of a style is that of its first use,
 * and the library looks at a row when the next one begins, at the last ones when all is written.
 */
#ifndef FORMATS_XLSX_ROWS_H
#define FORMATS_XLSX_ROWS_H

#include <stdint.h>
#include <xlsxwriter.h>

#include "formats/aside.h"
#include "formats/deflate.h"
#include "formats/xlsx_number.h"

/* The rows of one sheet that have gone, and the one that has not. */
struct xlsx_rows_sheet {
    lxw_worksheet *sheet;
    uint64_t at, packed; /* where the deflated rows are, and how many bytes */
    uint64_t size;       /* of their XML */
    uint32_t crc;
    char *last; /* XML of the last row */
    size_t last_len;
    struct xlsx_rows_style { /* where it wants the number of a style that had none yet */
        size_t at;
        lxw_format *format;
    } * styles;
    size_t nstyles;
};

struct xlsx_rows {
    struct deflate *deflate;
    struct aside aside;
    bool small; /* cells say where they are only when they don't follow each other */
    struct xlsx_rows_sheet *sheets;
    size_t nsheets, sheets_cap;
    /* Of the current sheet. */
    char *xml;
    size_t used, cap, row_start;
    char (*names)[4]; /* of the columns */
    char row[XLSX_NUMBER_BYTES];
    size_t row_len;
    lxw_row_t last_row;
    lxw_col_t next_col, last_col;
    size_t styles_cap;
    uint64_t of_report; /* rows of all sheets that are the report's own */
};

struct xlsx_rows *xlsx_rows_open(const char *temp_dir, bool small);
void xlsx_rows_free(struct xlsx_rows *r); /* takes NULL */

/* The rows that follow belong to this sheet; those of the one before have ended. */
void xlsx_rows_begin(struct xlsx_rows *r, lxw_worksheet *sheet, size_t ncolumns);
/* Begins a row behind those that are there; `height` in points, or 0. Here failures show. */
int xlsx_rows_row(struct xlsx_rows *r, lxw_row_t row, unsigned height, struct err *e);
/* The row is one of the report's; it has all its cells. */
void xlsx_rows_count(struct xlsx_rows *r);
int xlsx_rows_end(struct xlsx_rows *r, struct err *e);

/* Cells of the row, from left to right. A text is clean UTF-8 that is not empty and fits. */
void xlsx_rows_text(struct xlsx_rows *r, lxw_col_t col, const char *s, size_t len,
                    lxw_format *style);
void xlsx_rows_number(struct xlsx_rows *r, lxw_col_t col, double value, lxw_format *style);
void xlsx_rows_boolean(struct xlsx_rows *r, lxw_col_t col, bool value, lxw_format *style);
void xlsx_rows_blank(struct xlsx_rows *r, lxw_col_t col, lxw_format *style);
void xlsx_rows_formula(struct xlsx_rows *r, lxw_col_t col, const char *formula, double value,
                       lxw_format *style);

/* When all is written but the workbook is not closed: gives the last rows their styles, after those
 * of the first sheet, which is the library's. */
void xlsx_rows_seal(struct xlsx_rows *r, lxw_worksheet *first);

#endif
