/*
 * The rows of a workbook's sheets, written by our own hand: libxlsxwriter spends ten times as long
 * on them. What is around them comes from xlsx_template.h.
 *
 * Rows are the XML that libxlsxwriter would have written, but for the digits of numbers, deflated
 * as they come.
 */
#ifndef FORMATS_XLSX_ROWS_H
#define FORMATS_XLSX_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/aside.h"
#include "formats/deflate.h"
#include "formats/xlsx_number.h"

/* The rows of one sheet. */
struct xlsx_rows_sheet {
    unsigned sheet;      /* its index in the workbook */
    uint64_t at, packed; /* where the deflated rows are, and how many bytes */
    uint64_t size;       /* of their XML */
    uint32_t crc;
};

struct xlsx_rows {
    struct deflate *deflate;
    struct aside aside;
    bool small; /* cells say where they are only when they don't follow each other */
    struct xlsx_rows_sheet *sheets;
    size_t nsheets, sheets_cap;
    uint64_t of_report; /* rows of all sheets that are the report's own */
    /* Of the current sheet. */
    uint32_t first_row, last_row;
    unsigned last_col, next_col;
    char *xml;
    size_t used, cap, row_start;
    char (*names)[XLSX_COLUMN_BYTES]; /* of the columns */
    char row[XLSX_NUMBER_BYTES];
    size_t row_len;
};

struct xlsx_rows *xlsx_rows_open(const char *temp_dir, bool small);
void xlsx_rows_free(struct xlsx_rows *r); /* takes NULL */

/* The rows that follow belong to this sheet; those of the one before have ended. */
void xlsx_rows_begin(struct xlsx_rows *r, unsigned sheet, size_t ncolumns);
/* Begins a row behind those that are there; `height` in points, or 0. Here failures show. */
int xlsx_rows_row(struct xlsx_rows *r, uint32_t row, unsigned height, struct err *e);
/* The row is one of the report's; it has all its cells. */
void xlsx_rows_count(struct xlsx_rows *r);
int xlsx_rows_end(struct xlsx_rows *r, struct err *e);

/* Cells of the row, from left to right, each with the number of its style. A text is clean UTF-8
 * that is not empty and fits. */
void xlsx_rows_text(struct xlsx_rows *r, unsigned col, const char *s, size_t len, unsigned style);
void xlsx_rows_number(struct xlsx_rows *r, unsigned col, double value, unsigned style);
/* A number as it stands, see xlsx_value.h. */
void xlsx_rows_numeral(struct xlsx_rows *r, unsigned col, const char *s, size_t len,
                       unsigned style);
void xlsx_rows_boolean(struct xlsx_rows *r, unsigned col, bool value, unsigned style);
void xlsx_rows_blank(struct xlsx_rows *r, unsigned col, unsigned style);
void xlsx_rows_formula(struct xlsx_rows *r, unsigned col, const char *formula, double value,
                       unsigned style);

#endif
