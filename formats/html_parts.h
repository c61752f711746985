/*
 * HTML inside: what the files of html.c share; for nobody else.
 *
 * Rows go to a file aside as they come, one for each result set. What stands above them on the
 * page is known only when the last row was there: so the page is put together at the end.
 */
#ifndef FORMATS_HTML_PARTS_H
#define FORMATS_HTML_PARTS_H

#include "formats/figures.h"
#include "formats/format.h"
#include "formats/logo.h"
#include "formats/number_format.h"
#include "formats/output.h"
#include "lib/mem.h"

enum {
    HTML_CHART_POINTS = 1000, /* of each chart that are kept */
    HTML_LABEL_BYTES = 120,   /* of a category */
    HTML_LONG_BYTES = 600,    /* a text with more of them, or of lines, is folded there */
    HTML_LONG_LINES = 12,
    HTML_FOLD_BYTES = 400,
    HTML_FOLD_LINES = 8,
    HTML_WRAP_WIDTH = 18, /* characters of a text that stay on one line */
};

struct html_column {
    const char *name, *title, *note; /* the note may be NULL */
    enum column_type type;
    const struct column_look *look;
    struct number_format format;
    const long double *limits; /* the numbers of the rules; NAN for a text */
    struct tally total;
    double low, high; /* of its bars, zero included */
    int widest;       /* of its texts on the page, in characters up to HTML_WRAP_WIDTH */
};

/* What is kept of the rows for a chart. */
struct html_chart {
    char last_x[32]; /* of rows by date, to see whether they go back in time */
    bool falling;
    const struct chart_look *look;
    size_t x;
    const size_t *y;
    const char **labels;
    double **values; /* by series */
    size_t n;
};

struct html_section {
    const char *name, *title, *note; /* the note may be NULL */
    bool hidden;
    struct html_column *columns;
    size_t ncolumns;
    struct html_chart *charts;
    size_t ncharts;
    uint64_t rows;
    uint64_t shown; /* of the rows, those that are in the file aside */
    int rows_fd;    /* of that file, for reading; -1: there is none */
};

struct html {
    struct writer writer;
    const struct document *doc;
    const struct format_options *options;
    const struct locale *locale;
    const char *dir, *name; /* of the files aside */
    uint64_t max_rows;
    struct output page;
    struct output rows; /* of the current section */
    struct html_section *sections;
    size_t nsections, sections_cap;
    struct figures figures;
    struct logo logo;
    bool has_logo;
    struct number_format date, datetime; /* what the locale's order makes of them */
    struct buf clean, shown;             /* scratch */
    struct arena arena;
};

/* ---- values (html_value.c) ---- */

/*
 * A value as people read it, in UTF-8 that may be written after escaping. It lives until the next
 * call. `grouped`: numbers without a format of their own have signs between thousands.
 */
const char *html_value_text(struct html *h, const struct html_column *c, const struct cell *cell,
                            bool grouped, size_t *len);
/* A cell of the table with all that its column's look asks for. */
void html_value_cell(struct html *h, struct html_column *c, const struct cell *cell,
                     struct output *out);
/* One that is right below or above others: numbers, dates. */
bool html_value_is_right(const struct html_column *c);

/* ---- what is counted while rows pass (html_section.c) ---- */

int html_section_begin(struct html *h, const struct result *r, struct err *e);
int html_section_row(struct html *h, const struct cell *cells, struct err *e);
int html_section_end(struct html *h, struct err *e);
void html_section_release(struct html_section *s);
/* What a column comes to; an empty text where there is nothing. Lives until the next value. */
const char *html_section_total(struct html *h, const struct html_column *c, size_t *len);
bool html_section_has_totals(const struct html_section *s);

/* ---- charts (html_chart.c) ---- */

void html_chart_begin(struct html *h, struct html_section *s, const struct result *r);
void html_chart_row(struct html *h, struct html_section *s, const struct cell *cells);
/* How many have something to show at the places of the set, such as 1 << CHART_BESIDE. */
size_t html_chart_count(const struct html_section *s, unsigned places);
/* Those, side by side if there are several; `half`: one as wide as if it were. */
void html_chart_write(struct html *h, const struct html_section *s, unsigned places, bool half);

/* ---- the page ---- */

int html_page_write(struct html *h, struct err *e); /* all of it */
void html_head_write(struct html *h);               /* up to <body> */
int html_table_write(struct html *h, const struct html_section *s, struct err *e);
/* Escaped. */
void html_page_text(struct html *h, const char *text);
/* A sentence with two numbers, such as WORD_SHOWN. */
void html_page_counts(struct html *h, enum locale_word sentence, uint64_t first, uint64_t second);
void html_page_count(struct html *h, uint64_t n);
/* A list of links to the other files of the report that hold this result set alone; "": all. */
void html_page_links(struct html *h, const char *result);

extern const char html_style[];

#endif
