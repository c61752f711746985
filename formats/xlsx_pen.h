/*
 * Writes typed cells into a sheet: each value as what it is in Excel, or as text when Excel can't
 * hold it. Owns the workbook's styles.
 */
#ifndef FORMATS_XLSX_PEN_H
#define FORMATS_XLSX_PEN_H

#include <stdint.h>

#include "formats/format.h"
#include "formats/xlsx_frame.h"
#include "formats/xlsx_rows.h"
#include "formats/xlsx_value.h"
#include "lib/buf.h"
#include "lib/mem.h"

/* How values look that have no number format of their own; decimals by how many there are. */
enum xlsx_kind {
    XLSX_TEXT,
    XLSX_DATE,
    XLSX_DATETIME,
    XLSX_DATETIME_FRACTION,
    XLSX_TIME,
    XLSX_TIME_FRACTION,
    XLSX_BOOLEAN,
    XLSX_NUMBER, /* without decimals */
    XLSX_NKINDS = XLSX_NUMBER + XLSX_MAX_DECIMALS + 1,
};

/* How the cells of a column are written. */
struct xlsx_column {
    enum column_type type;
    struct xlsx_style *own; /* with its own number format, or NULL for that of its type */
    enum look_align align;
};

struct xlsx_pen {
    const struct locale *locale;
    struct xlsx_frame *frame;
    struct xlsx_rows *rows; /* where it writes, and in which row */
    uint32_t row;
    bool truncate;
    struct render_notes *notes;
    size_t shown;    /* how wide the last cell is, in digits; 0: it is blank */
    bool is_number;  /* the last cell is one, */
    unsigned places; /* with so many decimals */
    struct xlsx_style styles[XLSX_NSTYLES];
    struct xlsx_style *kinds[XLSX_NKINDS][ALIGN_RIGHT + 1]; /* made when first needed */
    struct arena arena;
    struct buf clean, text; /* scratch */
};

void xlsx_pen_init(struct xlsx_pen *p, struct xlsx_frame *frame, struct xlsx_rows *rows,
                   const struct locale *locale, bool truncate, struct render_notes *notes);
void xlsx_pen_release(struct xlsx_pen *p); /* of a zeroed one, too */

/* What a style is made of. */
struct xlsx_look {
    const char *number_format; /* NULL: none; copied */
    enum look_align align;
    bool total;  /* as the totals row has it */
    bool figure; /* as the large numbers of the first sheet have it, */
    bool words;  /* and the texts among them, which need more room */
};
int xlsx_pen_look(struct xlsx_pen *p, const struct xlsx_look *look, struct xlsx_style **out,
                  struct err *e);
/* The number format of a type in the pen's locale; of decimals, with so many of them. */
void xlsx_pen_format_of(const struct xlsx_pen *p, enum column_type type, unsigned decimals,
                        char out[64]);
/* Gives the styles that the column's cells most likely have their numbers. So these don't depend on
 * which of the columns has a value in the first row, and most workbooks of a job are alike. */
int xlsx_pen_expect(struct xlsx_pen *p, const struct xlsx_column *column, struct err *e);
/* Cells of the row at hand, each row from left to right. A style of NULL is the plain one. */
void xlsx_pen_blank(struct xlsx_pen *p, unsigned col, struct xlsx_style *style);
void xlsx_pen_number(struct xlsx_pen *p, unsigned col, double value, struct xlsx_style *style);
int xlsx_pen_text(struct xlsx_pen *p, unsigned col, const char *s, size_t len,
                  struct xlsx_style *style, struct err *e);
int xlsx_pen_cell(struct xlsx_pen *p, unsigned col, const struct xlsx_column *column,
                  const struct cell *cell, struct err *e);
/* A text for the places that are no cells: on one line, cut to so many UTF-16 units. */
char *xlsx_pen_plain(struct arena *arena, const char *text, size_t max_units);

#endif
