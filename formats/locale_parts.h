/* The languages of locale.c; for nobody else. */
#ifndef FORMATS_LOCALE_PARTS_H
#define FORMATS_LOCALE_PARTS_H

#include "formats/locale.h"

extern const struct language language_de, language_en, language_es, language_fr, language_it,
    language_nl, language_pt;

#endif
