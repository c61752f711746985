#include "formats/svg_chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/svg_scale.h"
#include "formats/xml_parse.h"
#include "lib/utf8.h"
#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- scales ---- */

static void check_scale(double low, double high, int want, bool whole)
{
    struct svg_scale s;
    svg_scale_fit(&s, low, high, want, whole);
    double step = svg_scale_tick(&s, 1) - svg_scale_tick(&s, 0);
    ck_assert_msg(s.low <= low + step * 1e-8 && s.high >= high - step * 1e-8,
                  "%g..%g is not within %g..%g", low, high, s.low, s.high);
    ck_assert(s.unit == 1 || s.unit == 2 || s.unit == 5);
    ck_assert(!whole || s.exponent >= 0);
    ck_assert_msg(s.nticks >= 2 && s.nticks <= want + 3, "%g..%g: %d ticks", low, high, s.nticks);
    for (int i = 1; i < s.nticks; i++)
        ck_assert(svg_scale_tick(&s, i) > svg_scale_tick(&s, i - 1));
    /* Not more than a step of each end is empty. */
    if (!whole && high - low > fabs(high) * 1e-6)
        ck_assert_msg(low - s.low < step * 1.001 && s.high - high < step * 1.001, "%g..%g: %g..%g",
                      low, high, s.low, s.high);
}

START_TEST(test_scales)
{
    static const double ends[] = {0,    1e-200, 1e-9, 0.001, 0.1,  0.3,   1,    1.5,  7,
                                  9.99, 10,     31,   99,    1234, 99999, 1e15, 1e99, 9e299};
    for (size_t i = 0; i < COUNT(ends); i++) {
        for (size_t k = 0; k < COUNT(ends); k++) {
            for (int want = 3; want <= 5; want++) {
                check_scale(-ends[i], ends[k], want, false);
                check_scale(-ends[i], ends[k], want, true);
                if (ends[i] <= ends[k])
                    check_scale(ends[i], ends[k], want, false);
            }
        }
    }
}
END_TEST

START_TEST(test_scale_table)
{
    static const struct {
        double low, high;
        bool whole;
        const char *ticks;
    } cases[] = {
        {0, 10, false, "0 2 4 6 8 10"},
        {0, 717, false, "0 200 400 600 800"},
        {0, 0.35, false, "0.0 0.1 0.2 0.3 0.4"},
        {-3, 7, false, "-4 -2 0 2 4 6 8"},
        {0, 1, false, "0.0 0.2 0.4 0.6 0.8 1.0"},
        {0, 1, true, "0 1"},
        {0, 2, true, "0 1 2"},
        {0, 0, false, "0.0 0.2 0.4 0.6 0.8 1.0"},
        {0, 0, true, "0 1"},
        {100, 100, false, "90 95 100 105 110"},
        {1000000, 1000003, false, "1000000 1000001 1000002 1000003"},
        {0, 1234567, false, "0 500000 1000000 1500000"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct svg_scale s;
        char got[256] = "";
        size_t at = 0;
        svg_scale_fit(&s, cases[i].low, cases[i].high, 5, cases[i].whole);
        for (int k = 0; k < s.nticks; k++)
            at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%.*f", k ? " " : "", s.decimals,
                                   svg_scale_tick(&s, k));
        ck_assert_str_eq(got, cases[i].ticks);
    }
    ck_assert(svg_scale_needs_zero(0, 5));
    ck_assert(svg_scale_needs_zero(-1, 5));
    ck_assert(svg_scale_needs_zero(2, 5));
    ck_assert(!svg_scale_needs_zero(1000, 1010));
    ck_assert(!svg_scale_needs_zero(-1010, -1000));
}
END_TEST

/* ---- pictures ---- */

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

/* Well-formed, without what a double may become, and all of it within the picture. */
static void check_picture(const struct buf *out, int width)
{
    struct xml_parser p;
    int w = 0, h = 0;
    xml_parse_init(&p, "title");
    ck_assert(buf_ok(out) && utf8_valid(out->data, out->len));
    ck_assert_msg(xml_parse_feed(&p, out->data, out->len) == 0 && xml_parse_end(&p) == 0,
                  "%s at %llu: %.3000s", p.wrong, (unsigned long long)p.offset, out->data);
    ck_assert_int_eq(sscanf(out->data, "<svg viewBox=\"0 0 %d %d\" role=\"img\"", &w, &h), 2);
    ck_assert_int_eq(w, width);
    ck_assert(h > 50 && h < 2000);
    static const char *const attributes[] = {" x=\"", " y=\"", " cx=\"", " cy=\""};
    for (size_t i = 0; i < COUNT(attributes); i++) {
        for (const char *s = out->data; (s = strstr(s, attributes[i])) != NULL; s++) {
            double at = strtod(s + strlen(attributes[i]), NULL);
            ck_assert_msg(at >= 0 &&
                              at <= (attributes[i][strlen(attributes[i]) - 3] == 'x' ? w : h),
                          "%.40s in %d x %d", s, w, h);
        }
    }
    const char *shapes = strstr(out->data, "</desc>");
    ck_assert_ptr_nonnull(shapes);
    ck_assert_ptr_null(strstr(shapes, "=\"nan"));
    ck_assert_ptr_null(strstr(shapes, "=\"inf"));
    ck_assert_ptr_null(strstr(shapes, "width=\"-"));
    ck_assert_ptr_null(strstr(shapes, "height=\"-"));
}

enum { MOST = 1000 };

static struct number_format plain;
static double first[MOST], second[MOST];
static const char *labels[MOST];
static struct svg_series series[] = {{"First", first}, {"Second & last", second}};

static struct svg_chart make_chart(enum chart_kind kind, size_t n, size_t nseries)
{
    return (struct svg_chart){.kind = kind,
                              .title = "A chart <of> \"something\"",
                              .labels = labels,
                              .n = n,
                              .series = series,
                              .nseries = kind == CHART_PIE ? 1 : nseries,
                              .format = &plain,
                              .locale = &locale_default};
}

static void draw(const struct svg_chart *c, int width, struct buf *out)
{
    buf_init(out, SVG_CHART_MAX_BYTES);
    svg_chart_draw(c, width, "id", out);
    check_picture(out, width);
}

/* Kinds of data that charts meet. */
static void fill(int data, size_t n)
{
    static char names[MOST][160];
    for (size_t i = 0; i < n; i++) {
        double x = (double)i;
        static const double some[] = {0, -5, 3, NAN, 1e-9, 100};
        first[i] = data == 0   ? x * 3 + 1
                   : data == 1 ? 0
                   : data == 2 ? NAN
                   : data == 3 ? some[i % 6]
                   : data == 4 ? -x - 1
                   : data == 5 ? 9.9e299
                   : data == 6 ? 1e-300 * x
                               : 1000000 + x / 7;
        second[i] = data == 3 ? some[(i + 3) % 6] : first[i] / 2;
        snprintf(names[i], sizeof(names[i]),
                 data % 2 ? "%zu"
                          : "A category <%zu> with a long name that goes on, مرحبا 日本語 & so",
                 i);
        labels[i] = names[i];
    }
}

START_TEST(test_all_kinds)
{
    static const size_t sizes[] = {1, 2, 7, 31, 45, 1000};
    static const int widths[] = {SVG_CHART_WIDE, SVG_CHART_HALF, SVG_CHART_NARROW};
    for (int kind = CHART_LINE; kind <= CHART_PIE; kind++) {
        for (int data = 0; data < 8; data++) {
            for (size_t s = 0; s < COUNT(sizes); s++) {
                fill(data, sizes[s]);
                struct svg_chart c = make_chart((enum chart_kind)kind, sizes[s], 2);
                struct buf out;
                c.ordered = data % 2;
                c.stacked = s % 2;
                c.x_title = data ? "x & more" : NULL;
                c.y_title = s ? "y" : NULL;
                draw(&c, widths[(s + (size_t)data) % 3], &out);
                buf_release(&out);
            }
        }
    }
}
END_TEST

static void set(const double *values, size_t n)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    for (size_t i = 0; i < n; i++) {
        first[i] = second[i] = values[i];
        labels[i] = names[i];
    }
}

START_TEST(test_lines)
{
    static const double gaps[] = {1, 2, NAN, 4, NAN, 6, 7, 8};
    struct buf out;
    set(gaps, COUNT(gaps));
    struct svg_chart c = make_chart(CHART_LINE, COUNT(gaps), 1);
    draw(&c, SVG_CHART_HALF, &out);
    const char *line = strstr(out.data, "<path class=\"line k0 d0\" d=\"");
    ck_assert_ptr_nonnull(line);
    char *d = strndup(line, strcspn(line, ">"));
    ck_assert_uint_eq(count(d, "M"), 3); /* the gaps stay */
    ck_assert_uint_eq(count(d, "L"), 3);
    free(d);
    ck_assert_uint_eq(count(out.data, "<circle"), 6);
    ck_assert_ptr_nonnull(strstr(out.data, "<title>d: 4</title>"));
    ck_assert_ptr_nonnull(strstr(out.data, "First: Minimum 1, Maximum 8</desc>"));
    buf_release(&out);
    c.kind = CHART_AREA;
    draw(&c, SVG_CHART_HALF, &out);
    ck_assert_uint_eq(count(out.data, "Z"), 3);
    buf_release(&out);
}
END_TEST

static double attribute(const char *shape, const char *name)
{
    const char *at = strstr(shape, name);
    ck_assert_ptr_nonnull(at);
    return strtod(at + strlen(name), NULL);
}

/* Lengths are in the proportion of the values, from zero to both sides. */
START_TEST(test_columns)
{
    static const double values[] = {10, -5, NAN, 20};
    static const char *const kinds[] = {" height=\"", " width=\""};
    for (int flat = 0; flat < 2; flat++) {
        struct buf out;
        set(values, COUNT(values));
        struct svg_chart c = make_chart(flat ? CHART_BAR : CHART_COLUMN, COUNT(values), 1);
        draw(&c, SVG_CHART_WIDE, &out);
        ck_assert_uint_eq(count(out.data, "<rect"), 3);
        const char *one = strstr(out.data, "<rect"), *two = strstr(one + 1, "<rect");
        const char *three = strstr(two + 1, "<rect");
        double unit = attribute(three, kinds[flat]) / 20;
        ck_assert(fabs(attribute(one, kinds[flat]) - 10 * unit) < 0.2);
        ck_assert(fabs(attribute(two, kinds[flat]) - 5 * unit) < 0.2);
        /* The one below zero begins where the others end. */
        if (flat)
            ck_assert(fabs(attribute(two, " x=\"") + 5 * unit - attribute(one, " x=\"")) < 0.2);
        else
            ck_assert(fabs(attribute(one, " y=\"") + 10 * unit - attribute(two, " y=\"")) < 0.2);
        buf_release(&out);
    }
}
END_TEST

/* Values that are far from zero: columns begin there all the same, lines don't. */
START_TEST(test_baseline)
{
    static const double values[] = {1000, 1010};
    struct buf out;
    set(values, COUNT(values));
    struct svg_chart c = make_chart(CHART_COLUMN, COUNT(values), 1);
    draw(&c, SVG_CHART_WIDE, &out);
    const char *one = strstr(out.data, "<rect"), *two = strstr(one + 1, "<rect");
    double part = attribute(one, " height=\"") / attribute(two, " height=\"");
    ck_assert(fabs(part - 1000.0 / 1010) < 0.005);
    ck_assert_ptr_nonnull(strstr(out.data, ">0</text>"));
    buf_release(&out);
    c.kind = CHART_LINE;
    draw(&c, SVG_CHART_WIDE, &out);
    ck_assert_ptr_null(strstr(out.data, ">0</text>"));
    ck_assert_ptr_nonnull(strstr(out.data, ">1,010</text>"));
    buf_release(&out);
}
END_TEST

START_TEST(test_stacked)
{
    static const double values[] = {10, -5};
    struct buf out;
    set(values, COUNT(values));
    struct svg_chart c = make_chart(CHART_COLUMN, COUNT(values), 2);
    c.stacked = true;
    draw(&c, SVG_CHART_WIDE, &out);
    const char *low = strstr(out.data, "</desc>");
    low = strstr(low, "<rect class=\"c0\" x=\"4"); /* the legend's swatch */
    const char *one = strstr(low + 1, "<rect class=\"c0\""),
               *two = strstr(one, "<rect class=\"c1\"");
    ck_assert(fabs(attribute(two, " y=\"") + attribute(two, " height=\"") -
                   attribute(one, " y=\"")) < 0.2);
    ck_assert_ptr_nonnull(strstr(out.data, ">Second &amp; last</text>"));
    ck_assert_ptr_nonnull(strstr(out.data, ">20</text>")); /* the axis reaches the sum */
    buf_release(&out);
}
END_TEST

START_TEST(test_pies)
{
    static const double many[] = {40, 20, 10, 8, 6, 5, 4, 3, 2, 1, 0.5, 0.5};
    static const double odd[] = {-5, NAN, 0, 3, 1};
    static const double none[] = {0, 0, NAN};
    struct buf out;
    set(many, COUNT(many));
    struct svg_chart c = make_chart(CHART_PIE, COUNT(many), 1);
    draw(&c, SVG_CHART_WIDE, &out);
    ck_assert_uint_eq(count(out.data, "class=\"piece"), 8);
    ck_assert_ptr_nonnull(strstr(out.data, ">Other</text>"));
    ck_assert_ptr_nonnull(strstr(out.data, ">7</text>")); /* 3 + 2 + 1 + 0.5 + 0.5 */
    ck_assert_ptr_nonnull(strstr(out.data, ">40.0%</text>"));
    buf_release(&out);
    set(odd, COUNT(odd));
    c = make_chart(CHART_PIE, COUNT(odd), 1);
    draw(&c, SVG_CHART_WIDE, &out);
    ck_assert_uint_eq(count(out.data, "class=\"piece"), 2);
    ck_assert_ptr_nonnull(strstr(out.data, ">75.0%</text>"));
    ck_assert_ptr_null(strstr(out.data, ">Other</text>"));
    buf_release(&out);
    set(none, COUNT(none));
    c = make_chart(CHART_PIE, COUNT(none), 1);
    draw(&c, SVG_CHART_NARROW, &out);
    ck_assert_ptr_nonnull(strstr(out.data, "class=\"ring\""));
    buf_release(&out);
}
END_TEST

/* Labels below columns don't run into each other: dates are thinned out, names are turned. */
START_TEST(test_labels)
{
    static char names[60][16];
    struct buf out;
    for (size_t i = 0; i < 60; i++) {
        first[i] = second[i] = 1;
        snprintf(names[i], sizeof(names[i]), "2026-10-%02zu", i);
        labels[i] = names[i];
    }
    struct svg_chart c = make_chart(CHART_COLUMN, 60, 1);
    c.ordered = true;
    draw(&c, SVG_CHART_HALF, &out);
    double end = -100;
    size_t n = 0;
    for (const char *p = out.data; (p = strstr(p, "<text class=\"mid\" x=\"")) != NULL; p++, n++) {
        double x = strtod(p + 21, NULL);
        ck_assert_msg(x - 35 > end, "%.60s begins before %g", p, end);
        end = x + 30; /* ten characters of about six pixels */
    }
    ck_assert(n >= 4 && n < 10);
    buf_release(&out);
    c.ordered = false;
    c.n = 12;
    draw(&c, SVG_CHART_HALF, &out);
    ck_assert_uint_eq(count(out.data, "rotate(-35)"), 12);
    buf_release(&out);
}
END_TEST

START_TEST(test_number_formats)
{
    static const double values[] = {0.5, 0.25};
    struct number_format percent;
    struct buf out;
    number_format_parse(&percent, "0%");
    set(values, COUNT(values));
    struct svg_chart c = make_chart(CHART_LINE, COUNT(values), 1);
    c.format = &percent;
    draw(&c, SVG_CHART_HALF, &out);
    ck_assert_ptr_nonnull(strstr(out.data, ">50%</text>"));
    ck_assert_ptr_nonnull(strstr(out.data, "<title>b: 25%</title>"));
    buf_release(&out);
    c.format = &plain;
    c.locale = locale_by_tag("de");
    first[0] = 1234567.5;
    draw(&c, SVG_CHART_HALF, &out);
    ck_assert_ptr_nonnull(strstr(out.data, "<title>a: 1.234.567,5</title>"));
    ck_assert_ptr_nonnull(strstr(out.data, ">1.000.000</text>"));
    buf_release(&out);
}
END_TEST

int main(void)
{
    return unit_main("svg_chart",
                     (const TTest *const[]){test_scales, test_scale_table, test_all_kinds,
                                            test_lines, test_columns, test_baseline, test_stacked,
                                            test_pies, test_labels, test_number_formats, NULL});
}
