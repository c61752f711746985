/*
 * What a column of many rows is as one number, or as one cell: totals below the rows, figures above
 * them. Counted while the rows pass, so it takes no more memory for more of them.
 *
 * Sums are of long doubles (64 bits of mantissa here), and what each addition loses is kept aside:
 * 15 digits, which is what a spreadsheet shows, stay exact for any number of rows.
 */
#ifndef FORMATS_TALLY_H
#define FORMATS_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/row.h"
#include "lib/buf.h"

struct tally {
    enum look_total what;
    uint64_t count;     /* of what was counted */
    long double number; /* the sum, the smallest, the largest */
    long double lost;   /* what is to be added to a sum */
    struct buf text;    /* of the first or the last row */
    bool null;          /* which has none */
    int places;         /* the most decimals of a cell so far */
};

void tally_init(struct tally *t, enum look_total what);
void tally_release(struct tally *t); /* of a zeroed one, too */

/* A number of the database: digits, a sign, a point, an exponent. False for what is none, or not
 * finite. */
bool tally_parse(const struct cell *cell, long double *out);

/* The cell of the next row. Texts that are no numbers count only for TOTAL_COUNT. */
void tally_cell(struct tally *t, const struct cell *cell);

/* The number so far; false where there is none: an average of nothing, a first row that is a text.
 */
bool tally_number(const struct tally *t, double *out);
/*
 * The same with so many decimals as the database would write it, or with all there are for -1.
 * Of sums 18 digits count, of numbers with all decimals 15; the others are zeros.
 */
bool tally_decimal(const struct tally *t, int places, struct buf *out);
/* Of TOTAL_FIRST and TOTAL_LAST, as it came; a text of NULL when there was none. */
struct cell tally_text(const struct tally *t);
/* Whether it is a cell, with tally_text(), and no number of its own. */
bool tally_is_cell(enum look_total what);

#endif
