/*
 * A workbook but for its rows, as a script: the calls that make it, in their order.
 *
 * What differs from tenant to tenant, or with the number of rows, is not in the script: there is a
 * mark in its place, and the value stands in a list. So workbooks of the same script are the same
 * but for their values and rows, and one that was built with the marks serves them all
 * (xlsx_template.h). Texts are copied, points of charts must live as long as the frame.
 *
 * Rows and columns count from 0, sheets and charts in the order in which they came.
 */
#ifndef FORMATS_XLSX_FRAME_H
#define FORMATS_XLSX_FRAME_H

#include <stddef.h>
#include <time.h>

#include "formats/xlsx_style.h"
#include "lib/buf.h"
#include "lib/mem.h"

/* One cell of those that a chart shows. */
struct xlsx_point {
    const char *text; /* NULL: a number, or nothing */
    double number;
    bool is_number;
};

/* What stands in the place of a mark. */
struct xlsx_value {
    const char *text;
    /* Of a chart's range: its cells. NULL: none are written beside it. */
    const struct xlsx_point *points;
    size_t npoints;
    bool is_range, as_texts; /* texts are only known among categories */
};

struct xlsx_frame {
    struct buf script;
    struct arena arena;
    struct xlsx_value *values;
    size_t nvalues, values_cap;
    time_t created;
    /* Marks of rows have a list of their own: the library takes numbers there, and has one place
     * for what has the same range. */
    struct xlsx_last_row {
        unsigned sheet;
        uint32_t row;
    } * rows;
    size_t nrows, rows_cap;
    struct xlsx_widths {
        const double *columns; /* in characters */
        size_t n;
    } * widths; /* of each sheet; none: they are part of the script */
    size_t nsheets, sheets_cap, ncharts;
    struct xlsx_style *styles; /* each that has a number; element 0 is the plain one */
    size_t nstyles, styles_cap;
};

void xlsx_frame_init(struct xlsx_frame *f);
void xlsx_frame_release(struct xlsx_frame *f); /* of a zeroed one, too */

struct xlsx_properties {
    const char *title, *subject, *company, *comments;
    time_t created;
};
void xlsx_frame_properties(struct xlsx_frame *f, const struct xlsx_properties *p);

/* The style's number, which is given at its first use. */
unsigned xlsx_frame_style(struct xlsx_frame *f, struct xlsx_style *style);

/* A sheet, in landscape; `name` and the name in quotes. Returns its index. */
unsigned xlsx_frame_sheet(struct xlsx_frame *f, const char *name, const char *quoted,
                          const char *footer, bool us_letter);
/* One with a header row, as wide as a page. `tab_color` is -1 for none. */
void xlsx_frame_table(struct xlsx_frame *f, unsigned sheet, int tab_color, bool hidden);
/* The first: nothing but what is written on it, on a page of so many percent. */
void xlsx_frame_cover(struct xlsx_frame *f, unsigned sheet, unsigned columns, unsigned width,
                      unsigned percent);
/* Its first row and its last cell, when all its rows are known. */
void xlsx_frame_extent(struct xlsx_frame *f, unsigned sheet, uint32_t first, uint32_t row,
                       unsigned col);
void xlsx_frame_widths(struct xlsx_frame *f, unsigned sheet, const double *widths, size_t n);

/* From the header down to a row. */
void xlsx_frame_filter(struct xlsx_frame *f, unsigned sheet, uint32_t row, unsigned col);
void xlsx_frame_rule(struct xlsx_frame *f, unsigned sheet, unsigned col, uint32_t last,
                     const char *formula, uint32_t background, uint32_t color);
void xlsx_frame_bars(struct xlsx_frame *f, unsigned sheet, unsigned col, uint32_t last);
void xlsx_frame_note(struct xlsx_frame *f, unsigned sheet, unsigned col, const char *title,
                     const char *text);

void xlsx_frame_merge(struct xlsx_frame *f, unsigned sheet, uint32_t row, unsigned first,
                      unsigned last);
void xlsx_frame_link(struct xlsx_frame *f, unsigned sheet, uint32_t row, const char *target,
                     const char *text, unsigned style);
void xlsx_frame_break(struct xlsx_frame *f, unsigned sheet, const uint32_t *rows, size_t n);
void xlsx_frame_picture(struct xlsx_frame *f, unsigned sheet, uint32_t row, const struct buf *file,
                        double scale);

struct xlsx_range {
    char *formula;
    const struct xlsx_point *points; /* NULL: not known, or too many */
    size_t npoints;
};
struct xlsx_series {
    const char *name;
    struct xlsx_range x, y;
};
struct xlsx_chart {
    enum chart_kind kind;
    bool stacked;
    bool hours; /* in the categories: no axis of days */
    const char *title, *x_title, *y_title, *x_format, *y_format; /* NULL: none */
    size_t pieces;                                               /* of a pie */
    const struct xlsx_series *series;
    size_t nseries;
};
unsigned xlsx_frame_chart(struct xlsx_frame *f, const struct xlsx_chart *chart); /* its index */
void xlsx_frame_place_chart(struct xlsx_frame *f, unsigned sheet, uint32_t row, unsigned col,
                            unsigned chart, const char *description);
void xlsx_frame_chartsheet(struct xlsx_frame *f, const char *name, unsigned chart, int tab_color);

#endif
