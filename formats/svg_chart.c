#include "formats/svg_chart.h"

#include <math.h>
#include <string.h>

#include "formats/svg_parts.h"
#include "formats/xml_text.h"

/*
 * Colours that the colour-blind tell apart, since they differ in lightness, too; each has a
 * contrast of 3 to the page.
 */
const char svg_chart_css[] =
    ":root{--c0:#1f6fb2;--c1:#b8410a;--c2:#0b6b4f;--c3:#6b3a78;--c4:#ac8d00;--c5:#2598ba;"
    "--c6:#8c0d33;--c7:#6b7480}"
    "@media screen and (prefers-color-scheme:dark){:root{--c0:#5aa9e6;--c1:#f0843c;--c2:#35a07c;"
    "--c3:#c064b8;--c4:#ecdc6a;--c5:#b2ecf8;--c6:#f23d78;--c7:#a8afb9}}"
    ".chart text{font-size:12px;fill:var(--muted)}"
    ".chart .mid{text-anchor:middle}.chart .end{text-anchor:end}"
    ".chart path{fill:none}.chart .grid{stroke:var(--line)}.chart .zero{stroke:var(--muted)}"
    ".chart .line{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}"
    ".chart .d1{stroke-dasharray:7 4}.chart .d2{stroke-dasharray:2 4}"
    ".chart .d3{stroke-dasharray:9 4 2 4}"
    ".chart .dot,.chart .piece{stroke:var(--page);stroke-width:1.5}"
    ".chart .ring{fill:none;stroke:var(--line);stroke-width:2}"
    ".chart .area{fill-opacity:.18}.chart .solid{fill-opacity:.72}"
    ".chart .c0{fill:var(--c0)}.chart .c1{fill:var(--c1)}.chart .c2{fill:var(--c2)}"
    ".chart .c3{fill:var(--c3)}.chart .c4{fill:var(--c4)}.chart .c5{fill:var(--c5)}"
    ".chart .c6{fill:var(--c6)}.chart .c7{fill:var(--c7)}"
    ".chart .k0{stroke:var(--c0)}.chart .k1{stroke:var(--c1)}.chart .k2{stroke:var(--c2)}"
    ".chart .k3{stroke:var(--c3)}.chart .k4{stroke:var(--c4)}.chart .k5{stroke:var(--c5)}"
    ".chart .k6{stroke:var(--c6)}.chart .k7{stroke:var(--c7)}";

void svg_swatch(const struct svg_canvas *v, double x, double y, size_t color)
{
    if (v->chart->kind == CHART_LINE)
        buf_printf(v->out, "<path class=\"line k%zu d%zu\" d=\"M%.1f %.1fh20\"/>",
                   color % SVG_CHART_COLORS, color % 4, x - 4, y + 6);
    else
        buf_printf(v->out,
                   "<rect class=\"c%zu\" x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\"/>",
                   color % SVG_CHART_COLORS, x, y);
}

/* The names of several series, in as many lines as they need. */
static void draw_legend(struct svg_canvas *v)
{
    const struct svg_chart *c = v->chart;
    char text[SVG_TEXT_BYTES];
    double x = 4;
    if (c->nseries < 2)
        return;
    v->top += 4;
    for (size_t k = 0; k < c->nseries; k++) {
        svg_text_fit(c->series[k].title, v->width - 32, text);
        double width = 22 + svg_text_width(text);
        if (x > 4 && x + width > v->width) {
            x = 4;
            v->top += SVG_LINE_HEIGHT;
        }
        svg_swatch(v, x, v->top, k);
        svg_text_put(v, x + 22, v->top + 10.5, SVG_START, text);
        x += width + 20;
    }
    v->top += SVG_LINE_HEIGHT + 4;
}

/* Each series with its smallest and largest value: what a glance would tell. */
static void describe(const struct svg_canvas *v)
{
    const struct svg_chart *c = v->chart;
    char text[SVG_TEXT_BYTES];
    for (size_t k = 0; k < c->nseries; k++) {
        double low = NAN, high = NAN;
        for (size_t i = 0; i < c->n; i++) {
            low = fmin(low, c->series[k].values[i]);
            high = fmax(high, c->series[k].values[i]);
        }
        buf_add_str(v->out, k ? "; " : "");
        xml_text_add(v->out, c->series[k].title, strlen(c->series[k].title));
        if (isnan(low))
            continue;
        svg_text_value(c, low, -1, text, sizeof(text));
        buf_printf(v->out, ": %s ", locale_word(c->locale, WORD_MINIMUM));
        xml_text_add(v->out, text, strlen(text));
        svg_text_value(c, high, -1, text, sizeof(text));
        buf_printf(v->out, ", %s ", locale_word(c->locale, WORD_MAXIMUM));
        xml_text_add(v->out, text, strlen(text));
    }
}

static void draw_shapes(struct svg_canvas *v)
{
    draw_legend(v);
    if (v->chart->kind == CHART_PIE) {
        svg_pie_draw(v);
        return;
    }
    svg_axes_draw(v);
    if (v->chart->kind == CHART_LINE || v->chart->kind == CHART_AREA)
        svg_lines_draw(v);
    else
        svg_bars_draw(v);
}

void svg_chart_draw(const struct svg_chart *c, int width, const char *id, struct buf *out)
{
    struct buf shapes; /* only what is drawn tells how high it is */
    struct svg_canvas v = {
        .chart = c, .out = &shapes, .width = width, .flat = c->kind == CHART_BAR};
    buf_init(&shapes, SVG_CHART_MAX_BYTES);
    draw_shapes(&v);
    buf_printf(out,
               "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\">"
               "<title id=\"%s-t\">",
               v.width, v.height, id, id, id);
    xml_text_add(out, c->title, strlen(c->title));
    buf_printf(out, "</title><desc id=\"%s-d\">", id);
    v.out = out;
    describe(&v);
    buf_add_str(out, "</desc>");
    buf_add(out, shapes.data, shapes.len);
    buf_add_str(out, "</svg>\n");
    buf_release(&shapes);
}
