/*
 * Writes typed cells into a sheet: each value as what it is in Excel, or as text when Excel can't
 * hold it, with every return code of the library looked at. Owns the workbook's styles.
 */
#ifndef FORMATS_XLSX_PEN_H
#define FORMATS_XLSX_PEN_H

#include <stdint.h>
#include <xlsxwriter.h>

#include "formats/format.h"
#include "formats/xlsx_rows.h"
#include "formats/xlsx_value.h"
#include "lib/buf.h"
#include "lib/mem.h"

/* Colours that belong together: of headers and titles, of what matters less, behind numbers. */
enum { XLSX_ACCENT = 0x1F3F66, XLSX_GREY = 0x595F69, XLSX_TILE = 0xEEF2F8 };

enum xlsx_style {
    XLSX_PLAIN, /* no more than a cell that is there, although it is empty */
    XLSX_HEADER,
    XLSX_HEADER_RIGHT,
    XLSX_HEADER_CENTER,
    XLSX_TITLE,
    XLSX_SUBTITLE,
    XLSX_LABEL,
    XLSX_VALUE, /* what a label says; to the left in any script */
    XLSX_HEADING,
    XLSX_LINK,
    XLSX_WRAPPED,
    XLSX_FIGURE_LABEL,
    XLSX_NOTHING, /* says that there are no rows */
    XLSX_NSTYLES,
};

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
    lxw_format *own; /* its own number format, or NULL for that of its type */
    enum look_align align;
};

struct xlsx_pen {
    lxw_workbook *book;
    const struct locale *locale;
    lxw_worksheet *sheet; /* where it writes, and in which row */
    lxw_row_t row;
    struct xlsx_rows *rows; /* the sheet's rows are written by us; NULL: by the library */
    bool truncate;
    struct render_notes *notes;
    size_t shown;    /* how wide the last cell is, in digits; 0: it is blank */
    bool is_number;  /* the last cell is one, */
    unsigned places; /* with so many decimals */
    lxw_format *styles[XLSX_NSTYLES];
    lxw_format *kinds[XLSX_NKINDS][ALIGN_RIGHT + 1]; /* made when first needed */
    struct buf clean, text;                          /* scratch */
};

int xlsx_pen_init(struct xlsx_pen *p, lxw_workbook *book, const struct locale *locale,
                  bool truncate, struct render_notes *notes, struct err *e);
void xlsx_pen_release(struct xlsx_pen *p); /* of a zeroed one, too; the styles are the workbook's */

/* What a style is made of. */
struct xlsx_look {
    const char *number_format; /* NULL: none */
    enum look_align align;
    bool total;  /* as the totals row has it */
    bool figure; /* as the large numbers of the first sheet have it, */
    bool words;  /* and the texts among them, which need more room */
};
int xlsx_pen_look(struct xlsx_pen *p, const struct xlsx_look *look, lxw_format **out,
                  struct err *e);
/* The number format of a type in the pen's locale; of decimals, with so many of them. */
void xlsx_pen_format_of(const struct xlsx_pen *p, enum column_type type, unsigned decimals,
                        char out[64]);
/* Cells of the row at hand, each row from left to right. */
int xlsx_pen_blank(struct xlsx_pen *p, lxw_col_t col, lxw_format *style, struct err *e);
int xlsx_pen_number(struct xlsx_pen *p, lxw_col_t col, double value, lxw_format *style,
                    struct err *e);
int xlsx_pen_text(struct xlsx_pen *p, lxw_col_t col, const char *s, size_t len, lxw_format *style,
                  struct err *e);
int xlsx_pen_cell(struct xlsx_pen *p, lxw_col_t col, const struct xlsx_column *column,
                  const struct cell *cell, struct err *e);
/* A text for the places that are no cells: on one line, cut to so many UTF-16 units. */
char *xlsx_pen_plain(struct arena *arena, const char *text, size_t max_units);
/* The library's code as an error; 0 for no error. */
int xlsx_pen_result(lxw_error code, const char *doing, struct err *e);

#endif
