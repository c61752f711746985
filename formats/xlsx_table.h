/*
 * A result set in a workbook: its rows on a sheet, or on several when there are more than Excel
 * shows. A sheet begins with a header row; below the rows is the totals row, if any column has a
 * total, or a line that says so when there are no rows.
 */
#ifndef FORMATS_XLSX_TABLE_H
#define FORMATS_XLSX_TABLE_H

#include <stdint.h>

#include "formats/tally.h"
#include "formats/xlsx_names.h"
#include "formats/xlsx_pen.h"

/* What the parts of a workbook share. */
struct xlsx_book {
    const struct document *doc;
    struct xlsx_frame frame; /* all but the rows, */
    struct xlsx_rows *rows;  /* and these */
    struct xlsx_pen pen;
    struct xlsx_names names;
    struct arena arena; /* as long as the workbook */
    uint32_t max_rows;  /* of a sheet */
};

/* Where the rows are: row 0 is the header, rows 1 to `last` are the data. */
struct xlsx_extent {
    unsigned sheet; /* its index in the frame */
    const char *name;
    uint32_t last;
};

struct xlsx_table {
    struct xlsx_book *book;
    const struct result *result; /* the caller's; lives until xlsx_table_end() */
    struct xlsx_column *columns;
    size_t *widths;       /* the widest cell so far, in characters */
    unsigned *places;     /* decimals of the last number */
    struct tally *totals; /* of each column, or NULL */
    size_t ntotals;
    struct xlsx_extent *extents;
    size_t nextents, extents_cap;
    uint64_t rows;
};

/* A new sheet, of this name or one like it: landscape, and at the foot what it is. */
void xlsx_table_add_sheet(struct xlsx_book *b, const char *title, struct xlsx_extent *out);

int xlsx_table_begin(struct xlsx_table *t, struct xlsx_book *b, const struct result *r,
                     struct err *e);
int xlsx_table_row(struct xlsx_table *t, const struct cell *cells, struct err *e);
int xlsx_table_end(struct xlsx_table *t, struct err *e);
void xlsx_table_release(struct xlsx_table *t); /* of a zeroed one, too; extents stay */

/* Rows that fit on a sheet, header and totals not counted; for the check, too. */
uint64_t xlsx_table_sheet_rows(uint32_t max_rows, bool totals);

#endif
