/*
 * Native charts over the rows of a result set. Their ranges are cells of its first sheet; the
 * values of the first rows are written into the chart as well, so that programs which don't
 * calculate, such as previews, show it.
 */
#ifndef FORMATS_XLSX_CHART_H
#define FORMATS_XLSX_CHART_H

#include "formats/xlsx_table.h"

enum { XLSX_CHART_CACHE = 1000 /* rows */, XLSX_CHART_ROWS = 16 /* of a sheet that one covers */ };

/* The charts of one result set. */
struct xlsx_charts {
    struct xlsx_table *table;
    size_t *x, **y;            /* indexes of the columns, of each chart */
    struct xlsx_point **cache; /* of the first rows: of each column that a chart shows, else NULL */
    size_t ncached;
};

/* A chart for the first sheet of the workbook, which is written last. */
struct xlsx_cover_chart {
    unsigned chart; /* its index in the frame */
    const char *title;
};

int xlsx_charts_begin(struct xlsx_charts *c, struct xlsx_table *t, struct err *e);
/* After the same row has been written into the table. */
void xlsx_charts_row(struct xlsx_charts *c, const struct cell *cells);
/* When the table has ended: the charts beside its rows and on sheets of their own are placed, those
 * for the first sheet are appended to `cover`, which has room for them. */
void xlsx_charts_end(struct xlsx_charts *c, struct xlsx_cover_chart *cover, size_t *ncover);

/* Puts a chart onto a sheet; `title` is its alternative text. */
void xlsx_chart_insert(struct xlsx_book *b, unsigned sheet, uint32_t row, unsigned col,
                       unsigned chart, const char *title);

#endif
