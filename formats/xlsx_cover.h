/* The first sheet of a workbook: what the report is, for whom and for when, and what is in it. */
#ifndef FORMATS_XLSX_COVER_H
#define FORMATS_XLSX_COVER_H

#include <stdint.h>

#include "formats/xlsx_pen.h"

/* One line of the table of contents. Texts are the writer's. */
struct xlsx_content {
    const char *title, *sheet; /* the first sheet of it */
    uint64_t rows;
};

/* Into the pen's sheet, from its top. */
int xlsx_cover_write(struct xlsx_pen *p, const struct document *doc,
                     const struct xlsx_content *contents, size_t ncontents, struct err *e);

#endif
