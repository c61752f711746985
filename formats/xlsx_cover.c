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

static int put(struct xlsx_pen *p, lxw_col_t col, const char *s, enum xlsx_style style,
               struct err *e)
{
    return xlsx_pen_text(p, col, s, strlen(s), p->styles[style], e);
}

static int set_height(struct xlsx_pen *p, double points, struct err *e)
{
    return xlsx_pen_result(worksheet_set_row(p->sheet, p->row, points, NULL), "set a height", e);
}

/* How many lines a text needs over columns `from` to the last one; titles are twice as large. */
static size_t count_lines(lxw_col_t from, const char *s, enum xlsx_style style)
{
    size_t per_line = (size_t)WIDTH * (COLUMNS - from) / (style == XLSX_TITLE ? 2 : 1), lines = 0;
    do {
        size_t n = strcspn(s, "\n");
        lines += utf8_columns(s, n) / per_line + 1;
        s += n + (s[n] == '\n');
    } while (*s);
    return lines;
}

/* A text over columns `from` to the last one, on as many lines as it may need: Excel finds no
 * height for merged cells. */
static int put_paragraph(struct xlsx_pen *p, lxw_col_t from, const char *s, enum xlsx_style style,
                         struct err *e)
{
    size_t lines = count_lines(from, s, style);
    double height = (double)(lines * (style == XLSX_TITLE ? TITLE_LINE : LINE));
    if (xlsx_pen_result(worksheet_merge_range(p->sheet, p->row, from, p->row, COLUMNS - 1, "",
                                              p->styles[style]),
                        "merge cells", e) != 0 ||
        put(p, from, s, style, e) != 0)
        return -1;
    return height > LINE ? set_height(p, height < MAX_HEIGHT ? height : MAX_HEIGHT, e) : 0;
}

/* ---- title and logo ---- */

/*
 * Over rows of the default height: the library reckons with it, whatever height they are given. It
 * would also show a picture of 300 dots an inch smaller than one of 96.
 */
static int put_logo(struct xlsx_book *b, struct err *e)
{
    const char *path = document_look(b->doc)->logo;
    struct xlsx_pen *p = &b->pen;
    struct logo logo;
    if (!path)
        return 0;
    if (logo_read(&logo, path, e) != 0)
        return -1;
    double scale = (double)LOGO_HEIGHT / logo.height;
    lxw_image_options how = {.x_scale = scale,
                             .y_scale = scale,
                             .x_offset = 2,
                             .y_offset = 4,
                             .object_position = LXW_OBJECT_DONT_MOVE_DONT_SIZE,
                             .decorative = LXW_TRUE};
    int rc = xlsx_pen_result(
        worksheet_insert_image_buffer_opt(
            p->sheet, p->row, 0, (const unsigned char *)logo.data.data, logo.data.len, &how),
        "insert the logo", e);
    logo_release(&logo);
    if (rc != 0)
        return -1;
    lxw_object_properties *picture = STAILQ_FIRST(p->sheet->image_props);
    picture->x_dpi = picture->y_dpi = 96;
    p->row += LOGO_ROWS;
    return 0;
}

static int put_heading(struct xlsx_book *b, struct err *e)
{
    struct xlsx_pen *p = &b->pen;
    const struct document *doc = b->doc;
    if (put_logo(b, e) != 0 || put_paragraph(p, 0, doc->title, XLSX_TITLE, e) != 0)
        return -1;
    p->row++;
    if (doc->description[0]) {
        if (put_paragraph(p, 0, doc->description, XLSX_SUBTITLE, e) != 0)
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

static int put_figure(struct xlsx_pen *p, lxw_col_t col, const struct figure *f, struct err *e)
{
    char by_type[64];
    double value;
    lxw_format *style;
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
    return xlsx_pen_result(worksheet_write_number(p->sheet, p->row, col, value, style),
                           "write a figure", e);
}

/* Four in a row, each below what it is. */
static int put_figures(struct xlsx_pen *p, const struct figures *figures, struct err *e)
{
    for (size_t first = 0; first < figures->n; first += COLUMNS) {
        size_t n = figures->n - first < COLUMNS ? figures->n - first : COLUMNS;
        if (set_height(p, LINE * 2, e) != 0)
            return -1;
        for (size_t i = 0; i < n; i++) {
            const struct figure *f = &figures->items[first + i];
            if (put(p, (lxw_col_t)i, f->title ? f->title : f->look->column, XLSX_FIGURE_LABEL, e) !=
                0)
                return -1;
        }
        p->row++;
        if (set_height(p, FIGURE_HEIGHT, e) != 0)
            return -1;
        for (size_t i = 0; i < n; i++) {
            if (put_figure(p, (lxw_col_t)i, &figures->items[first + i], e) != 0)
                return -1;
        }
        p->row += 2;
    }
    return 0;
}

/* ---- facts ---- */

/* A label, what it labels, and on to the next row. */
static int put_line(struct xlsx_pen *p, enum locale_word label, const char *value, struct err *e)
{
    if (put(p, 0, locale_word(p->locale, label), XLSX_LABEL, e) != 0 ||
        put_paragraph(p, 1, value, XLSX_VALUE, e) != 0)
        return -1;
    p->row++;
    return 0;
}

static int put_instant(struct xlsx_book *b, enum locale_word label, time_t t, struct err *e)
{
    const char *zone = zone_exists(b->doc->timezone) ? b->doc->timezone : "UTC";
    struct civil c;
    char date[32], text[128];
    zone_from_utc(zone, t, &c);
    locale_date(b->pen.locale, &c, date, sizeof(date));
    snprintf(text, sizeof(text), "%s %02d:%02d %s", date, c.hour, c.minute, zone);
    return put_line(&b->pen, label, text, e);
}

static int put_facts(struct xlsx_book *b, struct err *e)
{
    const struct document *doc = b->doc;
    struct xlsx_pen *p = &b->pen;
    const char *tenant = locale_word(p->locale, WORD_ALL_TENANTS);
    if (doc->tenant_id[0])
        tenant = strcmp(doc->tenant_id, doc->tenant_name) == 0
                     ? doc->tenant_name
                     : arena_printf(&b->arena, "%s (%s)", doc->tenant_name, doc->tenant_id);
    if (put_line(p, WORD_TENANT, tenant, e) != 0 ||
        put_line(p, WORD_PERIOD, doc->period_text, e) != 0 ||
        put_instant(b, WORD_FROM, doc->period_start, e) != 0 ||
        put_instant(b, WORD_UNTIL, doc->period_end, e) != 0 ||
        put_instant(b, WORD_GENERATED, doc->generated_at, e) != 0 ||
        put_line(p, WORD_JOB, doc->job, e) != 0)
        return -1;
    p->row++;
    return 0;
}

/* ---- contents ---- */

static int put_row_heading(struct xlsx_pen *p, const char *first, const char *second, struct err *e)
{
    for (lxw_col_t col = 0; col < COLUMNS; col++) {
        if (put(p, col, col == 0 ? first : col == 1 ? second : "", XLSX_HEADING, e) != 0)
            return -1;
    }
    p->row++;
    return 0;
}

static int put_link(struct xlsx_book *b, const struct xlsx_content *c, struct err *e)
{
    struct xlsx_pen *p = &b->pen;
    enum { MAX_TEXT = 255 };
    char *target = arena_printf(&b->arena, "internal:%s!A1", xlsx_names_quote(&b->arena, c->sheet));
    return xlsx_pen_result(worksheet_write_url_opt(
                               p->sheet, p->row, 0, target, p->styles[XLSX_LINK],
                               xlsx_pen_plain(&b->arena, *c->title ? c->title : c->sheet, MAX_TEXT),
                               NULL),
                           "write a link", e);
}

static int put_contents(struct xlsx_book *b, const struct xlsx_cover *cover, struct err *e)
{
    struct xlsx_pen *p = &b->pen;
    static const struct xlsx_look thousands = {.number_format = "#,##0", .align = ALIGN_LEFT};
    lxw_format *number;
    if (xlsx_pen_look(p, &thousands, &number, e) != 0 ||
        put_row_heading(p, locale_word(p->locale, WORD_CONTENTS), locale_word(p->locale, WORD_ROWS),
                        e) != 0)
        return -1;
    for (size_t i = 0; i < cover->ncontents; i++) {
        const struct xlsx_content *c = &cover->contents[i];
        if (c->hidden)
            continue;
        if (put_link(b, c, e) != 0 ||
            xlsx_pen_result(worksheet_write_number(p->sheet, p->row, 1, (double)c->rows, number),
                            "write a cell", e) != 0 ||
            (c->note && put_paragraph(p, 2, c->note, XLSX_WRAPPED, e) != 0))
            return -1;
        p->row++;
    }
    p->row++;
    return 0;
}

/* What the columns mean, of all result sets that say so. */
static int put_notes(struct xlsx_pen *p, const struct xlsx_cover *cover, struct err *e)
{
    bool any = false;
    for (size_t i = 0; i < cover->ncontents; i++) {
        const struct xlsx_content *c = &cover->contents[i];
        for (size_t k = 0; k < c->nnotes && !c->hidden; k++) {
            if (!any && put_row_heading(p, locale_word(p->locale, WORD_COLUMNS), "", e) != 0)
                return -1;
            any = true;
            if (put(p, 0, c->notes[k].column, XLSX_LABEL, e) != 0 ||
                put_paragraph(p, 1, c->notes[k].text, XLSX_WRAPPED, e) != 0)
                return -1;
            p->row++;
        }
    }
    p->row += any;
    return 0;
}

/* On pages of their own, two on each. */
static int put_charts(struct xlsx_book *b, const struct xlsx_cover *cover, struct err *e)
{
    struct xlsx_pen *p = &b->pen;
    lxw_row_t *breaks = arena_alloc(&b->arena, (cover->ncharts + 1) * sizeof(*breaks));
    size_t nbreaks = 0;
    for (size_t i = 0; i < cover->ncharts; i++) {
        const struct xlsx_cover_chart *c = &cover->charts[i];
        if (i % 2 == 0)
            breaks[nbreaks++] = p->row;
        if (xlsx_chart_insert(b, p->sheet, p->row, 0, c->chart, c->title, e) != 0)
            return -1;
        p->row += XLSX_CHART_ROWS;
    }
    if (nbreaks == 0)
        return 0;
    return xlsx_pen_result(worksheet_set_h_pagebreaks(p->sheet, breaks), "set page breaks", e);
}

int xlsx_cover_write(struct xlsx_book *b, lxw_worksheet *sheet, const struct xlsx_cover *cover,
                     struct err *e)
{
    struct xlsx_pen *p = &b->pen;
    p->sheet = sheet;
    p->rows = NULL;
    p->row = 0;
    if (put_heading(b, e) != 0 || put_figures(p, cover->figures, e) != 0 || put_facts(b, e) != 0 ||
        put_contents(b, cover, e) != 0 || put_notes(p, cover, e) != 0)
        return -1;
    if (put_charts(b, cover, e) != 0)
        return -1;
    if (xlsx_pen_result(worksheet_set_column(sheet, 0, COLUMNS - 1, WIDTH, NULL), "set a width",
                        e) != 0)
        return -1;
    worksheet_set_print_scale(sheet, PRINT_PERCENT);
    worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
    return xlsx_table_set_print(b, sheet, e);
}
