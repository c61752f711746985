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
    size_t *x, **y; /* indexes of the columns, of each chart */
    /* The cells of the first rows: of each column that a chart shows, else NULL. */
    struct xlsx_cached {
        const char *text;
        double number;
        bool is_number;
    } * *cache;
    size_t ncached;
};

/* A chart for the first sheet of the workbook, which is written last. */
struct xlsx_cover_chart {
    lxw_chart *chart;
    const char *title;
};

int xlsx_charts_begin(struct xlsx_charts *c, struct xlsx_table *t, struct err *e);
/* After the same row has been written into the table. */
void xlsx_charts_row(struct xlsx_charts *c, const struct cell *cells);
/* When the table has ended: the charts beside its rows and on sheets of their own are placed, those
 * for the first sheet are appended to `cover`, which has room for them. */
int xlsx_charts_end(struct xlsx_charts *c, struct xlsx_cover_chart *cover, size_t *ncover,
                    struct err *e);

/* Puts a chart onto a sheet; `title` is its alternative text. */
int xlsx_chart_insert(struct xlsx_book *b, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                      lxw_chart *chart, const char *title, struct err *e);

#endif
