/*
 * Proves a page: well-formed, whole, nothing in it but the elements that we write, so no script
 * either, and all rows of each result set, each as wide as its header.
 */
#ifndef FORMATS_HTML_CHECK_H
#define FORMATS_HTML_CHECK_H

#include "formats/format.h"

/* As format.verify(). */
int html_check(const char *path, const struct format_options *options,
               const struct rendered *results, size_t nresults, struct proof *proof, struct err *e);

#endif
