/*
 * Proves JSON files: strictly well-formed, valid UTF-8, and with the rows that were written.
 * Both as format.verify().
 */
#ifndef FORMATS_JSON_CHECK_H
#define FORMATS_JSON_CHECK_H

#include "formats/format.h"

/* One document: `results` holds nresults objects, each with results[i].rows `rows` and that
 * `row_count`. */
int json_check(const char *path, const struct format_options *options,
               const struct rendered *results, size_t nresults, struct proof *proof, struct err *e);
/* One array of *rows objects. */
int json_check_rows(const char *path, const struct format_options *options,
                    const struct rendered *results, size_t nresults, struct proof *proof,
                    struct err *e);
/* One object a line, *rows lines. */
int json_check_lines(const char *path, const struct format_options *options,
                     const struct rendered *results, size_t nresults, struct proof *proof,
                     struct err *e);

#endif
