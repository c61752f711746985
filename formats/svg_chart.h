/*
 * Charts as SVG inside of a page: lines, areas, columns, bars and pies, for eyes and for screen
 * readers. Nothing is measured by a browser, so widths of texts are estimates with room to spare.
 *
 * Colours are variables of CSS, which the page may set anew for dark mode; see svg_chart_css.
 * Shapes differ by more than colour where they can: lines are dashed, pieces stand in order.
 */
#ifndef FORMATS_SVG_CHART_H
#define FORMATS_SVG_CHART_H

#include "formats/number_format.h"

enum {
    SVG_CHART_WIDE = 1000, /* pixels that suit a screen, half of one, and a phone */
    SVG_CHART_HALF = 500,
    SVG_CHART_NARROW = 340,
    SVG_CHART_COLORS = 8, /* then they come again */
    SVG_CHART_MAX_BYTES = 4 * 1024 * 1024,
};

struct svg_series {
    const char *title;
    const double *values; /* NAN where there is none; all below 1e300 */
};

struct svg_chart {
    enum chart_kind kind;
    bool stacked;
    bool ordered;                  /* categories are dates or numbers: some may be left out */
    bool whole;                    /* all values are integers */
    const char *title;             /* not drawn: for screen readers */
    const char *x_title, *y_title; /* or NULL */
    const char *const *labels;     /* of the categories */
    size_t n;                      /* categories: at least one */
    const struct svg_series *series;
    size_t nseries;                     /* at least one; a pie has one */
    const struct number_format *format; /* of the values */
    const struct locale *locale;
};

/* Appends the picture; `id` is for it alone on the page. */
void svg_chart_draw(const struct svg_chart *chart, int width, const char *id, struct buf *out);

extern const char svg_chart_css[];

#endif
