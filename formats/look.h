/*
 * How a report looks to people: what a job says beyond rows, titles and types. Plain data that the
 * job owns. Every pointer may be NULL, which says nothing: the formats' defaults are made so that
 * most jobs need not. CSV and JSON are for programs and show none of it.
 */
#ifndef FORMATS_LOOK_H
#define FORMATS_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/label.h"

enum look_align { ALIGN_AUTO, ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };

/* What a column of many rows is as one number; of NULLs, and of texts, nothing is taken. */
enum look_total {
    TOTAL_NONE,
    TOTAL_SUM,
    TOTAL_AVERAGE,
    TOTAL_MIN,
    TOTAL_MAX,
    TOTAL_COUNT, /* of the cells that are not NULL */
    TOTAL_FIRST, /* of figures only: the first row's */
    TOTAL_LAST,
};

/* What a value means; each format has a colour for it that can be read on light and dark. */
enum look_color { COLOR_GOOD, COLOR_WARNING, COLOR_BAD, COLOR_INFO, COLOR_NEUTRAL };

enum look_test { TEST_IS, TEST_BELOW, TEST_AT_MOST, TEST_ABOVE, TEST_AT_LEAST };

/* Colours a cell: a text that is `value`, without regard to case, or a number that passes. */
struct look_rule {
    enum look_test test;
    const char *value; /* as written; a number for all tests but TEST_IS */
    enum look_color color;
};

struct column_look {
    const char *number_format; /* Excel's syntax, or NULL for the type's own */
    double width;              /* in characters of the default font, or 0 for automatic */
    enum look_align align;
    const struct label *note; /* what the column means */
    enum look_total total;    /* in the totals row */
    bool bar;                 /* a bar in each cell, as long as its number */
    const struct look_rule *rules;
    size_t nrules; /* the first that fits decides */
};

enum chart_kind { CHART_LINE, CHART_AREA, CHART_COLUMN, CHART_BAR, CHART_PIE };

enum chart_place {
    CHART_BESIDE, /* the rows, on their sheet */
    CHART_COVER,  /* on the first sheet */
    CHART_SHEET,  /* on a sheet of its own */
};

struct chart_look {
    enum chart_kind kind;
    bool stacked;
    enum chart_place place;
    const struct label *title; /* NULL: that of the result set */
    const char *x;             /* the column of the categories, by name */
    const char *const *y;      /* the columns of the series; one for a pie */
    size_t ny;
    const struct label *x_title, *y_title; /* of the axes */
    const char *y_format;                  /* number format of the axis */
};

/* One result set. */
struct result_look {
    const struct label *note; /* shown with the rows */
    const struct chart_look *charts;
    size_t ncharts;
    int tab_color; /* 0xRRGGBB, or -1 */
    bool hidden;   /* its sheet is there, but not shown; HTML leaves it out */
};

/* A number that matters, shown large at the top. */
struct figure_look {
    const char *result, *column; /* by name */
    enum look_total value;
    const struct label *title; /* NULL: that of the column */
    const char *number_format; /* NULL: that of the column */
};

/* The whole report. */
struct report_look {
    const struct figure_look *figures;
    size_t nfigures;
    const char *logo; /* a PNG or JPEG file that is there, or NULL */
};

extern const struct column_look column_look_none;
extern const struct result_look result_look_none;
extern const struct report_look report_look_none;

#endif
