#include <math.h>
#include <string.h>

#include "formats/svg_parts.h"

enum {
    ROW = 24,           /* pixels of a bar with what is around it, when there is room */
    MAX_BARS = 1200,    /* pixels of all of them */
    MIN_LABEL_ROW = 14, /* below that not each bar has a label */
    MIN_LABEL_SLOT = 18,
    MAX_TURNED = 150, /* pixels of a label that is turned */
    GAP = 8,
};
#define TURNED_SIN 0.574 /* of 35 degrees */
#define TURNED_COS 0.819

double svg_slot(const struct svg_canvas *v)
{
    double length = v->flat ? v->bottom - v->top : v->right - v->left;
    return length / (double)v->chart->n;
}

double svg_category_at(const struct svg_canvas *v, size_t i)
{
    return (v->flat ? v->top : v->left) + ((double)i + 0.5) * svg_slot(v);
}

double svg_value_at(const struct svg_canvas *v, double value)
{
    double part = (value - v->scale.low) / (v->scale.high - v->scale.low);
    return v->flat ? v->left + part * (v->right - v->left)
                   : v->bottom - part * (v->bottom - v->top);
}

/* ---- the scale ---- */

/* The smallest and the largest value, or the ends of what is stacked. False: there are none. */
static bool find_range(const struct svg_chart *c, double *low, double *high)
{
    bool found = false;
    *low = *high = 0;
    for (size_t i = 0; i < c->n; i++) {
        double below = 0, above = 0;
        for (size_t k = 0; k < c->nseries; k++) {
            double value = c->series[k].values[i];
            if (isnan(value))
                continue;
            below = c->stacked ? below + fmin(value, 0) : value;
            above = c->stacked ? above + fmax(value, 0) : value;
            *low = found ? fmin(*low, below) : below;
            *high = found ? fmax(*high, above) : above;
            found = true;
        }
    }
    return found;
}

static void fit_scale(struct svg_canvas *v)
{
    const struct svg_chart *c = v->chart;
    double low, high;
    bool found = find_range(c, &low, &high);
    /* Lengths and areas begin at zero: half as long must be half as much. */
    if (!found || c->kind != CHART_LINE || c->stacked || svg_scale_needs_zero(low, high)) {
        low = fmin(low, 0);
        high = fmax(high, 0);
    }
    svg_scale_fit(&v->scale, low, high, v->flat && v->width < SVG_CHART_HALF ? 3 : 5, c->whole);
}

/* ---- the axis of values ---- */

/* A number format may hold a long text: it gets a third of the picture at most. */
static void tick_text(const struct svg_canvas *v, int i, char text[SVG_TEXT_BYTES])
{
    char whole[SVG_TEXT_BYTES];
    svg_text_value(v->chart, svg_scale_tick(&v->scale, i), v->scale.decimals, whole, sizeof(whole));
    svg_text_fit(whole, v->width / 3.0, text);
}

static double widest_tick(const struct svg_canvas *v)
{
    char text[SVG_TEXT_BYTES];
    double widest = 0;
    for (int i = 0; i < v->scale.nticks; i++) {
        tick_text(v, i, text);
        widest = fmax(widest, svg_text_width(text));
    }
    return widest;
}

static void draw_ticks(const struct svg_canvas *v)
{
    char text[SVG_TEXT_BYTES];
    /* Of labels that would touch each other every other one is left out. */
    double room = (v->right - v->left) / (v->scale.nticks - 1);
    int every = v->flat && widest_tick(v) + GAP > room ? 2 : 1;
    for (int i = 0; i < v->scale.nticks; i++) {
        double tick = svg_scale_tick(&v->scale, i), at = svg_value_at(v, tick);
        const char *class = fabs(tick) < 1e-300 ? "zero" : "grid";
        if (v->flat)
            buf_printf(v->out, "<path class=\"%s\" d=\"M%.1f %.1fV%.1f\"/>", class, at, v->top,
                       v->bottom);
        else
            buf_printf(v->out, "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/>", class, v->left, at,
                       v->right);
        tick_text(v, i, text);
        if (!v->flat)
            svg_text_put(v, v->left - GAP, at + 4, SVG_END, text);
        else if (i % every == 0)
            svg_text_put(v, at, v->bottom + 16, SVG_MIDDLE, text);
    }
}

/* ---- the axis of categories ---- */

static double widest_label(const struct svg_chart *c)
{
    double widest = 0;
    for (size_t i = 0; i < c->n; i++)
        widest = fmax(widest, svg_text_width(c->labels[i]));
    return widest;
}

/* Below columns and lines: side by side, or turned, and only every so many if there is no room. */
struct label_plan {
    bool turned;
    size_t every;
    double length; /* that a label may have */
};

static struct label_plan plan_labels(const struct svg_chart *c, double slot)
{
    double widest = widest_label(c);
    struct label_plan p = {.every = 1, .length = widest};
    if (widest + GAP <= slot)
        return p;
    /* Of dates the eye fills in what is left out. Of names it can't. */
    p.turned = !c->ordered;
    double need = p.turned ? MIN_LABEL_SLOT : fmin(widest, MAX_TURNED) + 3 * GAP;
    p.every = (size_t)fmax(1, ceil(need / slot));
    p.length = fmin(widest, MAX_TURNED);
    return p;
}

static double labels_height(const struct label_plan *p)
{
    return p->turned ? p->length * TURNED_SIN + SVG_LINE_HEIGHT : SVG_LINE_HEIGHT;
}

static void draw_labels_below(const struct svg_canvas *v, const struct label_plan *p)
{
    char text[SVG_TEXT_BYTES];
    double free = 0; /* from where on there is nothing yet */
    for (size_t i = 0; i < v->chart->n; i += p->every) {
        double x = svg_category_at(v, i);
        svg_text_fit(v->chart->labels[i], p->length + 1, text);
        if (p->turned) {
            svg_text_put_turned(v, x + 4, v->bottom + 14, text);
            continue;
        }
        /* The first and the last one would stand out of the picture. */
        double half = svg_text_width(text) / 2;
        x = fmax(fmin(x, v->width - half), half);
        if (x - half < free)
            continue;
        svg_text_put(v, x, v->bottom + 16, SVG_MIDDLE, text);
        free = x + half + GAP;
    }
}

static void draw_labels_beside(const struct svg_canvas *v)
{
    char text[SVG_TEXT_BYTES];
    size_t every = (size_t)fmax(1, ceil(MIN_LABEL_ROW / svg_slot(v)));
    for (size_t i = 0; i < v->chart->n; i += every) {
        svg_text_fit(v->chart->labels[i], v->left - GAP, text);
        svg_text_put(v, v->left - GAP, svg_category_at(v, i) + 4, SVG_END, text);
    }
}

/* ---- the whole ---- */

static void layout_bars(struct svg_canvas *v)
{
    const struct svg_chart *c = v->chart;
    double side = c->stacked ? 1 : (double)c->nseries;
    double row = side > 1 ? 14 * side + 10 : ROW, all = row * (double)c->n;
    v->left = fmin(widest_label(c), v->width * 0.36) + GAP;
    v->right = v->width - widest_tick(v) / 2 - 4;
    v->bottom = v->top + fmax(ROW, fmin(all, MAX_BARS));
    v->height = (int)(v->bottom + SVG_LINE_HEIGHT + (c->y_title ? SVG_LINE_HEIGHT : 4));
}

static struct label_plan layout_columns(struct svg_canvas *v)
{
    const struct svg_chart *c = v->chart;
    int plot = v->width > SVG_CHART_NARROW ? 240 : 180;
    v->left = widest_tick(v) + GAP + 2;
    v->right = v->width - 4;
    struct label_plan p = plan_labels(c, svg_slot(v));
    /* A label that is turned reaches to the left, beyond its category. */
    double beyond = p.turned ? p.length * TURNED_COS - svg_slot(v) / 2 : 0;
    if (beyond > v->left) {
        v->left = fmin(beyond, v->width * 0.25);
        p.length = fmin(p.length, (v->left + svg_slot(v) / 2) / TURNED_COS);
    }
    v->bottom = v->top + plot;
    v->height = (int)(v->bottom + labels_height(&p) + (c->x_title ? SVG_LINE_HEIGHT : 4));
    return p;
}

void svg_axes_draw(struct svg_canvas *v)
{
    const struct svg_chart *c = v->chart;
    const char *upper = v->flat ? c->x_title : c->y_title;
    const char *lower = v->flat ? c->y_title : c->x_title;
    char text[SVG_TEXT_BYTES];
    fit_scale(v);
    if (upper) { /* along the upright axis, but for reading: above it */
        svg_text_fit(upper, v->width, text);
        svg_text_put(v, 0, v->top + 12, SVG_START, text);
        v->top += SVG_LINE_HEIGHT;
    }
    v->top += 8;
    struct label_plan p = {0};
    if (v->flat)
        layout_bars(v);
    else
        p = layout_columns(v);
    draw_ticks(v);
    if (v->flat)
        draw_labels_beside(v);
    else
        draw_labels_below(v, &p);
    if (lower) {
        svg_text_fit(lower, v->right - v->left, text);
        svg_text_put(v, (v->left + v->right) / 2, v->height - 4, SVG_MIDDLE, text);
    }
}
