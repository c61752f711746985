/* The numbers that a report shows large at its top, counted while the rows pass. */
#ifndef FORMATS_FIGURES_H
#define FORMATS_FIGURES_H

#include "formats/format.h"
#include "formats/tally.h"
#include "lib/mem.h"

struct figure {
    const struct figure_look *look;
    const char *title;
    enum column_type type;     /* of the column */
    const char *number_format; /* the figure's own, or the column's, or NULL */
    bool counted;              /* the result set was there; else nothing is known */
    struct tally tally;
};

struct figures { /* {0} holds none */
    const struct document *doc;
    struct figure *items; /* as many as the look of the document has */
    size_t n;
    size_t *columns; /* of the current result set, by figure; SIZE_MAX: not of this one */
    struct arena arena;
};

void figures_open(struct figures *f, const struct document *doc);
void figures_begin(struct figures *f, const struct result *r);
void figures_row(struct figures *f, const struct cell *cells);
void figures_release(struct figures *f);

#endif
