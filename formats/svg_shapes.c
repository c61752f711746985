/* Lines, areas, columns and bars between the axes. */
#include <math.h>
#include <stdlib.h>

#include "formats/svg_parts.h"
#include "lib/mem.h"

enum {
    MAX_DOTS = 40,   /* points with a mark each */
    MAX_HINTS = 400, /* shapes that say their value */
    MAX_COLUMN = 64, /* pixels across */
};

/* ---- lines and areas ---- */

/* Where each point of a series is, and what it stands on; NAN where there is a gap. */
struct curve {
    const struct svg_canvas *v;
    size_t k;
    const double *base; /* of what is stacked, or NULL */
};

static double top_of(const struct curve *c, size_t i)
{
    double value = c->v->chart->series[c->k].values[i];
    if (!c->base)
        return value;
    return c->base[i] + (isnan(value) ? 0 : value);
}

static double bottom_of(const struct curve *c, size_t i)
{
    return c->base ? c->base[i] : fmax(fmin(0, c->v->scale.high), c->v->scale.low);
}

/* The points from `from` up to the next gap; returns the one behind them. */
static size_t add_run(const struct curve *c, size_t from)
{
    size_t i = from;
    for (; i < c->v->chart->n && !isnan(top_of(c, i)); i++)
        buf_printf(c->v->out, "%c%.1f %.1f", i == from ? 'M' : 'L', svg_category_at(c->v, i),
                   svg_value_at(c->v, top_of(c, i)));
    return i;
}

static void draw_area(const struct curve *c)
{
    const struct svg_canvas *v = c->v;
    buf_printf(v->out, "<path class=\"%s c%zu\" d=\"", c->base ? "solid" : "area",
               c->k % SVG_CHART_COLORS);
    for (size_t i = 0; i < v->chart->n; i++) {
        size_t end = add_run(c, i);
        if (end == i)
            continue;
        for (size_t back = end; back-- > i;)
            buf_printf(v->out, "L%.1f %.1f", svg_category_at(v, back),
                       svg_value_at(v, bottom_of(c, back)));
        buf_add_str(v->out, "Z");
        i = end;
    }
    buf_add_str(v->out, "\"/>");
}

static void draw_line(const struct curve *c)
{
    const struct svg_canvas *v = c->v;
    buf_printf(v->out, "<path class=\"line k%zu d%zu\" d=\"", c->k % SVG_CHART_COLORS,
               v->chart->kind == CHART_LINE ? c->k % 4 : 0);
    for (size_t i = 0; i < v->chart->n; i++) {
        size_t end = add_run(c, i);
        i = end > i ? end : i;
    }
    buf_add_str(v->out, "\"/>");
}

/* A point between two gaps has no line to be seen by. */
static bool is_alone(const struct curve *c, size_t i)
{
    return (i == 0 || isnan(top_of(c, i - 1))) &&
           (i + 1 == c->v->chart->n || isnan(top_of(c, i + 1)));
}

static void draw_dots(const struct curve *c)
{
    const struct svg_canvas *v = c->v;
    const struct svg_series *s = &v->chart->series[c->k];
    for (size_t i = 0; i < v->chart->n; i++) {
        if (isnan(s->values[i]) || (v->chart->n > MAX_DOTS && !is_alone(c, i)))
            continue;
        buf_printf(v->out, "<circle class=\"dot c%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\">",
                   c->k % SVG_CHART_COLORS, svg_category_at(v, i), svg_value_at(v, top_of(c, i)));
        svg_text_hint(v, v->chart->labels[i], s, s->values[i]);
        buf_add_str(v->out, "</circle>");
    }
}

void svg_lines_draw(const struct svg_canvas *v)
{
    const struct svg_chart *c = v->chart;
    double *base = xcalloc(c->n, sizeof(*base));
    struct curve curve = {.v = v, .base = c->stacked ? base : NULL};
    for (; curve.k < c->nseries; curve.k++) {
        if (c->kind == CHART_AREA)
            draw_area(&curve);
        draw_line(&curve);
        draw_dots(&curve);
        for (size_t i = 0; c->stacked && i < c->n; i++)
            base[i] = top_of(&curve, i);
    }
    free(base);
}

/* ---- columns and bars ---- */

struct box {
    double at, across; /* along the axis of the categories */
    double from, to;   /* values */
};

static void draw_box(const struct svg_canvas *v, size_t i, size_t k, const struct box *b)
{
    const struct svg_series *s = &v->chart->series[k];
    double one = svg_value_at(v, b->from), other = svg_value_at(v, b->to);
    double low = fmin(one, other), length = fabs(one - other);
    bool hint = v->chart->n * v->chart->nseries <= MAX_HINTS;
    if (v->flat)
        buf_printf(v->out,
                   "<rect class=\"c%zu\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                   "height=\"%.1f\"",
                   k % SVG_CHART_COLORS, low, b->at, length, b->across);
    else
        buf_printf(v->out,
                   "<rect class=\"c%zu\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                   "height=\"%.1f\"",
                   k % SVG_CHART_COLORS, b->at, low, b->across, length);
    buf_add_str(v->out, hint ? ">" : "/>");
    if (!hint)
        return;
    svg_text_hint(v, v->chart->labels[i], s, s->values[i]);
    buf_add_str(v->out, "</rect>");
}

void svg_bars_draw(const struct svg_canvas *v)
{
    const struct svg_chart *c = v->chart;
    double slot = svg_slot(v), side = c->stacked ? 1 : (double)c->nseries;
    double group = fmin(slot * (slot > 6 ? 0.72 : 0.9), MAX_COLUMN * side), each = group / side;
    double gap = each > 6 ? 1 : 0;
    for (size_t i = 0; i < c->n; i++) {
        double start = svg_category_at(v, i) - group / 2, above = 0, below = 0;
        for (size_t k = 0; k < c->nseries; k++) {
            double value = c->series[k].values[i];
            if (isnan(value))
                continue;
            double *base = value < 0 ? &below : &above;
            struct box b = {start, each - gap, *base, *base + value};
            if (c->stacked)
                *base += value;
            else
                b.at = start + (double)k * each;
            draw_box(v, i, k, &b);
        }
    }
}
