/*
 * Proves a workbook of ours: every byte of the ZIP file is accounted for, every member unpacks to
 * its CRC-32, every part is well-formed XML, and the sheets hold the rows that were written.
 */
#ifndef FORMATS_XLSX_CHECK_H
#define FORMATS_XLSX_CHECK_H

#include "formats/format.h"
#include "formats/zip_read.h"

/* `max_rows` as in xlsx_open_limited(): it decides over how many sheets a result set goes. */
int xlsx_check(const char *path, const struct rendered *results, size_t nresults, uint32_t max_rows,
               struct proof *proof, struct err *e);

/* The parts are there that every workbook has. */
int xlsx_check_required(const struct zip *z, struct err *e);

#endif
