#include "runner/reporter_columns.h"

#include <string.h>

#include "config/fields.h"
#include "formats/render.h"
#include "lib/mem.h"

/* What is to be checked, and where it stands in the job. */
struct checking {
    const struct result_spec *spec;
    const struct row_source *rows;
    struct err *e;
};

static int no_column(const struct checking *c, const struct place *at, const char *name)
{
    struct arena arena = {0};
    const char **names = arena_alloc(&arena, (c->rows->ncolumns + 1) * sizeof(*names));
    for (size_t i = 0; i < c->rows->ncolumns; i++)
        names[i] = c->rows->columns[i].name;
    err_set(c->e, ERR_CONFIG, "%s:%u:%u: the query has no column \"%s\"%s", at->file, at->line,
            at->column, name, fields_did_you_mean(&arena, name, names, c->rows->ncolumns));
    arena_release(&arena);
    return err_hint(c->e, "name columns as the query names them");
}

static const struct column *find(const struct checking *c, const char *name)
{
    for (size_t i = 0; i < c->rows->ncolumns; i++) {
        if (strcmp(c->rows->columns[i].name, name) == 0)
            return &c->rows->columns[i];
    }
    return NULL;
}

/* As the job shows it: the query's own type, or the one that the job gives it. */
static enum column_type type_of(const struct checking *c, const struct column *column)
{
    for (size_t i = 0; i < c->spec->ncolumns; i++) {
        if (c->spec->columns[i].has_type && strcmp(c->spec->columns[i].name, column->name) == 0)
            return c->spec->columns[i].type;
    }
    return column->type;
}

static int need(const struct checking *c, const struct place *at, const char *name, bool number,
                const char *what)
{
    const struct column *column = find(c, name);
    if (!column)
        return no_column(c, at, name);
    if (!number || column_type_is_number(type_of(c, column)))
        return 0;
    err_set(c->e, ERR_CONFIG, "%s:%u:%u: %s needs numbers, but column \"%s\" is of type %s",
            at->file, at->line, at->column, what, name, column_type_name(type_of(c, column)));
    return err_hint(c->e,
                    "choose another column, or say  type: integer  (or decimal) for it if the "
                    "query gives numbers as text");
}

/* Sums and averages are of numbers; a count is of anything, and so is the first or last row. */
static bool total_needs_number(enum look_total total)
{
    return total == TOTAL_SUM || total == TOTAL_AVERAGE || total == TOTAL_MIN || total == TOTAL_MAX;
}

static bool colors_numbers(const struct column_look *look)
{
    for (size_t i = 0; i < look->nrules; i++) {
        if (look->rules[i].test != TEST_IS)
            return true;
    }
    return false;
}

static int check_looks(const struct checking *c)
{
    for (size_t i = 0; i < c->spec->ncolumns; i++) {
        const struct column_spec *s = &c->spec->columns[i];
        if (need(c, &s->at, s->name, s->look.bar, "a bar") != 0 ||
            need(c, &s->at, s->name, colors_numbers(&s->look), "a color by < or >") != 0 ||
            need(c, &s->at, s->name, total_needs_number(s->look.total), "a total") != 0)
            return -1;
    }
    return 0;
}

static int check_charts(const struct checking *c)
{
    for (size_t i = 0; i < c->spec->look.ncharts; i++) {
        const struct chart_look *chart = &c->spec->look.charts[i];
        const struct place *at = &c->spec->charts_at[i];
        if (need(c, at, chart->x, false, "") != 0)
            return -1;
        for (size_t k = 0; k < chart->ny; k++) {
            if (need(c, at, chart->y[k], true, "a chart") != 0)
                return -1;
        }
    }
    return 0;
}

static int check_figures(const struct checking *c, const struct job *job)
{
    for (size_t i = 0; i < job->look.nfigures; i++) {
        const struct figure_look *f = &job->look.figures[i];
        if (strcmp(f->result, c->spec->name) == 0 &&
            need(c, &job->figures_at[i], f->column, total_needs_number(f->value), "a figure") != 0)
            return -1;
    }
    return 0;
}

int columns_check(const struct job *job, const struct result_spec *spec,
                  const struct row_source *rows, struct err *e)
{
    const struct checking c = {spec, rows, e};
    if (check_looks(&c) != 0 || check_charts(&c) != 0 || check_figures(&c, job) != 0)
        return -1;
    return render_check_columns(rows, e);
}

void columns_apply(const struct result_spec *spec, const char *locale, struct column *columns,
                   size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < spec->ncolumns; k++) {
            const struct column_spec *s = &spec->columns[k];
            if (strcmp(columns[i].name, s->name) != 0)
                continue;
            if (s->title)
                columns[i].title = label_text(s->title, locale);
            if (s->has_type)
                columns[i].type = s->type;
            columns[i].look = &s->look;
        }
    }
}
