#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/xlsx_library.h"

/* Apart from each other for people who see few colours, and on paper: from dark to light. */
static const lxw_color_t palette[] = {0x1F6FB2, 0xE07B39, 0x2E8B57, 0xB23A48,
                                      0x7A5BA6, 0x5B6770, 0xC9A227, 0x3AAFA9};
enum { NPALETTE = sizeof(palette) / sizeof(palette[0]), GRID = 0xD9DDE3, TEXT = 0x404752 };

/*
 * The library lets Excel choose the kind of the category axis, which of dates makes an axis of
 * time. Its finest unit is the day: all hours of a day would be drawn on top of each other, so for
 * them the axis must be one of texts. What has been written says "choose" with a 1, and is not
 * closed.
 */
static void (*library_writes)(lxw_chart *); /* the same for all charts with axes */

static void write_without_time_axis(lxw_chart *chart)
{
    static const char choose[] = "<c:auto val=\"1\"/>", texts[] = "<c:auto val=\"0\"/>";
    long begin = ftell(chart->file);
    library_writes(chart);
    long end = ftell(chart->file);
    if (begin < 0 || end < begin || fseek(chart->file, begin, SEEK_SET) != 0)
        return;
    size_t len = (size_t)(end - begin);
    char *xml = xmalloc(len + 1);
    len = fread(xml, 1, len, chart->file);
    const char *at = memmem(xml, len, choose, strlen(choose));
    if (at && fseek(chart->file, begin + (at - xml), SEEK_SET) == 0)
        fwrite(texts, 1, strlen(texts), chart->file);
    free(xml);
    fseek(chart->file, end, SEEK_SET);
}

static void set_category_axis(lxw_chart_axis *axis, enum chart_kind kind, const char *title,
                              const char *format)
{
    if (title)
        chart_axis_set_name(axis, title);
    if (format)
        chart_axis_set_num_format(axis, format);
    chart_axis_major_gridlines_set_visible(axis, LXW_FALSE);
    /* Below what is below zero, too. */
    chart_axis_set_label_position(axis, LXW_CHART_AXIS_LABEL_POSITION_LOW);
    /* Bars are in the order of the rows, from the top, only when the axis is turned over. */
    if (kind == CHART_BAR) {
        chart_axis_set_reverse(axis);
        chart_axis_set_crossing_max(axis);
    }
}

static void set_value_axis(lxw_chart_axis *axis, const char *title, const char *format)
{
    lxw_chart_line grid = {.color = GRID, .width = 0.75}, none = {.none = LXW_TRUE};
    if (title)
        chart_axis_set_name(axis, title);
    if (format)
        chart_axis_set_num_format(axis, format);
    chart_axis_major_gridlines_set_visible(axis, LXW_TRUE);
    chart_axis_major_gridlines_set_line(axis, &grid);
    chart_axis_set_line(axis, &none);
}

/* The titles and formats of both axes. The library calls the horizontal axis x, which is that of
 * the values when bars lie. */
static void set_axes(lxw_chart *chart, enum chart_kind kind, struct xlsx_script *s)
{
    lxw_chart_font font = {.color = TEXT, .size = 9};
    bool lying = kind == CHART_BAR;
    const char *x_title = xlsx_script_text(s), *y_title = xlsx_script_text(s);
    const char *x_format = xlsx_script_text(s), *y_format = xlsx_script_text(s);
    if (kind == CHART_PIE)
        return;
    chart_axis_set_num_font(chart->x_axis, &font);
    chart_axis_set_num_font(chart->y_axis, &font);
    set_category_axis(lying ? chart->y_axis : chart->x_axis, kind, x_title, x_format);
    set_value_axis(lying ? chart->x_axis : chart->y_axis, y_title, y_format);
}

static void set_legend(lxw_chart *chart, enum chart_kind kind, bool several)
{
    if (kind == CHART_PIE)
        chart_legend_set_position(chart, LXW_CHART_LEGEND_RIGHT);
    else
        chart_legend_set_position(chart, several ? LXW_CHART_LEGEND_BOTTOM : LXW_CHART_LEGEND_NONE);
}

int xlsx_library_chart(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    static const uint8_t kinds[][2] = {
        [CHART_LINE] = {LXW_CHART_LINE, LXW_CHART_LINE_STACKED},
        [CHART_AREA] = {LXW_CHART_AREA, LXW_CHART_AREA_STACKED},
        [CHART_COLUMN] = {LXW_CHART_COLUMN, LXW_CHART_COLUMN_STACKED},
        [CHART_BAR] = {LXW_CHART_BAR, LXW_CHART_BAR_STACKED},
        [CHART_PIE] = {LXW_CHART_PIE, LXW_CHART_PIE},
    };
    lxw_chart_font font = {.color = TEXT, .size = 13, .bold = LXW_TRUE};
    lxw_chart_line none = {.none = LXW_TRUE};
    enum chart_kind kind = (enum chart_kind)xlsx_script_number(s);
    bool stacked = xlsx_script_number(s), hours = xlsx_script_number(s);
    lxw_chart *chart = workbook_add_chart(l->book, kinds[kind][stacked]);
    if (!chart)
        return err_set(e, ERR_INTERNAL, "libxlsxwriter made no chart");
    if (l->ncharts == l->charts_cap) {
        size_t cap = l->charts_cap ? l->charts_cap * 2 : 8;
        l->charts = arena_grow(&l->arena, l->charts, l->ncharts, cap, sizeof(*l->charts));
        l->charts_cap = cap;
    }
    l->charts[l->ncharts++] = (struct xlsx_library_chart){chart, kind};
    chart_title_set_name(chart, xlsx_script_text(s));
    chart_title_set_name_font(chart, &font);
    chart_chartarea_set_line(chart, &none);
    set_axes(chart, kind, s);
    set_legend(chart, kind, xlsx_script_number(s) > 1);
    if (kind != CHART_PIE && hours) {
        library_writes = chart->write_plot_area;
        chart->write_plot_area = write_without_time_axis;
    }
    chart_show_blanks_as(chart, LXW_CHART_BLANKS_AS_GAP);
    return 0;
}

/* ---- series ---- */

static void color_series(lxw_chart_series *series, enum chart_kind kind, size_t i)
{
    lxw_color_t color = palette[i % NPALETTE];
    lxw_chart_line line = {.color = color, .width = 2.25};
    lxw_chart_fill fill = {.color = color};
    if (kind == CHART_LINE)
        chart_series_set_line(series, &line);
    else if (kind != CHART_PIE)
        chart_series_set_fill(series, &fill);
}

/* Each piece of a pie in a colour of its own, with its share. */
static void color_pieces(struct xlsx_library *l, lxw_chart_series *series, size_t n)
{
    static lxw_chart_fill fills[NPALETTE];
    static lxw_chart_point points[NPALETTE];
    lxw_chart_point **list = arena_alloc(&l->arena, (n + 1) * sizeof(*list));
    for (size_t i = 0; i < NPALETTE; i++) {
        fills[i].color = palette[i];
        points[i].fill = &fills[i];
    }
    for (size_t i = 0; i < n; i++)
        list[i] = &points[i % NPALETTE];
    chart_series_set_points(series, list);
    chart_series_set_labels(series);
    chart_series_set_labels_position(series, LXW_CHART_LABEL_POSITION_OUTSIDE_END);
    chart_series_set_labels_options(series, LXW_FALSE, LXW_FALSE, LXW_FALSE);
    chart_series_set_labels_percentage(series);
}

/* The library would look for the cells itself, which it does not have. */
static void set_range(lxw_series_range *range, bool has_texts)
{
    range->ignore_cache = LXW_TRUE;
    range->has_string_cache = has_texts;
}

int xlsx_library_series(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    const struct xlsx_library_chart *c = &l->charts[xlsx_script_number(s)];
    size_t i = (size_t)xlsx_script_number(s), pieces = (size_t)xlsx_script_number(s);
    const char *name = xlsx_script_text(s);
    const char *x = xlsx_library_text(l, s);
    bool x_texts = xlsx_script_number(s);
    const char *y = xlsx_library_text(l, s);
    bool y_texts = xlsx_script_number(s);
    lxw_chart_series *series = chart_add_series(c->chart, x, y);
    if (!series)
        return err_set(e, ERR_INTERNAL, "libxlsxwriter made no series");
    set_range(series->categories, x_texts);
    set_range(series->values, y_texts);
    chart_series_set_name(series, name);
    color_series(series, c->kind, i);
    if (c->kind == CHART_PIE)
        color_pieces(l, series, pieces);
    return 0;
}

/* ---- where it goes ---- */

int xlsx_library_place_chart(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    lxw_worksheet *sheet = l->sheets[xlsx_script_number(s)];
    lxw_row_t row = (lxw_row_t)xlsx_script_number(s);
    lxw_col_t col = (lxw_col_t)xlsx_script_number(s);
    lxw_chart *chart = l->charts[xlsx_script_number(s)].chart;
    /* The library makes charts of 480 x 288 pixels. */
    lxw_chart_options how = {.object_position = LXW_OBJECT_DONT_MOVE_DONT_SIZE,
                             .x_scale = 640.0 / 480,
                             .y_scale = 296.0 / 288,
                             .x_offset = 8,
                             .y_offset = 8};
    how.description = xlsx_library_text(l, s);
    return xlsx_library_result(worksheet_insert_chart_opt(sheet, row, col, chart, &how),
                               "insert a chart", e);
}

int xlsx_library_chartsheet(struct xlsx_library *l, struct xlsx_script *s, struct err *e)
{
    const char *name = xlsx_script_text(s);
    lxw_chart *chart = l->charts[xlsx_script_number(s)].chart;
    uint64_t tab = xlsx_script_number(s);
    lxw_chartsheet *sheet = workbook_add_chartsheet(l->book, name);
    if (!sheet)
        return err_set(e, ERR_IO, "libxlsxwriter refused the sheet \"%s\"", name);
    chartsheet_set_landscape(sheet);
    if (tab)
        chartsheet_set_tab_color(sheet, (lxw_color_t)(tab - 1));
    return xlsx_library_result(chartsheet_set_chart(sheet, chart), "place a chart", e);
}
