/*
 * Number formats in Excel's syntax, as far as authors of reports use them: how a value of the
 * database is shown to people in their language. Pure.
 *
 * Of numbers: 0 and # before and behind the point, commas between them for thousands and behind
 * them for each thousand that is left out, %, texts around the number, and up to three sections,
 * for numbers above, below and at zero; colours are skipped. Of dates and times: d to dddd, m to
 * mmmm, yy, yyyy, h, m, s, .000 behind seconds, AM/PM, [h], and texts between them. Names and signs
 * are those of the locale.
 *
 * What is not among these is not guessed at: such a format shows nothing, and the value is to be
 * shown as it is.
 */
#ifndef FORMATS_NUMBER_FORMAT_H
#define FORMATS_NUMBER_FORMAT_H

#include "formats/locale.h"
#include "formats/row.h"
#include "lib/buf.h"

enum number_format_kind {
    NUMBER_FORMAT_NONE, /* there is none, or it is beyond what is understood here */
    NUMBER_FORMAT_NUMBER,
    NUMBER_FORMAT_DATE,
};

/* One of the parts between semicolons. Pointers are into the author's text. */
struct number_section {
    const char *prefix, *suffix;
    size_t prefix_len, suffix_len;
    bool has_digits, grouped;
    int integers, min_decimals, max_decimals;
    int shift; /* the value times ten to the power of this */
};

struct number_format {
    enum number_format_kind kind;
    struct number_section sections[3];
    size_t nsections;
    const char *text; /* of a date's */
    size_t len;
};

/* `text` must outlive the format; NULL and "General" say nothing. */
void number_format_parse(struct number_format *f, const char *text);
/*
 * Appends a value of a column of that type. False, and nothing appended, when the format says
 * nothing about it.
 */
bool number_format_show(const struct number_format *f, const struct locale *l,
                        enum column_type type, const char *s, size_t len, struct buf *out);
/* A number with its own digits and the locale's signs; with those between thousands if asked. */
void number_format_plain(const struct locale *l, bool grouped, const char *s, size_t len,
                         struct buf *out);

#endif
