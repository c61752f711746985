/*
 * Puts rows into the workbook that libxlsxwriter made without them: its parts are copied as they
 * are, and each sheet becomes what it made before the rows, the rows, and what it made behind them.
 */
#ifndef FORMATS_XLSX_PACKAGE_H
#define FORMATS_XLSX_PACKAGE_H

#include "formats/xlsx_rows.h"

/*
 * Replaces the file; the first sheet stays as it is. What went wrong is in the file's place.
 *
 * The library reports success for parts that a full disk cut short: so each of them is proven
 * before it is taken, as whole and well-formed. All bytes then go through output.h, and `written`
 * tells what the file must be.
 */
int xlsx_package_finish(const char *path, struct xlsx_rows *rows, struct written *written,
                        struct err *e);

#endif
