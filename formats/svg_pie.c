/* Pies: pieces clockwise from the top, with a legend that says how large each is. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/svg_parts.h"
#include "lib/mem.h"

enum { MAX_PIECES = 8, RADIUS = 110, LEGEND_LINE = 24 };
#define SMALL 0.02 /* of the whole: such pieces are put together if there are several */
#define TURN  6.283185307179586

struct piece {
    const char *label;
    double value;
};

struct pie {
    struct piece pieces[MAX_PIECES];
    size_t n;
    double total;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The value that a piece must reach to be one of its own. */
static double find_limit(const struct svg_chart *c, double total, size_t npieces)
{
    double *sorted = xcalloc(c->n, sizeof(*sorted)), limit = 0;
    for (size_t i = 0; i < c->n; i++)
        sorted[i] = c->series[0].values[i] > 0 ? c->series[0].values[i] : 0;
    qsort(sorted, c->n, sizeof(*sorted), by_value);
    if (npieces > MAX_PIECES)
        limit = sorted[MAX_PIECES - 2];
    size_t small = 0;
    while (small < npieces && sorted[npieces - 1 - small] < total * SMALL)
        small++;
    if (small > 1)
        limit = fmax(limit, total * SMALL);
    free(sorted);
    return limit;
}

/* What is below zero, and what is not there, is no part of a whole. */
static void cut(const struct svg_chart *c, struct pie *p)
{
    const double *values = c->series[0].values;
    size_t npieces = 0;
    double rest = 0;
    *p = (struct pie){0};
    for (size_t i = 0; i < c->n; i++) {
        p->total += values[i] > 0 ? values[i] : 0;
        npieces += values[i] > 0;
    }
    double limit = find_limit(c, p->total, npieces);
    for (size_t i = 0; i < c->n; i++) {
        if (!(values[i] > 0))
            continue;
        /* Of equal ones the last may have no room. */
        if (values[i] >= limit && p->n < MAX_PIECES - (limit > 0))
            p->pieces[p->n++] = (struct piece){c->labels[i], values[i]};
        else
            rest += values[i];
    }
    if (rest > 0)
        p->pieces[p->n++] = (struct piece){locale_word(c->locale, WORD_OTHER), rest};
}

static void draw_piece(const struct svg_canvas *v, const struct pie *p, size_t i, double start)
{
    const struct piece *piece = &p->pieces[i];
    double cx = RADIUS + 4, cy = v->top + RADIUS + 4;
    double a = start / p->total * TURN, b = (start + piece->value) / p->total * TURN;
    if (p->n == 1)
        buf_printf(v->out, "<circle class=\"piece c%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\">",
                   i % SVG_CHART_COLORS, cx, cy, RADIUS);
    else
        buf_printf(v->out,
                   "<path class=\"piece c%zu\" d=\"M%.1f %.1fL%.2f %.2fA%d %d 0 %d 1 %.2f %.2fZ\">",
                   i % SVG_CHART_COLORS, cx, cy, cx + RADIUS * sin(a), cy - RADIUS * cos(a), RADIUS,
                   RADIUS, b - a > TURN / 2, cx + RADIUS * sin(b), cy - RADIUS * cos(b));
    svg_text_hint(v, piece->label, &v->chart->series[0], piece->value);
    buf_add_str(v->out, p->n == 1 ? "</circle>" : "</path>");
}

static void percent_text(const struct svg_chart *c, double part, char *out, size_t size)
{
    static const char format[] = "0.0%";
    struct number_format f;
    struct buf shown;
    char digits[32];
    number_format_parse(&f, format);
    buf_init(&shown, 256);
    int len = snprintf(digits, sizeof(digits), "%.9f", part);
    number_format_show(&f, c->locale, COLUMN_DECIMAL, digits, (size_t)len, &shown);
    snprintf(out, size, "%s", shown.data);
    buf_release(&shown);
}

static void draw_legend(const struct svg_canvas *v, const struct pie *p, double x, double y)
{
    char value[SVG_TEXT_BYTES], percent[32], label[SVG_TEXT_BYTES];
    double values = 0, percents = svg_text_width("100.0%");
    for (size_t i = 0; i < p->n; i++) {
        svg_text_value(v->chart, p->pieces[i].value, -1, value, sizeof(value));
        values = fmax(values, svg_text_width(value));
    }
    double longest = 0, room = v->width - x - 24 - values - percents - 32;
    for (size_t i = 0; i < p->n; i++)
        longest = fmax(longest, svg_text_width(p->pieces[i].label));
    room = fmin(room, longest + 1);
    for (size_t i = 0; i < p->n; i++, y += LEGEND_LINE) {
        svg_swatch(v, x, y - 10, i);
        svg_text_fit(p->pieces[i].label, room, label);
        svg_text_put(v, x + 20, y, SVG_START, label);
        svg_text_value(v->chart, p->pieces[i].value, -1, value, sizeof(value));
        svg_text_put(v, x + 20 + room + 16 + values, y, SVG_END, value);
        percent_text(v->chart, p->pieces[i].value / p->total, percent, sizeof(percent));
        svg_text_put(v, x + 20 + room + 32 + values + percents, y, SVG_END, percent);
    }
}

void svg_pie_draw(struct svg_canvas *v)
{
    struct pie p;
    double start = 0, size = 2 * RADIUS + 8;
    bool beside = v->width >= SVG_CHART_HALF;
    cut(v->chart, &p);
    if (!isfinite(p.total))
        p.n = 0;
    double legend = (double)p.n * LEGEND_LINE;
    v->height = (int)(v->top + (beside ? fmax(size, legend) : size + legend + 12));
    if (p.n == 0) {
        buf_printf(v->out, "<circle class=\"ring\" cx=\"%d\" cy=\"%.1f\" r=\"%d\"/>", RADIUS + 4,
                   v->top + RADIUS + 4, RADIUS);
        return;
    }
    for (size_t i = 0; i < p.n; i++) {
        draw_piece(v, &p, i, start);
        start += p.pieces[i].value;
    }
    if (beside)
        draw_legend(v, &p, size + 32, v->top + (size - legend) / 2 + LEGEND_LINE - 6);
    else
        draw_legend(v, &p, 0, v->top + size + LEGEND_LINE);
}
