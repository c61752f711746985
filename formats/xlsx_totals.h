/* The totals row below a result set: formulas, with the values that they have now. */
#ifndef FORMATS_XLSX_TOTALS_H
#define FORMATS_XLSX_TOTALS_H

#include "formats/xlsx_table.h"

/* Into the pen's row, which moves on; the columns become as wide as the totals need. */
int xlsx_totals_put(struct xlsx_table *t, struct err *e);

#endif
