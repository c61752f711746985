/* What charts need of the rows, and where they stand on the page. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/html_parts.h"
#include "formats/svg_chart.h"
#include "formats/text.h"

static size_t find_column(const struct html_section *s, const char *name)
{
    for (size_t i = 0; i < s->ncolumns; i++) {
        if (strcmp(s->columns[i].name, name) == 0)
            return i;
    }
    return SIZE_MAX;
}

static bool begin_chart(struct html *h, struct html_section *s, const struct chart_look *look,
                        struct html_chart *chart)
{
    size_t *y = arena_alloc(&h->arena, (look->ny + 1) * sizeof(*y));
    *chart = (struct html_chart){
        .look = look,
        .x = find_column(s, look->x),
        .falling = true,
        .y = y,
        .labels = arena_alloc(&h->arena, HTML_CHART_POINTS * sizeof(*chart->labels)),
        .values = arena_alloc(&h->arena, (look->ny + 1) * sizeof(*chart->values)),
    };
    for (size_t k = 0; k < look->ny; k++) {
        y[k] = find_column(s, look->y[k]);
        chart->values[k] = arena_alloc(&h->arena, HTML_CHART_POINTS * sizeof(*chart->values[k]));
        if (y[k] == SIZE_MAX)
            return false;
    }
    return chart->x != SIZE_MAX && look->ny;
}

void html_chart_begin(struct html *h, struct html_section *s, const struct result *r)
{
    const struct result_look *look = result_look(r);
    s->charts = arena_alloc(&h->arena, (look->ncharts + 1) * sizeof(*s->charts));
    for (size_t i = 0; i < look->ncharts; i++)
        s->ncharts += begin_chart(h, s, &look->charts[i], &s->charts[s->ncharts]);
}

/* On one line, and not longer than anybody would read below a column. */
static const char *make_label(struct html *h, const struct html_column *c, const struct cell *cell)
{
    size_t len = 0;
    const char *text = cell->text ? html_value_text(h, c, cell, false, &len) : "–";
    len = cell->text ? len : strlen(text);
    char *label = arena_strndup(&h->arena, text,
                                text_whole(text, len < HTML_LABEL_BYTES ? len : HTML_LABEL_BYTES));
    for (char *p = label; *p; p++) {
        if ((unsigned char)*p < ' ')
            *p = ' ';
    }
    return label;
}

/* Rows often begin with the latest day, but time goes from left to right. */
static void note_order(const struct html_section *s, struct html_chart *c, const struct cell *x)
{
    enum column_type type = s->columns[c->x].type;
    if ((type != COLUMN_DATE && type != COLUMN_DATETIME) || !x->text ||
        x->len >= sizeof(c->last_x)) {
        c->falling = false;
        return;
    }
    char text[sizeof(c->last_x)];
    memcpy(text, x->text, x->len);
    text[x->len] = '\0';
    if (c->n && strcmp(text, c->last_x) >= 0)
        c->falling = false;
    memcpy(c->last_x, text, x->len + 1);
}

static void turn_around(struct html_chart *c)
{
    for (size_t i = 0, k = c->n - 1; i < k; i++, k--) {
        const char *label = c->labels[i];
        c->labels[i] = c->labels[k];
        c->labels[k] = label;
        for (size_t y = 0; y < c->look->ny; y++) {
            double value = c->values[y][i];
            c->values[y][i] = c->values[y][k];
            c->values[y][k] = value;
        }
    }
}

void html_chart_row(struct html *h, struct html_section *s, const struct cell *cells)
{
    for (size_t i = 0; i < s->ncharts; i++) {
        struct html_chart *c = &s->charts[i];
        if (c->n == HTML_CHART_POINTS)
            continue;
        note_order(s, c, &cells[c->x]);
        c->labels[c->n] = make_label(h, &s->columns[c->x], &cells[c->x]);
        for (size_t k = 0; k < c->look->ny; k++) {
            long double value;
            bool there = tally_parse(&cells[c->y[k]], &value) && fabsl(value) < 1e300L;
            c->values[k][c->n] = there ? (double)value : NAN;
        }
        c->n++;
    }
}

static const char *title_of(const struct html *h, const struct html_section *s,
                            const struct html_chart *c)
{
    const char *title = label_text(c->look->title, h->locale->tag);
    return title ? title : s->title;
}

static bool is_whole(const struct html_section *s, const struct html_chart *c)
{
    for (size_t k = 0; k < c->look->ny; k++) {
        if (s->columns[c->y[k]].type != COLUMN_INTEGER)
            return false;
    }
    return true;
}

/* Twice, for wide and for narrow windows: letters must not shrink with the picture. */
static void write_chart(struct html *h, const struct html_section *s, size_t i, int width)
{
    const struct html_chart *c = &s->charts[i];
    struct svg_series *series = xcalloc(c->look->ny, sizeof(*series));
    struct number_format format = s->columns[c->y[0]].format;
    enum column_type x = s->columns[c->x].type;
    char id[64];
    struct buf out;
    if (c->look->y_format)
        number_format_parse(&format, c->look->y_format);
    for (size_t k = 0; k < c->look->ny; k++)
        series[k] = (struct svg_series){s->columns[c->y[k]].title, c->values[k]};
    struct svg_chart chart = {
        .kind = c->look->kind,
        .stacked = c->look->stacked,
        .ordered = x != COLUMN_TEXT && x != COLUMN_JSON && x != COLUMN_BOOLEAN,
        .whole = is_whole(s, c),
        .title = title_of(h, s, c),
        .x_title = label_text(c->look->x_title, h->locale->tag),
        .y_title = label_text(c->look->y_title, h->locale->tag),
        .labels = c->labels,
        .n = c->n,
        .series = series,
        .nseries = c->look->ny,
        .format = &format,
        .locale = h->locale,
    };
    buf_init(&out, SVG_CHART_MAX_BYTES);
    for (int narrow = 0; narrow < 2; narrow++) {
        buf_clear(&out);
        snprintf(id, sizeof(id), "g%zu-%zu%s", (size_t)(s - h->sections), i, narrow ? "n" : "");
        svg_chart_draw(&chart, narrow ? SVG_CHART_NARROW : width, id, &out);
        output_add_str(&h->page, narrow ? "<div class=\"narrow\">" : "<div class=\"wide\">");
        output_add(&h->page, out.data, out.len);
        output_add_str(&h->page, "</div>\n");
    }
    buf_release(&out);
    free(series);
}

static void write_caption(struct html *h, const struct html_section *s, const struct html_chart *c)
{
    /* The heading of the section says it already. */
    bool unseen = title_of(h, s, c) == s->title && c->look->place != CHART_COVER;
    output_add_str(&h->page,
                   unseen ? "<figcaption class=\"unseen\">" : "<figcaption dir=\"auto\">");
    html_page_text(h, title_of(h, s, c));
    output_add_str(&h->page, "</figcaption>\n");
}

/* That there are more rows than points, for which there is a sentence. */
static void write_cut(struct html *h, const struct html_section *s, const struct html_chart *c)
{
    if (s->rows <= c->n)
        return;
    output_add_str(&h->page, "<p class=\"note\">");
    html_page_counts(h, WORD_CHART_SHOWN, c->n, s->rows);
    output_add_str(&h->page, "</p>\n");
}

size_t html_chart_count(const struct html_section *s, unsigned places)
{
    size_t n = 0;
    for (size_t i = 0; i < s->ncharts; i++)
        n += s->charts[i].n && places >> s->charts[i].look->place & 1;
    return n;
}

void html_chart_write(struct html *h, const struct html_section *s, unsigned places, bool half)
{
    size_t n = html_chart_count(s, places);
    if (!n)
        return;
    half |= n > 1;
    output_add_str(&h->page,
                   n > 1 ? "<div class=\"charts several\">\n" : "<div class=\"charts\">\n");
    for (size_t i = 0; i < s->ncharts; i++) {
        struct html_chart *c = &s->charts[i];
        if (!c->n || !(places >> c->look->place & 1))
            continue;
        if (c->falling)
            turn_around(c);
        output_add_str(&h->page, "<figure class=\"chart\">\n");
        write_caption(h, s, c);
        write_chart(h, s, i, half ? SVG_CHART_HALF : SVG_CHART_WIDE);
        write_cut(h, s, c);
        output_add_str(&h->page, "</figure>\n");
    }
    output_add_str(&h->page, "</div>\n");
}
