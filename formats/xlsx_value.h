/*
 * The database's text as Excel's values: what Excel can't hold exactly stays text. Pure.
 */
#ifndef FORMATS_XLSX_VALUE_H
#define FORMATS_XLSX_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"

enum {
    XLSX_TEXT_UNITS = 32767, /* UTF-16 units in a cell */
    XLSX_DIGITS = 15,        /* significant digits that Excel keeps */
    XLSX_MAX_DECIMALS = 30,  /* Excel's own ceiling for a number format */
};

struct xlsx_numeral {
    double value;
    unsigned decimals; /* as they are written, zeros as well */
    size_t len;        /* of the text, what a cell may hold for this very value; 0: none of it */
};
/*
 * 1 and the number; 0 when it is larger than Excel takes or has more digits than Excel keeps
 * (`exact` asks for that); -1 when it is no finite number.
 */
int xlsx_value_number(const char *s, size_t len, bool exact, struct xlsx_numeral *out);
/* Excel's serial numbers, cut after milliseconds; false for what Excel can't show. `*fraction`:
 * there are split seconds. */
bool xlsx_value_date(const char *s, size_t len, double *out);
bool xlsx_value_datetime(const char *s, size_t len, double *out, bool *fraction);
bool xlsx_value_time(const char *s, size_t len, double *out, bool *fraction);

/*
 * Puts clean UTF-8 into `out` as a cell can hold it: `_xHHHH_`, which Excel reads as an escape, is
 * escaped itself. False when it is too long: then `out` holds the beginning and a visible mark.
 */
bool xlsx_value_text(struct buf *out, const char *s, size_t len);

#endif
