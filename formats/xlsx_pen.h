/*
 * Writes typed cells into a sheet: each value as what it is in Excel, or as text when Excel can't
 * hold it, with every return code of the library looked at. Owns the workbook's styles.
 */
#ifndef FORMATS_XLSX_PEN_H
#define FORMATS_XLSX_PEN_H

#include <stdint.h>
#include <xlsxwriter.h>

#include "formats/format.h"
#include "formats/xlsx_value.h"
#include "lib/buf.h"

enum xlsx_style {
    XLSX_PLAIN, /* no more than a cell that is there, although it is empty */
    XLSX_HEADER,
    XLSX_TITLE,
    XLSX_LABEL,
    XLSX_INTEGER,
    XLSX_DATE,
    XLSX_DATETIME,
    XLSX_DATETIME_FRACTION,
    XLSX_TIME,
    XLSX_TIME_FRACTION,
    XLSX_NSTYLES,
};

struct xlsx_pen {
    lxw_workbook *book;
    lxw_worksheet *sheet; /* where it writes, and in which row */
    lxw_row_t row;
    bool truncate;
    struct render_notes *notes;
    size_t shown; /* how wide the last cell is, in characters */
    lxw_format *styles[XLSX_NSTYLES];
    lxw_format *decimals[XLSX_MAX_DECIMALS + 1]; /* made when first needed */
    struct buf clean, text;                      /* scratch */
};

int xlsx_pen_init(struct xlsx_pen *p, lxw_workbook *book, bool truncate, struct render_notes *notes,
                  struct err *e);
void xlsx_pen_release(struct xlsx_pen *p); /* of a zeroed one, too; the styles are the workbook's */

/* A style of the workbook with this number format. */
int xlsx_pen_number_format(struct xlsx_pen *p, const char *format, lxw_format **out, struct err *e);
int xlsx_pen_text(struct xlsx_pen *p, lxw_col_t col, const char *s, size_t len, lxw_format *style,
                  struct err *e);
/* `own` is the column's own number format, or NULL for that of its type. */
int xlsx_pen_cell(struct xlsx_pen *p, lxw_col_t col, enum column_type type, lxw_format *own,
                  const struct cell *cell, struct err *e);
/* The library's code as an error; 0 for no error. */
int xlsx_pen_result(lxw_error code, const char *doing, struct err *e);

#endif
