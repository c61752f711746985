/*
 * Names of sheets as Excel takes them: 1 to 31 UTF-16 units, none of []:*?/\, no ' at either end,
 * not "History", and no two that differ only in case. The same titles give the same names.
 */
#ifndef FORMATS_XLSX_NAMES_H
#define FORMATS_XLSX_NAMES_H

#include <stddef.h>

#include "lib/mem.h"

struct xlsx_names { /* {0} is an empty set */
    struct arena arena;
    const char **folded; /* the names in use, in lower case */
    size_t n, cap;
};

/* A valid name that is not in use, made of any text; it is then in use and lives as long as
 * `names`. */
const char *xlsx_names_add(struct xlsx_names *names, const char *title);
/* A name as formulas hold it, in quotes. The library leaves them out for "2026" and "Q3", which
 * Excel would take for a number and for a cell. */
char *xlsx_names_quote(struct arena *arena, const char *name);
void xlsx_names_release(struct xlsx_names *names);

#endif
