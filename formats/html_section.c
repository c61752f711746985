/* A result set on its way: rows into the file aside, totals and charts as they pass. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/html_parts.h"

static const long double *read_limits(struct html *h, const struct column_look *look)
{
    long double *limits = arena_alloc(&h->arena, (look->nrules + 1) * sizeof(*limits));
    for (size_t i = 0; i < look->nrules; i++) {
        const char *text = look->rules[i].value;
        const struct cell cell = {text, strlen(text)};
        if (!tally_parse(&cell, &limits[i]))
            limits[i] = NAN;
    }
    return limits;
}

static void begin_column(struct html *h, struct html_column *out, const struct column *c)
{
    const struct column_look *look = column_look(c);
    *out = (struct html_column){
        .name = arena_strdup(&h->arena, c->name),
        .title = arena_strdup(&h->arena, c->title),
        .note = label_text(look->note, h->locale->tag),
        .type = c->type,
        .look = look,
        .limits = read_limits(h, look),
    };
    number_format_parse(&out->format, look->number_format);
    tally_init(&out->total, look->total);
}

/* The file aside has a name for a moment only: so nobody has to remove it. */
static int open_rows(struct html *h, struct html_section *s, struct err *e)
{
    char *path = xasprintf("%s/%s.rows", h->dir, h->name);
    int rc = output_open(&h->rows, path, NULL, e);
    if (rc == 0) {
        s->rows_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (s->rows_fd < 0)
            rc = err_sys(e, "can't read \"%s\"", path);
        unlink(path);
    }
    free(path);
    return rc;
}

int html_section_begin(struct html *h, const struct result *r, struct err *e)
{
    if (h->nsections == h->sections_cap) {
        size_t cap = h->sections_cap ? 2 * h->sections_cap : 8;
        h->sections = arena_grow(&h->arena, h->sections, h->nsections, cap, sizeof(*h->sections));
        h->sections_cap = cap;
    }
    struct html_section *s = &h->sections[h->nsections++];
    *s = (struct html_section){
        .name = arena_strdup(&h->arena, r->name),
        .title = arena_strdup(&h->arena, r->title),
        .note = label_text(result_look(r)->note, h->locale->tag),
        .hidden = result_look(r)->hidden,
        .columns = arena_alloc(&h->arena, (r->ncolumns + 1) * sizeof(*s->columns)),
        .rows_fd = -1,
    };
    for (; s->ncolumns < r->ncolumns; s->ncolumns++)
        begin_column(h, &s->columns[s->ncolumns], &r->columns[s->ncolumns]);
    html_chart_begin(h, s, r);
    figures_begin(&h->figures, r);
    return s->hidden ? 0 : open_rows(h, s, e);
}

static void write_row(struct html *h, struct html_section *s, const struct cell *cells)
{
    output_add_str(&h->rows, "<tr>");
    for (size_t i = 0; i < s->ncolumns; i++)
        html_value_cell(h, &s->columns[i], &cells[i], &h->rows);
    output_add_str(&h->rows, "</tr>\n");
    s->shown++;
}

int html_section_row(struct html *h, const struct cell *cells, struct err *e)
{
    struct html_section *s = &h->sections[h->nsections - 1];
    for (size_t i = 0; i < s->ncolumns; i++) {
        struct html_column *c = &s->columns[i];
        if (c->look->total != TOTAL_NONE)
            tally_cell(&c->total, &cells[i]);
    }
    figures_row(&h->figures, cells);
    html_chart_row(h, s, cells);
    s->rows++;
    if (s->hidden || (h->max_rows && s->shown == h->max_rows))
        return 0;
    write_row(h, s, cells);
    return output_ok(&h->rows, e);
}

int html_section_end(struct html *h, struct err *e)
{
    if (h->sections[h->nsections - 1].hidden)
        return 0;
    int rc = output_close(&h->rows, e);
    output_release(&h->rows);
    return rc;
}

void html_section_release(struct html_section *s)
{
    for (size_t i = 0; i < s->ncolumns; i++)
        tally_release(&s->columns[i].total);
    if (s->rows_fd >= 0)
        close(s->rows_fd);
    s->rows_fd = -1;
}

bool html_section_has_totals(const struct html_section *s)
{
    for (size_t i = 0; i < s->ncolumns; i++) {
        if (s->columns[i].look->total != TOTAL_NONE)
            return true;
    }
    return false;
}

const char *html_section_total(struct html *h, const struct html_column *c, size_t *len)
{
    enum { AVERAGE_PLACES = 2 };
    struct html_column shown = *c;
    struct buf digits;
    int places = c->type == COLUMN_FLOAT ? -1 : c->total.places;
    if (c->look->total == TOTAL_COUNT) {
        places = 0;
        shown.format.kind = NUMBER_FORMAT_NONE; /* that is for the values */
    } else if (c->look->total == TOTAL_AVERAGE && places >= 0 && places < AVERAGE_PLACES) {
        places = AVERAGE_PLACES;
    }
    shown.type = COLUMN_DECIMAL;
    buf_init(&digits, 8192);
    *len = 0;
    const char *text = "";
    if (tally_decimal(&c->total, places, &digits))
        text = html_value_text(h, &shown, &(struct cell){digits.data, digits.len}, false, len);
    buf_release(&digits);
    return text;
}
