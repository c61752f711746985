#include "formats/xlsx_chart.h"

#include <string.h>

#include "formats/json_text.h"
#include "formats/text.h"
#include "formats/xlsx_value.h"

enum { MAX_TEXT = 255 /* of a title, as Excel takes it */, MAX_PIECES = 100 };

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
        struct xlsx_point **cache = &c->cache[i ? c->y[k][i - 1] : c->x[k]];
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
                     struct xlsx_point *out)
{
    struct xlsx_numeral number = {0};
    bool fraction;
    if (!cell->text)
        return;
    switch (type) {
    case COLUMN_INTEGER:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
        out->is_number =
            xlsx_value_number(cell->text, cell->len, type != COLUMN_FLOAT, &number) > 0;
        out->number = number.value;
        break;
    case COLUMN_BOOLEAN:
        out->is_number = !(cell->len == 1 && (*cell->text == '0' || *cell->text == '1')) &&
                         xlsx_value_number(cell->text, cell->len, true, &number) > 0;
        out->number = number.value;
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

/* ---- the chart ---- */

/* The rows of a column. Points that would be incomplete are left out: Excel would show them until
 * it has calculated. */
static struct xlsx_range range_of(const struct xlsx_charts *c, size_t column)
{
    const struct xlsx_extent *x = &c->table->extents[0];
    struct arena *arena = &c->table->book->arena;
    const char *sheet = xlsx_names_quote(arena, x->name);
    char name[XLSX_COLUMN_BYTES];
    struct xlsx_range r = {NULL, NULL, 0};
    xlsx_number_column((unsigned)column, name);
    r.formula = x->last == 1
                    ? arena_printf(arena, "%s!$%s$2", sheet, name)
                    : arena_printf(arena, "%s!$%s$2:$%s$%u", sheet, name, name, x->last + 1);
    if (c->ncached == c->table->rows) {
        r.points = c->cache[column];
        r.npoints = c->ncached;
    }
    return r;
}

static bool has_dates(enum column_type type)
{
    return type == COLUMN_DATE || type == COLUMN_DATETIME;
}

static const char *category_format(struct xlsx_book *b, const struct column *x)
{
    const char *own = column_look(x)->number_format;
    if (!has_dates(x->type))
        return NULL;
    return own ? own
               : arena_printf(&b->arena, "%s%s", b->pen.locale->date_format,
                              x->type == COLUMN_DATE ? "" : " hh:mm");
}

static const char *plain_label(struct xlsx_book *b, const struct label *label)
{
    const char *text = label_text(label, b->pen.locale->tag);
    return text ? xlsx_pen_plain(&b->arena, text, MAX_TEXT) : NULL;
}

static const char *title_of(const struct xlsx_charts *c, const struct chart_look *look)
{
    struct xlsx_book *b = c->table->book;
    const char *title = label_text(look->title, b->pen.locale->tag);
    return xlsx_pen_plain(&b->arena, title ? title : c->table->result->title, MAX_TEXT);
}

/* Into the frame; returns its index there. */
static unsigned make_chart(struct xlsx_charts *c, size_t k)
{
    const struct result *r = c->table->result;
    const struct chart_look *look = &result_look(r)->charts[k];
    const struct column *x = &r->columns[c->x[k]];
    struct xlsx_book *b = c->table->book;
    struct xlsx_series *series = arena_alloc(&b->arena, look->ny * sizeof(*series));
    for (size_t i = 0; i < look->ny; i++) {
        size_t y = c->y[k][i];
        series[i] = (struct xlsx_series){xlsx_pen_plain(&b->arena, r->columns[y].title, MAX_TEXT),
                                         range_of(c, c->x[k]), range_of(c, y)};
    }
    const struct xlsx_chart chart = {
        .kind = look->kind,
        .stacked = look->stacked,
        .hours = x->type == COLUMN_DATETIME,
        .title = title_of(c, look),
        .x_title = plain_label(b, look->x_title),
        .y_title = plain_label(b, look->y_title),
        .x_format = category_format(b, x),
        .y_format = look->y_format,
        .pieces = look->kind != CHART_PIE       ? 0
                  : c->table->rows < MAX_PIECES ? (size_t)c->table->rows
                                                : MAX_PIECES,
        .series = series,
        .nseries = look->ny,
    };
    return xlsx_frame_chart(&b->frame, &chart);
}

/* ---- where it goes ---- */

void xlsx_chart_insert(struct xlsx_book *b, unsigned sheet, uint32_t row, unsigned col,
                       unsigned chart, const char *title)
{
    xlsx_frame_place_chart(&b->frame, sheet, row, col, chart,
                           xlsx_pen_plain(&b->arena, title, MAX_TEXT));
}

/* A sheet of its own, named as the chart. */
static void add_chartsheet(struct xlsx_charts *c, unsigned chart, const char *title)
{
    struct xlsx_book *b = c->table->book;
    const char *name =
        xlsx_names_add(&b->names, arena_printf(&b->arena, "%s: %s",
                                               locale_word(b->pen.locale, WORD_CHART), title));
    xlsx_frame_chartsheet(&b->frame, name, chart, result_look(c->table->result)->tab_color);
}

void xlsx_charts_end(struct xlsx_charts *c, struct xlsx_cover_chart *cover, size_t *ncover)
{
    const struct xlsx_table *t = c->table;
    const struct result_look *look = result_look(t->result);
    uint32_t row = 1;
    /* Without rows there is nothing that could be drawn. */
    for (size_t k = 0; t->rows && k < look->ncharts; k++) {
        unsigned chart = make_chart(c, k);
        const char *title = title_of(c, &look->charts[k]);
        if (look->charts[k].place == CHART_COVER) {
            cover[(*ncover)++] = (struct xlsx_cover_chart){chart, title};
        } else if (look->charts[k].place == CHART_SHEET) {
            add_chartsheet(c, chart, title);
        } else {
            unsigned col = (unsigned)(t->result->ncolumns + 1);
            xlsx_chart_insert(t->book, t->extents[0].sheet, row, col, chart, title);
            row += XLSX_CHART_ROWS;
        }
    }
}
