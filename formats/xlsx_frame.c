#include "formats/xlsx_frame.h"

#include <stdio.h>
#include <string.h>

#include "formats/xlsx_script.h"

/* A picture of a megabyte, and all the texts that are the job's own. */
enum { MAX_SCRIPT_BYTES = 64 * 1024 * 1024 };

/* ---- arguments ---- */

static void add_call(struct xlsx_frame *f, enum xlsx_call call)
{
    xlsx_script_add_number(&f->script, call);
}

static void add_number(struct xlsx_frame *f, uint64_t n)
{
    xlsx_script_add_number(&f->script, n);
}

static void add_text(struct xlsx_frame *f, const char *s)
{
    xlsx_script_add_text(&f->script, s);
}

/* A mark, and the value in the list. */
static void add_value(struct xlsx_frame *f, const struct xlsx_value *value)
{
    char mark[2 * XLSX_MARK_BYTES + 24];
    if (f->nvalues == f->values_cap) {
        size_t cap = f->values_cap ? f->values_cap * 2 : 32;
        f->values = arena_grow(&f->arena, f->values, f->nvalues, cap, sizeof(*f->values));
        f->values_cap = cap;
    }
    snprintf(mark, sizeof(mark), XLSX_MARK "%zu" XLSX_MARK, f->nvalues);
    add_text(f, mark);
    f->values[f->nvalues] = *value;
    f->values[f->nvalues++].text = arena_strdup(&f->arena, value->text);
}

static void add_value_text(struct xlsx_frame *f, const char *text)
{
    add_value(f, &(struct xlsx_value){.text = text});
}

/* The library writes a range of one row in another way: the first rows are no marks. */
static void add_row(struct xlsx_frame *f, unsigned sheet, uint32_t row)
{
    if (row < 2) {
        add_number(f, row);
        return;
    }
    for (size_t i = 0; i < f->nrows; i++) {
        if (f->rows[i].sheet == sheet && f->rows[i].row == row) {
            add_number(f, XLSX_ROW_MARK + i);
            return;
        }
    }
    if (f->nrows == f->rows_cap) {
        size_t cap = f->rows_cap ? f->rows_cap * 2 : 32;
        f->rows = arena_grow(&f->arena, f->rows, f->nrows, cap, sizeof(*f->rows));
        f->rows_cap = cap;
    }
    add_number(f, XLSX_ROW_MARK + f->nrows);
    f->rows[f->nrows++] = (struct xlsx_last_row){sheet, row};
}

/* ---- calls ---- */

void xlsx_frame_init(struct xlsx_frame *f)
{
    struct xlsx_style plain = {0};
    *f = (struct xlsx_frame){0};
    buf_init(&f->script, MAX_SCRIPT_BYTES);
    xlsx_frame_style(f, &plain);
}

void xlsx_frame_release(struct xlsx_frame *f)
{
    if (!f->script.max)
        return;
    buf_release(&f->script);
    arena_release(&f->arena);
    *f = (struct xlsx_frame){0};
}

void xlsx_frame_properties(struct xlsx_frame *f, const struct xlsx_properties *p)
{
    char created[64];
    struct tm tm = {0};
    gmtime_r(&p->created, &tm);
    strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", &tm);
    f->created = p->created;
    add_call(f, XLSX_CALL_PROPERTIES);
    add_value_text(f, created); /* XLSX_CREATED */
    add_value_text(f, p->title);
    add_value_text(f, p->subject);
    add_value_text(f, p->company);
    add_value_text(f, p->comments);
}

static void add_style(struct xlsx_frame *f, const struct xlsx_style *s)
{
    add_call(f, XLSX_CALL_STYLE);
    add_text(f, s->number_format);
    add_number(f, s->align);
    add_number(f, s->valign);
    add_number(f, s->indent);
    add_number(f, s->size);
    add_number(f, s->color);
    add_number(f, s->background);
    add_number(f, s->top);
    add_number(f, s->bottom);
    add_number(f, (uint64_t)(s->bold | s->italic << 1 | s->underline << 2 | s->wrap << 3 |
                             s->shrink << 4));
}

unsigned xlsx_frame_style(struct xlsx_frame *f, struct xlsx_style *style)
{
    if (style->number)
        return style->number;
    for (size_t i = 0; i < f->nstyles; i++) {
        if (xlsx_style_equal(&f->styles[i], style))
            return style->number = (unsigned)i;
    }
    if (f->nstyles == f->styles_cap) {
        size_t cap = f->styles_cap ? f->styles_cap * 2 : 32;
        f->styles = arena_grow(&f->arena, f->styles, f->nstyles, cap, sizeof(*f->styles));
        f->styles_cap = cap;
    }
    struct xlsx_style *known = &f->styles[f->nstyles];
    *known = *style;
    if (style->number_format)
        known->number_format = arena_strdup(&f->arena, style->number_format);
    if (f->nstyles) /* the plain one is always there */
        add_style(f, style);
    return style->number = (unsigned)f->nstyles++;
}

unsigned xlsx_frame_sheet(struct xlsx_frame *f, const char *name, const char *quoted,
                          const char *footer, bool us_letter)
{
    if (f->nsheets == f->sheets_cap) {
        size_t cap = f->sheets_cap ? f->sheets_cap * 2 : 8;
        f->widths = arena_grow(&f->arena, f->widths, f->nsheets, cap, sizeof(*f->widths));
        f->sheets_cap = cap;
    }
    add_call(f, XLSX_CALL_SHEET);
    add_text(f, name);
    add_text(f, quoted);
    add_value_text(f, footer);
    add_number(f, us_letter);
    return (unsigned)f->nsheets++;
}

void xlsx_frame_table(struct xlsx_frame *f, unsigned sheet, int tab_color, bool hidden)
{
    add_call(f, XLSX_CALL_TABLE);
    add_number(f, sheet);
    add_number(f, (uint64_t)(tab_color + 1));
    add_number(f, hidden);
}

void xlsx_frame_cover(struct xlsx_frame *f, unsigned sheet, unsigned columns, unsigned width,
                      unsigned percent)
{
    add_call(f, XLSX_CALL_COVER);
    add_number(f, sheet);
    add_number(f, columns);
    add_number(f, width);
    add_number(f, percent);
}

void xlsx_frame_extent(struct xlsx_frame *f, unsigned sheet, uint32_t first, uint32_t row,
                       unsigned col)
{
    add_call(f, XLSX_CALL_EXTENT);
    add_number(f, sheet);
    add_number(f, first);
    add_row(f, sheet, row);
    add_number(f, col);
}

void xlsx_frame_widths(struct xlsx_frame *f, unsigned sheet, const double *widths, size_t n)
{
    double *copy = arena_alloc(&f->arena, n * sizeof(*copy));
    memcpy(copy, widths, n * sizeof(*copy));
    f->widths[sheet] = (struct xlsx_widths){copy, n};
    add_call(f, XLSX_CALL_WIDTHS);
    add_number(f, sheet);
}

void xlsx_frame_filter(struct xlsx_frame *f, unsigned sheet, uint32_t row, unsigned col)
{
    add_call(f, XLSX_CALL_FILTER);
    add_number(f, sheet);
    add_row(f, sheet, row);
    add_number(f, col);
}

void xlsx_frame_rule(struct xlsx_frame *f, unsigned sheet, unsigned col, uint32_t last,
                     const char *formula, uint32_t background, uint32_t color)
{
    add_call(f, XLSX_CALL_RULE);
    add_number(f, sheet);
    add_number(f, col);
    add_row(f, sheet, last);
    add_text(f, formula);
    add_number(f, background);
    add_number(f, color);
}

void xlsx_frame_bars(struct xlsx_frame *f, unsigned sheet, unsigned col, uint32_t last)
{
    add_call(f, XLSX_CALL_BARS);
    add_number(f, sheet);
    add_number(f, col);
    add_row(f, sheet, last);
}

void xlsx_frame_note(struct xlsx_frame *f, unsigned sheet, unsigned col, const char *title,
                     const char *text)
{
    add_call(f, XLSX_CALL_NOTE);
    add_number(f, sheet);
    add_number(f, col);
    add_text(f, title);
    add_text(f, text);
}

void xlsx_frame_merge(struct xlsx_frame *f, unsigned sheet, uint32_t row, unsigned first,
                      unsigned last)
{
    add_call(f, XLSX_CALL_MERGE);
    add_number(f, sheet);
    add_number(f, row);
    add_number(f, first);
    add_number(f, last);
}

void xlsx_frame_link(struct xlsx_frame *f, unsigned sheet, uint32_t row, const char *target,
                     const char *text, unsigned style)
{
    add_call(f, XLSX_CALL_LINK);
    add_number(f, sheet);
    add_number(f, row);
    add_text(f, target);
    add_text(f, text);
    add_number(f, style);
}

void xlsx_frame_break(struct xlsx_frame *f, unsigned sheet, const uint32_t *rows, size_t n)
{
    add_call(f, XLSX_CALL_BREAK);
    add_number(f, sheet);
    add_number(f, n);
    for (size_t i = 0; i < n; i++)
        add_number(f, rows[i]);
}

void xlsx_frame_picture(struct xlsx_frame *f, unsigned sheet, uint32_t row, const struct buf *file,
                        double scale)
{
    uint64_t bits;
    memcpy(&bits, &scale, sizeof(bits));
    add_call(f, XLSX_CALL_PICTURE);
    add_number(f, sheet);
    add_number(f, row);
    xlsx_script_add_bytes(&f->script, file->data, file->len);
    add_number(f, bits);
}

/* ---- charts ---- */

static bool has_texts(const struct xlsx_range *r)
{
    for (size_t i = 0; i < r->npoints; i++) {
        if (r->points[i].text)
            return true;
    }
    return false;
}

/* Whether the library is to expect texts is part of the script. */
static void add_range(struct xlsx_frame *f, const struct xlsx_range *r, bool as_texts)
{
    const struct xlsx_value value = {.text = r->formula,
                                     .points = r->points,
                                     .npoints = r->npoints,
                                     .is_range = true,
                                     .as_texts = as_texts};
    add_value(f, &value);
    add_number(f, as_texts);
}

unsigned xlsx_frame_chart(struct xlsx_frame *f, const struct xlsx_chart *chart)
{
    add_call(f, XLSX_CALL_CHART);
    add_number(f, chart->kind);
    add_number(f, chart->stacked);
    add_number(f, chart->hours);
    add_text(f, chart->title);
    add_text(f, chart->x_title);
    add_text(f, chart->y_title);
    add_text(f, chart->x_format);
    add_text(f, chart->y_format);
    add_number(f, chart->nseries);
    for (size_t i = 0; i < chart->nseries; i++) {
        add_call(f, XLSX_CALL_SERIES);
        add_number(f, f->ncharts);
        add_number(f, i);
        add_number(f, chart->pieces);
        add_text(f, chart->series[i].name);
        add_range(f, &chart->series[i].x, has_texts(&chart->series[i].x));
        add_range(f, &chart->series[i].y, false);
    }
    return (unsigned)f->ncharts++;
}

void xlsx_frame_place_chart(struct xlsx_frame *f, unsigned sheet, uint32_t row, unsigned col,
                            unsigned chart, const char *description)
{
    add_call(f, XLSX_CALL_PLACE_CHART);
    add_number(f, sheet);
    add_number(f, row);
    add_number(f, col);
    add_number(f, chart);
    add_text(f, description);
}

void xlsx_frame_chartsheet(struct xlsx_frame *f, const char *name, unsigned chart, int tab_color)
{
    add_call(f, XLSX_CALL_CHARTSHEET);
    add_text(f, name);
    add_number(f, chart);
    add_number(f, (uint64_t)(tab_color + 1));
}
