#include "formats/xlsx_cover.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/logo.h"
#include "lib/utf8.h"
#include "lib/zone.h"

enum {
    COLUMNS = 4,
    WIDTH = 26, /* of each, in characters */
    LINE = 16,  /* points */
    TITLE_LINE = 30,
    FIGURE_HEIGHT = 34,
    MAX_HEIGHT = 409, /* Excel's own */
    LOGO_ROWS = 3,
    PRINT_PERCENT = 80, /* fits, whatever font is there; a fit to the page would ignore breaks */
};

/* Where it is written. */
struct page {
    struct xlsx_book *book;
    struct xlsx_pen *pen;
    unsigned sheet;
};

static int put(struct xlsx_pen *p, unsigned col, const char *s, enum xlsx_fixed_style style,
               struct err *e)
{
    return xlsx_pen_text(p, col, s, strlen(s), &p->styles[style], e);
}

/* How many lines a text needs over columns `from` to the last one; titles are twice as large. */
static size_t count_lines(unsigned from, const char *s, enum xlsx_fixed_style style)
{
    size_t per_line = (size_t)WIDTH * (COLUMNS - from) / (style == XLSX_TITLE ? 2 : 1), lines = 0;
    do {
        size_t n = strcspn(s, "\n");
        lines += utf8_columns(s, n) / per_line + 1;
        s += n + (s[n] == '\n');
    } while (*s);
    return lines;
}

/* Begins a row that is high enough for a text over columns `from` to the last one: Excel finds no
 * height for merged cells. */
static int begin_lines(struct page *g, unsigned from, const char *s, enum xlsx_fixed_style style,
                       struct err *e)
{
    size_t height = count_lines(from, s, style) * (style == XLSX_TITLE ? TITLE_LINE : LINE);
    if (height > MAX_HEIGHT)
        height = MAX_HEIGHT;
    return xlsx_rows_row(g->pen->rows, g->pen->row, height > LINE ? (unsigned)height : 0, e);
}

/* A text over columns `from` to the last one. */
static int put_merged(struct page *g, unsigned from, const char *s, enum xlsx_fixed_style style,
                      struct err *e)
{
    if (put(g->pen, from, s, style, e) != 0)
        return -1;
    for (unsigned col = from + 1; col < COLUMNS; col++)
        xlsx_pen_blank(g->pen, col, &g->pen->styles[style]);
    xlsx_frame_merge(&g->book->frame, g->sheet, g->pen->row, from, COLUMNS - 1);
    return 0;
}

/* The same, in a row of its own. */
static int put_paragraph(struct page *g, const char *s, enum xlsx_fixed_style style, struct err *e)
{
    return begin_lines(g, 0, s, style, e) == 0 ? put_merged(g, 0, s, style, e) : -1;
}

/* ---- title and logo ---- */

/* Over rows of the default height: the library reckons with it, whatever height they are given. */
static int put_logo(struct page *g, struct err *e)
{
    const char *path = document_look(g->book->doc)->logo;
    struct logo logo;
    if (!path)
        return 0;
    if (logo_read(&logo, path, e) != 0)
        return -1;
    xlsx_frame_picture(&g->book->frame, g->sheet, g->pen->row, &logo.data,
                       (double)LOGO_HEIGHT / logo.height);
    logo_release(&logo);
    g->pen->row += LOGO_ROWS;
    return 0;
}

static int put_heading(struct page *g, struct err *e)
{
    struct xlsx_pen *p = g->pen;
    const struct document *doc = g->book->doc;
    if (put_logo(g, e) != 0 || put_paragraph(g, doc->title, XLSX_TITLE, e) != 0)
        return -1;
    p->row++;
    if (doc->description[0]) {
        if (put_paragraph(g, doc->description, XLSX_SUBTITLE, e) != 0)
            return -1;
        p->row++;
    }
    p->row++;
    return 0;
}

/* ---- figures ---- */

/* Large numbers are read in thousands. An average has two decimals, or those of its decimals. */
static void figure_format(const struct xlsx_pen *p, const struct figure *f, char out[64])
{
    bool average = f->look->value == TOTAL_AVERAGE;
    unsigned places = f->type == COLUMN_DECIMAL ? (unsigned)f->tally.places : 0;
    if (average && places < 2)
        places = 2;
    if (f->look->value == TOTAL_COUNT || (f->type == COLUMN_INTEGER && !average)) {
        snprintf(out, 64, "#,##0");
    } else if (average || f->type == COLUMN_DECIMAL) {
        char plain[64];
        xlsx_pen_format_of(p, COLUMN_DECIMAL, places, plain);
        snprintf(out, 64, "#,##%.59s", plain);
    } else {
        xlsx_pen_format_of(p, f->type, 0, out);
    }
}

static int put_figure(struct xlsx_pen *p, unsigned col, const struct figure *f, struct err *e)
{
    char by_type[64];
    double value;
    struct xlsx_style *style;
    bool words = tally_is_cell(f->look->value) &&
                 (f->type == COLUMN_TEXT || f->type == COLUMN_JSON || f->type == COLUMN_BINARY);
    struct xlsx_look look = {.number_format = f->number_format, .figure = true, .words = words};
    if (!look.number_format) {
        figure_format(p, f, by_type);
        look.number_format = by_type;
    }
    if (xlsx_pen_look(p, &look, &style, e) != 0)
        return -1;
    if (tally_is_cell(f->look->value)) {
        const struct cell cell = tally_text(&f->tally);
        const struct xlsx_column column = {.type = f->type, .own = style};
        if (!cell.text)
            return xlsx_pen_text(p, col, "–", strlen("–"), style, e);
        return xlsx_pen_cell(p, col, &column, &cell, e);
    }
    if (!tally_number(&f->tally, &value))
        return xlsx_pen_text(p, col, "–", strlen("–"), style, e);
    xlsx_pen_number(p, col, value, style);
    return 0;
}

/* Four in a row, each below what it is. */
static int put_figures(struct xlsx_pen *p, const struct figures *figures, struct err *e)
{
    for (size_t first = 0; first < figures->n; first += COLUMNS) {
        size_t n = figures->n - first < COLUMNS ? figures->n - first : COLUMNS;
        if (xlsx_rows_row(p->rows, p->row, LINE * 2, e) != 0)
            return -1;
        for (size_t i = 0; i < n; i++) {
            const struct figure *f = &figures->items[first + i];
            if (put(p, (unsigned)i, f->title ? f->title : f->look->column, XLSX_FIGURE_LABEL, e) !=
                0)
                return -1;
        }
        p->row++;
        if (xlsx_rows_row(p->rows, p->row, FIGURE_HEIGHT, e) != 0)
            return -1;
        for (size_t i = 0; i < n; i++) {
            if (put_figure(p, (unsigned)i, &figures->items[first + i], e) != 0)
                return -1;
        }
        p->row += 2;
    }
    return 0;
}

/* ---- facts ---- */

/* A label, what it labels, and on to the next row. */
static int put_labelled(struct page *g, const char *label, const char *text,
                        enum xlsx_fixed_style style, struct err *e)
{
    if (begin_lines(g, 1, text, style, e) != 0 || put(g->pen, 0, label, XLSX_LABEL, e) != 0 ||
        put_merged(g, 1, text, style, e) != 0)
        return -1;
    g->pen->row++;
    return 0;
}

static int put_line(struct page *g, enum locale_word label, const char *value, struct err *e)
{
    return put_labelled(g, locale_word(g->pen->locale, label), value, XLSX_VALUE, e);
}

static int put_instant(struct page *g, enum locale_word label, time_t t, struct err *e)
{
    const struct document *doc = g->book->doc;
    const char *zone = zone_exists(doc->timezone) ? doc->timezone : "UTC";
    struct civil c;
    char date[32], text[128];
    zone_from_utc(zone, t, &c);
    locale_date(g->pen->locale, &c, date, sizeof(date));
    snprintf(text, sizeof(text), "%s %02d:%02d %s", date, c.hour, c.minute, zone);
    return put_line(g, label, text, e);
}

static int put_facts(struct page *g, struct err *e)
{
    const struct document *doc = g->book->doc;
    struct xlsx_pen *p = g->pen;
    const char *tenant = locale_word(p->locale, WORD_ALL_TENANTS);
    if (doc->tenant_id[0])
        tenant = strcmp(doc->tenant_id, doc->tenant_name) == 0
                     ? doc->tenant_name
                     : arena_printf(&g->book->arena, "%s (%s)", doc->tenant_name, doc->tenant_id);
    if (put_line(g, WORD_TENANT, tenant, e) != 0 ||
        put_line(g, WORD_PERIOD, doc->period_text, e) != 0 ||
        put_instant(g, WORD_FROM, doc->period_start, e) != 0 ||
        put_instant(g, WORD_UNTIL, doc->period_end, e) != 0 ||
        put_instant(g, WORD_GENERATED, doc->generated_at, e) != 0 ||
        put_line(g, WORD_JOB, doc->job, e) != 0)
        return -1;
    p->row++;
    return 0;
}

/* ---- contents ---- */

static int put_row_heading(struct xlsx_pen *p, const char *first, const char *second, struct err *e)
{
    if (xlsx_rows_row(p->rows, p->row, 0, e) != 0)
        return -1;
    for (unsigned col = 0; col < COLUMNS; col++) {
        if (put(p, col, col == 0 ? first : col == 1 ? second : "", XLSX_HEADING, e) != 0)
            return -1;
    }
    p->row++;
    return 0;
}

/* The name of a result set, which leads to its sheet. */
static void put_link(struct page *g, const struct xlsx_content *c)
{
    enum { MAX_TEXT = 255 };
    struct arena *arena = &g->book->arena;
    const char *target = arena_printf(arena, "internal:%s!A1", xlsx_names_quote(arena, c->sheet));
    const char *text = xlsx_pen_plain(arena, *c->title ? c->title : c->sheet, MAX_TEXT);
    unsigned style = xlsx_frame_style(g->pen->frame, &g->pen->styles[XLSX_LINK]);
    xlsx_rows_text(g->pen->rows, 0, text, strlen(text), style);
    xlsx_frame_link(&g->book->frame, g->sheet, g->pen->row, target, text, style);
}

static int put_contents(struct page *g, const struct xlsx_cover *cover, struct err *e)
{
    struct xlsx_pen *p = g->pen;
    static const struct xlsx_look thousands = {.number_format = "#,##0", .align = ALIGN_LEFT};
    struct xlsx_style *number;
    if (xlsx_pen_look(p, &thousands, &number, e) != 0 ||
        put_row_heading(p, locale_word(p->locale, WORD_CONTENTS), locale_word(p->locale, WORD_ROWS),
                        e) != 0)
        return -1;
    for (size_t i = 0; i < cover->ncontents; i++) {
        const struct xlsx_content *c = &cover->contents[i];
        if (c->hidden)
            continue;
        if ((c->note ? begin_lines(g, 2, c->note, XLSX_WRAPPED, e)
                     : xlsx_rows_row(p->rows, p->row, 0, e)) != 0)
            return -1;
        put_link(g, c);
        xlsx_pen_number(p, 1, (double)c->rows, number);
        if (c->note && put_merged(g, 2, c->note, XLSX_WRAPPED, e) != 0)
            return -1;
        p->row++;
    }
    p->row++;
    return 0;
}

/* What the columns mean, of all result sets that say so. */
static int put_notes(struct page *g, const struct xlsx_cover *cover, struct err *e)
{
    struct xlsx_pen *p = g->pen;
    bool any = false;
    for (size_t i = 0; i < cover->ncontents; i++) {
        const struct xlsx_content *c = &cover->contents[i];
        for (size_t k = 0; k < c->nnotes && !c->hidden; k++) {
            if (!any && put_row_heading(p, locale_word(p->locale, WORD_COLUMNS), "", e) != 0)
                return -1;
            any = true;
            if (put_labelled(g, c->notes[k].column, c->notes[k].text, XLSX_WRAPPED, e) != 0)
                return -1;
        }
    }
    p->row += any;
    return 0;
}

/* On pages of their own, two on each. */
static void put_charts(struct page *g, const struct xlsx_cover *cover)
{
    struct xlsx_pen *p = g->pen;
    uint32_t *breaks = arena_alloc(&g->book->arena, (cover->ncharts + 1) * sizeof(*breaks));
    size_t nbreaks = 0;
    for (size_t i = 0; i < cover->ncharts; i++) {
        const struct xlsx_cover_chart *c = &cover->charts[i];
        if (i % 2 == 0)
            breaks[nbreaks++] = p->row;
        xlsx_chart_insert(g->book, g->sheet, p->row, 0, c->chart, c->title);
        p->row += XLSX_CHART_ROWS;
    }
    if (nbreaks)
        xlsx_frame_break(&g->book->frame, g->sheet, breaks, nbreaks);
}

int xlsx_cover_write(struct xlsx_book *b, unsigned sheet, const struct xlsx_cover *cover,
                     struct err *e)
{
    struct page g = {b, &b->pen, sheet};
    b->pen.row = 0;
    xlsx_rows_begin(b->rows, sheet, COLUMNS);
    if (put_heading(&g, e) != 0 || put_figures(g.pen, cover->figures, e) != 0 ||
        put_facts(&g, e) != 0 || put_contents(&g, cover, e) != 0 || put_notes(&g, cover, e) != 0)
        return -1;
    put_charts(&g, cover);
    xlsx_frame_cover(&b->frame, sheet, COLUMNS, WIDTH, PRINT_PERCENT);
    xlsx_frame_extent(&b->frame, sheet, b->rows->first_row, b->rows->last_row, b->rows->last_col);
    return xlsx_rows_end(b->rows, e);
}
