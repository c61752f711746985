/* What the writer of CSV files and the one who reads them back must agree on. */
#ifndef FORMATS_CSV_H
#define FORMATS_CSV_H

#include "formats/format.h"

/* What the options say, or what is usual when they don't: a comma, and a point. */
char csv_delimiter(const struct format_options *options);
char csv_decimal_sign(const struct format_options *options);

#endif
