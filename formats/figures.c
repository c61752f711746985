#include "formats/figures.h"

#include <string.h>

void figures_open(struct figures *f, const struct document *doc)
{
    const struct report_look *look = document_look(doc);
    *f = (struct figures){.doc = doc, .n = look->nfigures};
    f->items = arena_alloc(&f->arena, f->n * sizeof(*f->items));
    f->columns = arena_alloc(&f->arena, f->n * sizeof(*f->columns));
    for (size_t i = 0; i < f->n; i++) {
        f->items[i].look = &look->figures[i];
        tally_init(&f->items[i].tally, look->figures[i].value);
    }
}

static void begin_figure(struct figures *f, struct figure *figure, const struct column *c)
{
    const char *title = label_text(figure->look->title, document_locale(f->doc)->tag);
    figure->title = arena_strdup(&f->arena, title ? title : c->title);
    figure->type = c->type;
    figure->number_format = figure->look->number_format;
    /* How many there are is no percentage and no amount of money. */
    if (!figure->number_format && figure->look->value != TOTAL_COUNT)
        figure->number_format = column_look(c)->number_format;
    figure->counted = true;
}

void figures_begin(struct figures *f, const struct result *r)
{
    for (size_t i = 0; i < f->n; i++) {
        struct figure *figure = &f->items[i];
        f->columns[i] = SIZE_MAX;
        if (strcmp(figure->look->result, r->name) != 0)
            continue;
        for (size_t k = 0; k < r->ncolumns; k++) {
            if (strcmp(r->columns[k].name, figure->look->column) != 0)
                continue;
            f->columns[i] = k;
            begin_figure(f, figure, &r->columns[k]);
        }
    }
}

void figures_row(struct figures *f, const struct cell *cells)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->columns[i] != SIZE_MAX)
            tally_cell(&f->items[i].tally, &cells[f->columns[i]]);
    }
}

void figures_release(struct figures *f)
{
    for (size_t i = 0; i < f->n; i++)
        tally_release(&f->items[i].tally);
    arena_release(&f->arena);
    *f = (struct figures){0};
}
