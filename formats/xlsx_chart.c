#include "formats/xlsx_chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/json_text.h"
#include "formats/text.h"
#include "formats/xlsx_value.h"

/* Apart from each other for people who see few colours, and on paper: from dark to light. */
static const lxw_color_t palette[] = {0x1F6FB2, 0xE07B39, 0x2E8B57, 0xB23A48,
                                      0x7A5BA6, 0x5B6770, 0xC9A227, 0x3AAFA9};
enum { NPALETTE = sizeof(palette) / sizeof(palette[0]), GRID = 0xD9DDE3, TEXT = 0x404752 };
enum { MAX_TEXT = 255 /* of a title, as Excel takes it */ };

static size_t index_of(const struct result *r, const char *name)
{
    size_t i = 0;
    while (i < r->ncolumns && strcmp(r->columns[i].name, name) != 0)
        i++;
    return i;
}

/* ---- the values of the first rows ---- */

static int find_columns(struct xlsx_charts *c, const struct chart_look *chart, size_t k,
                        struct err *e)
{
    const struct result *r = c->table->result;
    struct arena *arena = &c->table->book->arena;
    c->x[k] = index_of(r, chart->x);
    c->y[k] = arena_alloc(arena, chart->ny * sizeof(*c->y[k]));
    bool found = c->x[k] < r->ncolumns;
    for (size_t i = 0; i < chart->ny; i++) {
        c->y[k][i] = index_of(r, chart->y[i]);
        found = found && c->y[k][i] < r->ncolumns;
    }
    if (!found)
        return err_set(e, ERR_CONFIG, "a chart of result set \"%s\" names a column that it has not",
                       r->name);
    for (size_t i = 0; i <= chart->ny; i++) {
        struct xlsx_cached **cache = &c->cache[i ? c->y[k][i - 1] : c->x[k]];
        if (!*cache)
            *cache = arena_alloc(arena, XLSX_CHART_CACHE * sizeof(**cache));
    }
    return 0;
}

int xlsx_charts_begin(struct xlsx_charts *c, struct xlsx_table *t, struct err *e)
{
    const struct result_look *look = result_look(t->result);
    struct arena *arena = &t->book->arena;
    *c = (struct xlsx_charts){.table = t};
    if (look->ncharts == 0)
        return 0;
    c->x = arena_alloc(arena, look->ncharts * sizeof(*c->x));
    c->y = arena_alloc(arena, look->ncharts * sizeof(*c->y));
    c->cache = arena_alloc(arena, t->result->ncolumns * sizeof(*c->cache));
    for (size_t k = 0; k < look->ncharts; k++) {
        if (find_columns(c, &look->charts[k], k, e) != 0)
            return -1;
    }
    return 0;
}

/* A text as its cell holds it. */
static const char *shown_text(struct arena *arena, enum column_type type, const struct cell *cell)
{
    struct buf text;
    size_t len = cell->len;
    if (type == COLUMN_BOOLEAN)
        return strncmp(cell->text, "1", len) == 0 ? "TRUE" : "FALSE";
    buf_init(&text, TEXT_MAX_BYTES);
    if (type == COLUMN_BINARY)
        text_hex(&text, cell->text, &len);
    else if (type == COLUMN_JSON && json_text_valid(cell->text, len))
        json_text_readable(&text, cell->text, len);
    else
        buf_add(&text, cell->text, len);
    const char *plain = xlsx_pen_plain(arena, text.data, MAX_TEXT);
    buf_release(&text);
    return plain;
}

/* As the cell holds it: a number, a date's number, or a text. */
static void remember(struct xlsx_charts *c, enum column_type type, const struct cell *cell,
                     struct xlsx_cached *out)
{
    unsigned decimals;
    bool fraction;
    if (!cell->text)
        return;
    switch (type) {
    case COLUMN_INTEGER:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
        out->is_number = xlsx_value_number(cell->text, cell->len, type != COLUMN_FLOAT,
                                           &out->number, &decimals) > 0;
        break;
    case COLUMN_BOOLEAN:
        out->is_number =
            !(cell->len == 1 && (*cell->text == '0' || *cell->text == '1')) &&
            xlsx_value_number(cell->text, cell->len, true, &out->number, &decimals) > 0;
        break;
    case COLUMN_DATE:
        out->is_number = xlsx_value_date(cell->text, cell->len, &out->number);
        break;
    case COLUMN_DATETIME:
        out->is_number = xlsx_value_datetime(cell->text, cell->len, &out->number, &fraction);
        break;
    case COLUMN_TIME:
        out->is_number = xlsx_value_time(cell->text, cell->len, &out->number, &fraction);
        break;
    case COLUMN_TEXT:
    case COLUMN_JSON:
    case COLUMN_BINARY:
        break;
    }
    if (!out->is_number)
        out->text = shown_text(&c->table->book->arena, type, cell);
}

void xlsx_charts_row(struct xlsx_charts *c, const struct cell *cells)
{
    const struct result *r = c->table->result;
    if (!c->cache || c->ncached == XLSX_CHART_CACHE)
        return;
    for (size_t i = 0; i < r->ncolumns; i++) {
        if (c->cache[i])
            remember(c, r->columns[i].type, &cells[i], &c->cache[i][c->ncached]);
    }
    c->ncached++;
}

/*
 * The library fills a chart's cache from the sheet, but not in its mode of constant memory, and has
 * no call for it: so the list that it would fill is filled here. It frees what is in it. A cache
 * that would be incomplete is left out: Excel would show it until it has calculated.
 */
static int fill_cache(const struct xlsx_charts *c, lxw_series_range *range, size_t column)
{
    range->ignore_cache = LXW_TRUE; /* else it looks for a sheet with quotes in its name */
    if (c->ncached < c->table->rows)
        return 0;
    for (size_t i = 0; i < c->ncached; i++) {
        const struct xlsx_cached *cached = &c->cache[column][i];
        struct lxw_series_data_point *point = calloc(1, sizeof(*point));
        if (!point)
            return -1;
        point->is_string = !cached->is_number && cached->text;
        point->no_data = !cached->is_number && !cached->text;
        point->number = cached->number;
        if (point->is_string && !(point->string = strdup(cached->text))) {
            free(point);
            return -1;
        }
        range->has_string_cache |= point->is_string;
        STAILQ_INSERT_TAIL(range->data_cache, point, list_pointers);
        range->num_data_points++;
    }
    return 0;
}

/* ---- the chart ---- */

static uint8_t kind_of(const struct chart_look *look)
{
    static const uint8_t kinds[][2] = {
        [CHART_LINE] = {LXW_CHART_LINE, LXW_CHART_LINE_STACKED},
        [CHART_AREA] = {LXW_CHART_AREA, LXW_CHART_AREA_STACKED},
        [CHART_COLUMN] = {LXW_CHART_COLUMN, LXW_CHART_COLUMN_STACKED},
        [CHART_BAR] = {LXW_CHART_BAR, LXW_CHART_BAR_STACKED},
        [CHART_PIE] = {LXW_CHART_PIE, LXW_CHART_PIE},
    };
    return kinds[look->kind][look->stacked];
}

static void color_series(lxw_chart_series *series, const struct chart_look *look, size_t i)
{
    lxw_color_t color = palette[i % NPALETTE];
    lxw_chart_line line = {.color = color, .width = 2.25};
    lxw_chart_fill fill = {.color = color};
    if (look->kind == CHART_LINE)
        chart_series_set_line(series, &line);
    else if (look->kind != CHART_PIE)
        chart_series_set_fill(series, &fill);
}

/* Each piece of a pie in a colour of its own, with its share. */
static void color_pieces(lxw_chart_series *series, uint64_t rows)
{
    enum { MAX_PIECES = 100 };
    static lxw_chart_fill fills[NPALETTE];
    static lxw_chart_point points[NPALETTE];
    lxw_chart_point *list[MAX_PIECES + 1];
    size_t n = rows < MAX_PIECES ? (size_t)rows : MAX_PIECES;
    for (size_t i = 0; i < NPALETTE; i++) {
        fills[i].color = palette[i];
        points[i].fill = &fills[i];
    }
    for (size_t i = 0; i < n; i++)
        list[i] = &points[i % NPALETTE];
    list[n] = NULL;
    chart_series_set_points(series, list);
    chart_series_set_labels(series);
    chart_series_set_labels_position(series, LXW_CHART_LABEL_POSITION_OUTSIDE_END);
    chart_series_set_labels_options(series, LXW_FALSE, LXW_FALSE, LXW_FALSE);
    chart_series_set_labels_percentage(series);
}

static int add_series(struct xlsx_charts *c, const struct chart_look *look, size_t k, size_t i,
                      lxw_chart *chart, struct err *e)
{
    const struct xlsx_extent *x = &c->table->extents[0];
    const struct result *r = c->table->result;
    size_t column = c->y[k][i];
    lxw_col_t cx = (lxw_col_t)c->x[k], cy = (lxw_col_t)column;
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    if (!series)
        return err_set(e, ERR_INTERNAL, "libxlsxwriter made no series");
    const char *sheet = xlsx_names_quote(&c->table->book->arena, x->name);
    chart_series_set_categories(series, sheet, 1, cx, x->last, cx);
    chart_series_set_values(series, sheet, 1, cy, x->last, cy);
    chart_series_set_name(
        series, xlsx_pen_plain(&c->table->book->arena, r->columns[column].title, MAX_TEXT));
    if (fill_cache(c, series->categories, c->x[k]) != 0 ||
        fill_cache(c, series->values, column) != 0)
        return err_set(e, ERR_INTERNAL, "no memory for a chart");
    color_series(series, look, i);
    if (look->kind == CHART_PIE)
        color_pieces(series, c->table->rows);
    return 0;
}

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

static bool has_dates(enum column_type type)
{
    return type == COLUMN_DATE || type == COLUMN_DATETIME;
}

static void set_category_axis(struct xlsx_charts *c, const struct chart_look *look, size_t k,
                              lxw_chart_axis *axis)
{
    struct xlsx_book *b = c->table->book;
    const struct column *x = &c->table->result->columns[c->x[k]];
    const char *title = label_text(look->x_title, b->pen.locale->tag);
    if (title)
        chart_axis_set_name(axis, xlsx_pen_plain(&b->arena, title, MAX_TEXT));
    if (column_look(x)->number_format && has_dates(x->type))
        chart_axis_set_num_format(axis, column_look(x)->number_format);
    else if (has_dates(x->type))
        chart_axis_set_num_format(axis, arena_printf(&b->arena, "%s%s", b->pen.locale->date_format,
                                                     x->type == COLUMN_DATE ? "" : " hh:mm"));
    chart_axis_major_gridlines_set_visible(axis, LXW_FALSE);
    /* Below what is below zero, too. */
    chart_axis_set_label_position(axis, LXW_CHART_AXIS_LABEL_POSITION_LOW);
    /* Bars are in the order of the rows, from the top, only when the axis is turned over. */
    if (look->kind == CHART_BAR) {
        chart_axis_set_reverse(axis);
        chart_axis_set_crossing_max(axis);
    }
}

static void set_value_axis(struct xlsx_charts *c, const struct chart_look *look,
                           lxw_chart_axis *axis)
{
    struct xlsx_book *b = c->table->book;
    lxw_chart_line grid = {.color = GRID, .width = 0.75}, none = {.none = LXW_TRUE};
    const char *title = label_text(look->y_title, b->pen.locale->tag);
    if (title)
        chart_axis_set_name(axis, xlsx_pen_plain(&b->arena, title, MAX_TEXT));
    if (look->y_format)
        chart_axis_set_num_format(axis, look->y_format);
    chart_axis_major_gridlines_set_visible(axis, LXW_TRUE);
    chart_axis_major_gridlines_set_line(axis, &grid);
    chart_axis_set_line(axis, &none);
}

/* The library calls the horizontal axis x, which is that of the values when bars lie. */
static void set_axes(struct xlsx_charts *c, const struct chart_look *look, size_t k,
                     lxw_chart *chart)
{
    lxw_chart_font font = {.color = TEXT, .size = 9};
    bool lying = look->kind == CHART_BAR;
    chart_axis_set_num_font(chart->x_axis, &font);
    chart_axis_set_num_font(chart->y_axis, &font);
    set_category_axis(c, look, k, lying ? chart->y_axis : chart->x_axis);
    set_value_axis(c, look, lying ? chart->x_axis : chart->y_axis);
}

static const char *title_of(const struct xlsx_charts *c, const struct chart_look *look)
{
    struct xlsx_book *b = c->table->book;
    const char *title = label_text(look->title, b->pen.locale->tag);
    return xlsx_pen_plain(&b->arena, title ? title : c->table->result->title, MAX_TEXT);
}

static int make_chart(struct xlsx_charts *c, size_t k, lxw_chart **out, struct err *e)
{
    const struct chart_look *look = &result_look(c->table->result)->charts[k];
    lxw_chart_font font = {.color = TEXT, .size = 13, .bold = LXW_TRUE};
    lxw_chart_line none = {.none = LXW_TRUE};
    lxw_chart *chart = workbook_add_chart(c->table->book->book, kind_of(look));
    if (!chart)
        return err_set(e, ERR_INTERNAL, "libxlsxwriter made no chart");
    for (size_t i = 0; i < look->ny; i++) {
        if (add_series(c, look, k, i, chart, e) != 0)
            return -1;
    }
    chart_title_set_name(chart, title_of(c, look));
    chart_title_set_name_font(chart, &font);
    chart_chartarea_set_line(chart, &none);
    if (look->kind == CHART_PIE)
        chart_legend_set_position(chart, LXW_CHART_LEGEND_RIGHT);
    else
        chart_legend_set_position(chart,
                                  look->ny > 1 ? LXW_CHART_LEGEND_BOTTOM : LXW_CHART_LEGEND_NONE);
    if (look->kind != CHART_PIE)
        set_axes(c, look, k, chart);
    if (look->kind != CHART_PIE && c->table->result->columns[c->x[k]].type == COLUMN_DATETIME) {
        library_writes = chart->write_plot_area;
        chart->write_plot_area = write_without_time_axis;
    }
    chart_show_blanks_as(chart, LXW_CHART_BLANKS_AS_GAP);
    *out = chart;
    return 0;
}

/* ---- where it goes ---- */

int xlsx_chart_insert(struct xlsx_book *b, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                      lxw_chart *chart, const char *title, struct err *e)
{
    /* The library makes charts of 480 x 288 pixels. */
    lxw_chart_options how = {.object_position = LXW_OBJECT_DONT_MOVE_DONT_SIZE,
                             .x_scale = 640.0 / 480,
                             .y_scale = 296.0 / 288,
                             .x_offset = 8,
                             .y_offset = 8,
                             .description = xlsx_pen_plain(&b->arena, title, MAX_TEXT)};
    return xlsx_pen_result(worksheet_insert_chart_opt(sheet, row, col, chart, &how),
                           "insert a chart", e);
}

/* A sheet of its own, named as the chart. */
static int add_chartsheet(struct xlsx_charts *c, lxw_chart *chart, const char *title, struct err *e)
{
    struct xlsx_book *b = c->table->book;
    const char *name =
        xlsx_names_add(&b->names, arena_printf(&b->arena, "%s: %s",
                                               locale_word(b->pen.locale, WORD_CHART), title));
    lxw_chartsheet *sheet = workbook_add_chartsheet(b->book, name);
    if (!sheet)
        return err_set(e, ERR_IO, "libxlsxwriter refused the sheet \"%s\"", name);
    chartsheet_set_landscape(sheet);
    if (result_look(c->table->result)->tab_color >= 0)
        chartsheet_set_tab_color(sheet, (lxw_color_t)result_look(c->table->result)->tab_color);
    return xlsx_pen_result(chartsheet_set_chart(sheet, chart), "place a chart", e);
}

int xlsx_charts_end(struct xlsx_charts *c, struct xlsx_cover_chart *cover, size_t *ncover,
                    struct err *e)
{
    const struct xlsx_table *t = c->table;
    const struct result_look *look = result_look(t->result);
    lxw_row_t row = 1;
    /* Without rows there is nothing that could be drawn. */
    for (size_t k = 0; t->rows && k < look->ncharts; k++) {
        lxw_chart *chart = NULL;
        const char *title = title_of(c, &look->charts[k]);
        if (make_chart(c, k, &chart, e) != 0)
            return -1;
        if (look->charts[k].place == CHART_COVER) {
            cover[(*ncover)++] = (struct xlsx_cover_chart){chart, title};
        } else if (look->charts[k].place == CHART_SHEET) {
            if (add_chartsheet(c, chart, title, e) != 0)
                return -1;
        } else {
            lxw_col_t col = (lxw_col_t)(t->result->ncolumns + 1);
            if (xlsx_chart_insert(t->book, t->extents[0].sheet, row, col, chart, title, e) != 0)
                return -1;
            row += XLSX_CHART_ROWS;
        }
    }
    return 0;
}
