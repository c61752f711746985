/* What the writer of CSV files and the one who reads them back must agree on. */
#ifndef FORMATS_CSV_H
#define FORMATS_CSV_H

#include "formats/format.h"

/*
 * What the options say, or what the locale's spreadsheets expect when they don't: where 1,5 is a
 * number, "1.5" would be read as a date, and a comma doesn't part the fields of a line.
 */
char csv_delimiter(const struct format_options *options);
char csv_decimal_sign(const struct format_options *options);

#endif
