/* What the files of number_format.h share; for nobody else. */
#ifndef FORMATS_NUMBER_FORMAT_PARTS_H
#define FORMATS_NUMBER_FORMAT_PARTS_H

#include "formats/number_format.h"

enum number_token_kind {
    TOKEN_END,
    TOKEN_BAD,
    TOKEN_TEXT,    /* to be shown as it is */
    TOKEN_SKIP,    /* a colour */
    TOKEN_DIGIT,   /* 0 or # */
    TOKEN_POINT,   /* . */
    TOKEN_COMMA,   /* , */
    TOKEN_PERCENT, /* % */
    TOKEN_SECTION, /* ; */
    TOKEN_DATE,    /* a run of d, m, y, h or s */
    TOKEN_ELAPSED, /* [h]: hours without days */
    TOKEN_HALF,    /* AM/PM */
};

struct number_token {
    enum number_token_kind kind;
    const char *text; /* without quotes; of a run in the author's case */
    size_t len;
};

/* The token at `*p`, which moves behind it. */
struct number_token number_format_token(const char **p, const char *end);

bool number_format_show_date(const struct number_format *f, const struct locale *l,
                             enum column_type type, const char *s, size_t len, struct buf *out);

#endif
