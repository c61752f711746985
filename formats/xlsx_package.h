/* Puts the values and the rows of a workbook into the template of its script. */
#ifndef FORMATS_XLSX_PACKAGE_H
#define FORMATS_XLSX_PACKAGE_H

#include "formats/xlsx_rows.h"
#include "formats/xlsx_template.h"
#include "formats/zip_write.h"

/* All members of the file; the frame is of the template's script. */
int xlsx_package_write(struct zip_write *to, const struct xlsx_template *t,
                       const struct xlsx_frame *frame, struct xlsx_rows *rows, struct err *e);

#endif
