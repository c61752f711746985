/*
 * The narrow waist between the database and the files: typed columns and rows of cells.
 *
 * A cell is text plus the type of its column. The database's own text is exact (decimals keep
 * their digits) and is what CSV and JSON want; only XLSX turns it into numbers, once.
 */
#ifndef FORMATS_ROW_H
#define FORMATS_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/look.h"
#include "lib/err.h"

enum column_type {
    COLUMN_TEXT,     /* UTF-8; not yet checked for validity */
    COLUMN_INTEGER,  /* -?[0-9]+, up to 20 digits */
    COLUMN_DECIMAL,  /* -?[0-9]+(.[0-9]+)?, up to 65 digits, trailing zeros kept */
    COLUMN_FLOAT,    /* as C prints a double: may have an exponent */
    COLUMN_BOOLEAN,  /* 0 or 1; another integer stays that integer */
    COLUMN_DATE,     /* YYYY-MM-DD; may be 0000-00-00 */
    COLUMN_TIME,     /* [-]HHH:MM:SS[.ffffff], up to 838 hours */
    COLUMN_DATETIME, /* YYYY-MM-DD HH:MM:SS[.ffffff]; may be zero */
    COLUMN_JSON,     /* a JSON text as the database stored it */
    COLUMN_BINARY,   /* raw bytes */
};

struct column {
    const char *name;  /* unique in its result set */
    const char *title; /* shown in headers; never NULL */
    enum column_type type;
    const struct column_look *look; /* NULL: nothing is said */
};

/* `text` is NULL for SQL NULL; otherwise `len` bytes, not NUL-terminated, valid until next(). */
struct cell {
    const char *text;
    size_t len;
};

/* Where the rows of one result set come from. The implementation embeds this first. */
struct row_source {
    const struct column *columns;
    size_t ncolumns;
    /* 1 and `*row` (ncolumns cells), 0 at the proven end, -1 on any failure. */
    int (*next)(struct row_source *s, const struct cell **row, struct err *e);
    void (*free)(struct row_source *s); /* takes NULL */
};

/* What is said of a column's look, or what counts when nothing is. */
const struct column_look *column_look(const struct column *c);
const char *column_type_name(enum column_type type); /* "text", "integer", ... as in job files */
bool column_type_is_number(enum column_type type);   /* integer, decimal or float */
bool column_type_by_name(const char *name, enum column_type *out);

#endif
