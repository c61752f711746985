/*
 * The first sheet of a workbook: what the report is, for whom and for when, the numbers that
 * matter, and what is in it, with links.
 */
#ifndef FORMATS_XLSX_COVER_H
#define FORMATS_XLSX_COVER_H

#include <stdint.h>

#include "formats/figures.h"
#include "formats/xlsx_chart.h"

/* One line of the table of contents, and what its columns mean. Texts are the writer's. */
struct xlsx_content {
    const char *title, *sheet; /* the first sheet of it */
    const char *note;          /* NULL: none */
    uint64_t rows;
    bool hidden;
    struct xlsx_note {
        const char *column, *text;
    } * notes;
    size_t nnotes;
};

struct xlsx_cover {
    const struct figures *figures;
    const struct xlsx_content *contents;
    size_t ncontents;
    const struct xlsx_cover_chart *charts;
    size_t ncharts;
};

/* Into the sheet, from its top. */
int xlsx_cover_write(struct xlsx_book *b, unsigned sheet, const struct xlsx_cover *cover,
                     struct err *e);

#endif
