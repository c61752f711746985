/*
 * Proves a CSV file: strict RFC 4180 with the delimiter, line ends and quotes of the options, every
 * record as wide as the header, the right number of them.
 */
#ifndef FORMATS_CSV_CHECK_H
#define FORMATS_CSV_CHECK_H

#include "formats/format.h"

/* As format.verify(): `results` has one entry. */
int csv_check(const char *path, const struct format_options *options,
              const struct rendered *results, size_t nresults, struct proof *proof, struct err *e);

#endif
