#include "formats/xlsx_style.h"

#include <string.h>

#define HEADER                                                                                     \
    .valign = XLSX_VALIGN_CENTER, .color = 0xFFFFFF, .background = XLSX_ACCENT, .bold = true,      \
    .wrap = true

const struct xlsx_style xlsx_fixed_styles[XLSX_NSTYLES] = {
    [XLSX_HEADER] = {HEADER},
    /* With room for the button of the autofilter. */
    [XLSX_HEADER_RIGHT] = {HEADER, .align = ALIGN_RIGHT, .indent = 2},
    [XLSX_HEADER_CENTER] = {HEADER, .align = ALIGN_CENTER},
    [XLSX_TITLE] =
        {.valign = XLSX_VALIGN_TOP, .size = 20, .color = XLSX_ACCENT, .bold = true, .wrap = true},
    [XLSX_SUBTITLE] = {.valign = XLSX_VALIGN_TOP, .size = 12, .color = XLSX_GREY, .wrap = true},
    [XLSX_LABEL] = {.valign = XLSX_VALIGN_TOP, .color = XLSX_GREY},
    [XLSX_VALUE] = {.align = ALIGN_LEFT, .valign = XLSX_VALIGN_TOP, .wrap = true},
    [XLSX_HEADING] = {.color = XLSX_ACCENT, .bottom = XLSX_ACCENT, .bold = true},
    [XLSX_LINK] = {.color = 0x0B5CAD, .underline = true},
    [XLSX_WRAPPED] = {.valign = XLSX_VALIGN_TOP, .wrap = true},
    [XLSX_FIGURE_LABEL] = {.valign = XLSX_VALIGN_BOTTOM,
                           .color = XLSX_GREY,
                           .background = XLSX_TILE,
                           .wrap = true},
    [XLSX_NOTHING] = {.color = XLSX_GREY, .italic = true},
};

bool xlsx_style_equal(const struct xlsx_style *a, const struct xlsx_style *b)
{
    const char *x = a->number_format ? a->number_format : "",
               *y = b->number_format ? b->number_format : "";
    return a->align == b->align && a->valign == b->valign && a->indent == b->indent &&
           a->size == b->size && a->color == b->color && a->background == b->background &&
           a->top == b->top && a->bottom == b->bottom && a->bold == b->bold &&
           a->italic == b->italic && a->underline == b->underline && a->wrap == b->wrap &&
           a->shrink == b->shrink && strcmp(x, y) == 0;
}
