/*
 * How a language and its region write dates, numbers and the few words that reports hold of
 * themselves. Built in, since a server has rarely more than one of the system's own locales; the
 * facts are those of Unicode's CLDR.
 *
 * A locale never changes what a value is: numbers in a workbook stay numbers, dates stay dates.
 */
#ifndef FORMATS_LOCALE_H
#define FORMATS_LOCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/zone.h"

enum locale_word {
    WORD_ABOUT, /* the first sheet */
    WORD_TENANT,
    WORD_ALL_TENANTS,
    WORD_PERIOD,
    WORD_FROM,
    WORD_UNTIL, /* not included */
    WORD_GENERATED,
    WORD_JOB,
    WORD_CONTENTS,
    WORD_SHEET,
    WORD_ROWS,
    WORD_FILES,
    WORD_COLUMNS, /* what they mean */
    WORD_NO_ROWS,
    WORD_TOTAL,
    WORD_AVERAGE,
    WORD_MINIMUM,
    WORD_MAXIMUM,
    WORD_COUNT,
    WORD_YES,
    WORD_NO,
    WORD_PAGE,  /* two %s: the page, and how many there are */
    WORD_SHOWN, /* two %s: how many rows are shown, and how many there are */
    WORD_CHART,
    WORD_CHART_SHOWN, /* as WORD_SHOWN */
    WORD_OTHER,       /* the small pieces of a pie, together */
    LOCALE_WORDS,
};

struct language {
    const char *tag; /* ISO 639 */
    const char *months[12], *weekdays[7];
    const char *short_months[12], *short_weekdays[7];
    const char *words[LOCALE_WORDS];
};

struct locale {
    const char *tag; /* BCP 47: "de", "en-US" */
    const struct language *language;
    char decimal_sign;       /* '.' or ',' */
    const char *group_sign;  /* between thousands */
    const char *date_format; /* day, month and year in Excel's syntax */
    bool us_letter;          /* paper */
    /* Dates in words: W weekday, D day, M month, Y year, all else for itself. */
    const char *full_day, *day, *day_of_year;   /* with weekday; without; without the year */
    const char *first_of_month, *last_of_month; /* the two ends of some days in one month */
    const char *month;
    const char *to; /* between the two ends */
};

extern const struct locale locale_default; /* "en": dates as ISO 8601 has them */

/* The locale of a tag: the same, else the one of its language; NULL when there is none. */
const struct locale *locale_by_tag(const char *tag);
/* In order, for help and messages; NULL after the last. */
const struct locale *locale_at(size_t index);
const char *locale_word(const struct locale *l, enum locale_word word);

/* A word that has two %s, with these in their places. */
void locale_sentence(const struct locale *l, enum locale_word word, const char *first,
                     const char *second, char *out, size_t size);

/* A date in the locale's digits: 2026-11-23, 23.11.2026. */
void locale_date(const struct locale *l, const struct civil *c, char *out, size_t size);
/* "16 to 22 November 2026" for days since 1970-01-01, both included. */
void locale_days(const struct locale *l, int64_t from, int64_t to, char *out, size_t size);
/* The same by months: "October to December 2026". */
void locale_months(const struct locale *l, int64_t from, int64_t to, char *out, size_t size);

#endif
