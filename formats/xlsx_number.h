/* Numbers as a workbook's cells hold them. Pure. */
#ifndef FORMATS_XLSX_NUMBER_H
#define FORMATS_XLSX_NUMBER_H

#include <stddef.h>

enum { XLSX_NUMBER_BYTES = 32, XLSX_COLUMN_BYTES = 4 };

/* As printf's "%.16G", for a finite number and without printf's time. Returns the length. */
size_t xlsx_number_text(double value, char out[XLSX_NUMBER_BYTES]);

/* The name of a column, counted from 0: A, B, ... Z, AA, ... with a NUL. Returns the length. */
size_t xlsx_number_column(unsigned column, char out[XLSX_COLUMN_BYTES]);

#endif
