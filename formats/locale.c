#include "formats/locale.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/locale_parts.h"
#include "lib/zone.h"

/* What most locales share, so that the table shows what differs. */
#define DAY_MONTH_YEAR                                                                             \
    .full_day = "W D M Y", .day = "D M Y", .day_of_year = "D M", .first_of_month = "D",            \
    .last_of_month = "D M Y", .month = "M Y"
#define GERMAN                                                                                     \
    .language = &language_de, .date_format = "dd.mm.yyyy", .full_day = "W, D. M Y",                \
    .day = "D. M Y", .day_of_year = "D. M", .first_of_month = "D.", .last_of_month = "D. M Y",     \
    .month = "M Y", .to = " bis "
#define WITH_DE                                                                                    \
    .full_day = "W, D de M de Y", .day = "D de M de Y", .day_of_year = "D de M",                   \
    .first_of_month = "D", .last_of_month = "D de M de Y", .month = "M de Y"

const struct locale locale_default = {
    .tag = "en",
    .language = &language_en,
    .decimal_sign = '.',
    .group_sign = ",",
    .date_format = "yyyy-mm-dd",
    DAY_MONTH_YEAR,
    .to = " to ",
};

static const struct locale others[] = {
    {.tag = "en-GB",
     .language = &language_en,
     .decimal_sign = '.',
     .group_sign = ",",
     .date_format = "dd/mm/yyyy",
     DAY_MONTH_YEAR,
     .to = " to "},
    {.tag = "en-US",
     .language = &language_en,
     .decimal_sign = '.',
     .group_sign = ",",
     .date_format = "mm/dd/yyyy",
     .us_letter = true,
     .full_day = "W, M D, Y",
     .day = "M D, Y",
     .day_of_year = "M D",
     .first_of_month = "M D",
     .last_of_month = "D, Y",
     .month = "M Y",
     .to = " to "},
    {.tag = "de", .decimal_sign = ',', .group_sign = ".", GERMAN},
    {.tag = "de-CH", .decimal_sign = '.', .group_sign = "’", GERMAN},
    {.tag = "es",
     .language = &language_es,
     .decimal_sign = ',',
     .group_sign = ".",
     .date_format = "dd/mm/yyyy",
     WITH_DE,
     .to = " – "},
    {.tag = "fr",
     .language = &language_fr,
     .decimal_sign = ',',
     .group_sign = "\u202f",
     .date_format = "dd/mm/yyyy",
     DAY_MONTH_YEAR,
     .to = " – "},
    {.tag = "it",
     .language = &language_it,
     .decimal_sign = ',',
     .group_sign = ".",
     .date_format = "dd/mm/yyyy",
     DAY_MONTH_YEAR,
     .to = " – "},
    {.tag = "nl",
     .language = &language_nl,
     .decimal_sign = ',',
     .group_sign = ".",
     .date_format = "dd-mm-yyyy",
     DAY_MONTH_YEAR,
     .to = " – "},
    {.tag = "pt",
     .language = &language_pt,
     .decimal_sign = ',',
     .group_sign = ".",
     .date_format = "dd/mm/yyyy",
     WITH_DE,
     .to = " – "},
};

const struct locale *locale_at(size_t index)
{
    if (index == 0)
        return &locale_default;
    return index <= sizeof(others) / sizeof(others[0]) ? &others[index - 1] : NULL;
}

const struct locale *locale_by_tag(const char *tag)
{
    size_t language = strcspn(tag, "-");
    for (size_t i = 0; locale_at(i); i++) {
        if (strcasecmp(locale_at(i)->tag, tag) == 0)
            return locale_at(i);
    }
    for (size_t i = 0; locale_at(i); i++) {
        const char *own = locale_at(i)->tag;
        if (strlen(own) == language && strncasecmp(own, tag, language) == 0)
            return locale_at(i);
    }
    return NULL;
}

const char *locale_word(const struct locale *l, enum locale_word word)
{
    return l->language->words[word];
}

/* Appends what fits; the texts are ours, and far shorter than any `size` in use. */
static void add(char *out, size_t size, const char *s, size_t len)
{
    size_t at = strlen(out);
    if (at + len < size) {
        memcpy(out + at, s, len);
        out[at + len] = '\0';
    }
}

static void add_date(const struct locale *l, const char *pattern, int64_t day, char *out,
                     size_t size)
{
    struct civil c;
    char number[24];
    civil_from_days(day, &c);
    for (const char *p = pattern; *p; p++) {
        const char *s = p;
        size_t len = 1;
        if (*p == 'D' || *p == 'Y') {
            snprintf(number, sizeof(number), "%d", *p == 'D' ? c.day : c.year);
            s = number;
            len = strlen(s);
        } else if (*p == 'M' || *p == 'W') {
            /* 1970-01-01 was a Thursday; weeks begin on Mondays. */
            s = *p == 'M' ? l->language->months[c.month - 1]
                          : l->language->weekdays[((day + 3) % 7 + 7) % 7];
            len = strlen(s);
        }
        add(out, size, s, len);
    }
}

static void add_range(const struct locale *l, const char *first, int64_t from, const char *last,
                      int64_t to, char *out, size_t size)
{
    add_date(l, first, from, out, size);
    add(out, size, l->to, strlen(l->to));
    add_date(l, last, to, out, size);
}

void locale_sentence(const struct locale *l, enum locale_word word, const char *first,
                     const char *second, char *out, size_t size)
{
    const char *p = locale_word(l, word), *gap;
    out[0] = '\0';
    for (const char *value = first; (gap = strstr(p, "%s")) != NULL; value = second) {
        add(out, size, p, (size_t)(gap - p));
        add(out, size, value, strlen(value));
        p = gap + 2;
    }
    add(out, size, p, strlen(p));
}

void locale_days(const struct locale *l, int64_t from, int64_t to, char *out, size_t size)
{
    struct civil a, b;
    civil_from_days(from, &a);
    civil_from_days(to, &b);
    out[0] = '\0';
    if (from == to)
        add_date(l, l->full_day, to, out, size);
    else if (a.year != b.year)
        add_range(l, l->day, from, l->day, to, out, size);
    else if (a.month != b.month)
        add_range(l, l->day_of_year, from, l->day, to, out, size);
    else
        add_range(l, l->first_of_month, from, l->last_of_month, to, out, size);
}

void locale_months(const struct locale *l, int64_t from, int64_t to, char *out, size_t size)
{
    struct civil a, b;
    civil_from_days(from, &a);
    civil_from_days(to, &b);
    out[0] = '\0';
    if (a.year == b.year && a.month == b.month)
        add_date(l, l->month, to, out, size);
    else
        add_range(l, a.year == b.year ? "M" : l->month, from, l->month, to, out, size);
}
