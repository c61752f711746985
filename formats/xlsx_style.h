/* How cells look, in plain values. Pure. */
#ifndef FORMATS_XLSX_STYLE_H
#define FORMATS_XLSX_STYLE_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/look.h"

/* Colours that belong together: of headers and titles, of what matters less, behind numbers. */
enum { XLSX_ACCENT = 0x1F3F66, XLSX_GREY = 0x595F69, XLSX_TILE = 0xEEF2F8 };

enum { XLSX_NUMBER_FORMAT_BYTES = 128 /* with its NUL; the library would cut a longer one */ };

enum xlsx_valign { XLSX_VALIGN_NONE, XLSX_VALIGN_TOP, XLSX_VALIGN_CENTER, XLSX_VALIGN_BOTTOM };

/* All zero: a cell that is not special. */
struct xlsx_style {
    const char *number_format; /* NULL: none */
    enum look_align align;
    enum xlsx_valign valign;
    unsigned indent, size;      /* size in points; 0: the usual one */
    uint32_t color, background; /* 0xRRGGBB; 0: none */
    uint32_t top, bottom;       /* colours of thin borders */
    bool bold, italic, underline, wrap, shrink;
    unsigned number; /* in its workbook (xlsx_frame_style()); 0: it has none yet, or is plain */
};

/* Whether they look the same. */
bool xlsx_style_equal(const struct xlsx_style *a, const struct xlsx_style *b);

enum xlsx_fixed_style {
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
extern const struct xlsx_style xlsx_fixed_styles[XLSX_NSTYLES];

#endif
