/* What the files of svg_chart.h share; for nobody else. */
#ifndef FORMATS_SVG_PARTS_H
#define FORMATS_SVG_PARTS_H

#include "formats/svg_chart.h"
#include "formats/svg_scale.h"

enum { SVG_LINE_HEIGHT = 20, SVG_TEXT_BYTES = 512 };

/* A picture that is being drawn. Pixels from the top left corner. */
struct svg_canvas {
    const struct svg_chart *chart;
    struct buf *out;
    int width, height;
    double left, right, top, bottom; /* of the plot */
    struct svg_scale scale;
    bool flat; /* bars: values run from left to right, categories from top to bottom */
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

/* ---- texts (svg_text.c) ---- */

double svg_text_width(const char *s);
/* As much of the text as fits, with an ellipsis for the rest. */
void svg_text_fit(const char *s, double width, char out[SVG_TEXT_BYTES]);
void svg_text_put(const struct svg_canvas *v, double x, double y, enum svg_anchor anchor,
                  const char *s);
/* Ends at the point, and comes from the left below. */
void svg_text_put_turned(const struct svg_canvas *v, double x, double y, const char *s);
/* What a reader is told who points at the shape: <title>, inside of its element. */
void svg_text_hint(const struct svg_canvas *v, const char *category, const struct svg_series *s,
                   double value);
/* A value in the chart's format with so many decimals; with those it needs for -1. */
void svg_text_value(const struct svg_chart *c, double value, int decimals, char *out, size_t size);

/* ---- places (svg_axes.c) ---- */

double svg_slot(const struct svg_canvas *v); /* of each category, along their axis */
double svg_category_at(const struct svg_canvas *v, size_t i); /* the middle of its slot */
double svg_value_at(const struct svg_canvas *v, double value);

/* The plot's edges, the scale and both axes. The legend has been drawn, and `top` is below it. */
void svg_axes_draw(struct svg_canvas *v);

/* ---- shapes ---- */

void svg_lines_draw(const struct svg_canvas *v); /* and areas */
void svg_bars_draw(const struct svg_canvas *v);  /* and columns */
void svg_pie_draw(struct svg_canvas *v);         /* the whole picture */

/* The element that shows a colour in a legend. */
void svg_swatch(const struct svg_canvas *v, double x, double y, size_t color);

#endif
