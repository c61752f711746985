/*
 * XLSX inside: what xlsx.c, its cover and its check share.
 *
 * The first sheet says what the report is; each result set then has a sheet, or several when it has
 * more rows than Excel shows. Every sheet begins with a header row.
 */
#ifndef FORMATS_XLSX_H
#define FORMATS_XLSX_H

#include <stdint.h>

#include "formats/format.h"

enum { XLSX_MAX_ROWS = 1048576, XLSX_MAX_COLUMNS = 16384 };

/* As format.open(), with fewer rows a sheet (at least 2, the header included) for tests. */
int xlsx_open_limited(struct writer **w, const char *path, const char *temp_dir,
                      const struct document *doc, const struct format_options *options,
                      uint32_t max_rows, struct err *e);

#endif
