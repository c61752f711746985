/*
 * The package of a workbook without values and without rows: what libxlsxwriter made of a frame's
 * script, cut open at the marks. It holds nothing but what is in the script, so it serves every
 * frame of the same script, whoever's values those are. xlsx_package.h puts them in.
 *
 * A library's file is trusted in nothing: each part must unpack to its checksum and be well-formed
 * XML to its end, all parts and sheets must be there, and each mark must be found.
 */
#ifndef FORMATS_XLSX_TEMPLATE_H
#define FORMATS_XLSX_TEMPLATE_H

#include "formats/xlsx_frame.h"
#include "formats/zip_read.h"
#include "lib/err.h"

struct xlsx_mark {
    size_t at; /* in the part's bytes, where it goes in */
    enum xlsx_mark_kind {
        XLSX_MARK_VALUE,  /* a text */
        XLSX_MARK_POINTS, /* what the cells of a chart's range hold */
        XLSX_MARK_ROW,    /* the number of a row */
        XLSX_MARK_WIDTHS, /* of a sheet's columns */
        XLSX_MARK_ROWS,   /* a sheet's rows */
    } kind;
    size_t index; /* of the value, the row or the sheet */
};

struct xlsx_part {
    struct zip_member member;
    struct buf bytes; /* without marks: as they are in the file; else XML, to be filled in */
    struct xlsx_mark *marks;
    size_t nmarks, marks_cap;
};

struct xlsx_template {
    struct arena arena;
    char *script;
    size_t script_len;
    struct xlsx_part *parts;
    size_t nparts;
};

/* Takes over what the library wrote of the frame; its first mark of a row stands for `first_row`.
 * The file is read through the descriptor, which stays the caller's. */
struct xlsx_template *xlsx_template_read(int fd, const struct xlsx_frame *frame, uint32_t first_row,
                                         struct err *e);
/* Has the library build it. */
struct xlsx_template *xlsx_template_build(const struct xlsx_frame *frame, const char *temp_dir,
                                          struct err *e);
void xlsx_template_free(struct xlsx_template *t); /* takes NULL */

#endif
