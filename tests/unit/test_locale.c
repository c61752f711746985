/* What the months and days are called is compared with CLDR by a scenario; here is how they stand.
 */
#include "formats/locale.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int64_t day_of(const char *iso)
{
    int year = 0, month = 0, day = 0;
    ck_assert_int_eq(sscanf(iso, "%d-%d-%d", &year, &month, &day), 3);
    return civil_to_days(year, month, day);
}

static const char *days(const struct locale *l, const char *from, const char *to)
{
    static char out[256];
    locale_days(l, day_of(from), day_of(to), out, sizeof(out));
    return out;
}

static const char *months(const struct locale *l, const char *from, const char *to)
{
    static char out[256];
    locale_months(l, day_of(from), day_of(to), out, sizeof(out));
    return out;
}

static const struct {
    const char *tag;
    char decimal;
    const char *group;
    bool letter;
    const char *date, *day, *in_month, *in_year, *over_years, *month, *quarter, *winter, *page;
} locales[] = {
    {"en", '.', ",", false, "2026-03-05", "Thursday 5 March 2026", "1 to 7 March 2026",
     "28 February to 6 March 2026", "29 December 2025 to 4 January 2026", "March 2026",
     "January to March 2026", "December 2025 to February 2026", "Page 2 of 11"},
    {"en-GB", '.', ",", false, "05/03/2026", "Thursday 5 March 2026", "1 to 7 March 2026",
     "28 February to 6 March 2026", "29 December 2025 to 4 January 2026", "March 2026",
     "January to March 2026", "December 2025 to February 2026", "Page 2 of 11"},
    {"en-US", '.', ",", true, "03/05/2026", "Thursday, March 5, 2026", "March 1 to 7, 2026",
     "February 28 to March 6, 2026", "December 29, 2025 to January 4, 2026", "March 2026",
     "January to March 2026", "December 2025 to February 2026", "Page 2 of 11"},
    {"de", ',', ".", false, "05.03.2026", "Donnerstag, 5. März 2026", "1. bis 7. März 2026",
     "28. Februar bis 6. März 2026", "29. Dezember 2025 bis 4. Januar 2026", "März 2026",
     "Januar bis März 2026", "Dezember 2025 bis Februar 2026", "Seite 2 von 11"},
    {"de-CH", '.', "’", false, "05.03.2026", "Donnerstag, 5. März 2026", "1. bis 7. März 2026",
     "28. Februar bis 6. März 2026", "29. Dezember 2025 bis 4. Januar 2026", "März 2026",
     "Januar bis März 2026", "Dezember 2025 bis Februar 2026", "Seite 2 von 11"},
    {"es", ',', ".", false, "05/03/2026", "jueves, 5 de marzo de 2026", "1 – 7 de marzo de 2026",
     "28 de febrero – 6 de marzo de 2026", "29 de diciembre de 2025 – 4 de enero de 2026",
     "marzo de 2026", "enero – marzo de 2026", "diciembre de 2025 – febrero de 2026",
     "Página 2 de 11"},
    {"fr", ',', "\u202f", false, "05/03/2026", "jeudi 5 mars 2026", "1 – 7 mars 2026",
     "28 février – 6 mars 2026", "29 décembre 2025 – 4 janvier 2026", "mars 2026",
     "janvier – mars 2026", "décembre 2025 – février 2026", "Page 2 sur 11"},
    {"it", ',', ".", false, "05/03/2026", "giovedì 5 marzo 2026", "1 – 7 marzo 2026",
     "28 febbraio – 6 marzo 2026", "29 dicembre 2025 – 4 gennaio 2026", "marzo 2026",
     "gennaio – marzo 2026", "dicembre 2025 – febbraio 2026", "Pagina 2 di 11"},
    {"nl", ',', ".", false, "05-03-2026", "donderdag 5 maart 2026", "1 – 7 maart 2026",
     "28 februari – 6 maart 2026", "29 december 2025 – 4 januari 2026", "maart 2026",
     "januari – maart 2026", "december 2025 – februari 2026", "Pagina 2 van 11"},
    {"pt", ',', ".", false, "05/03/2026", "quinta-feira, 5 de março de 2026",
     "1 – 7 de março de 2026", "28 de fevereiro – 6 de março de 2026",
     "29 de dezembro de 2025 – 4 de janeiro de 2026", "março de 2026", "janeiro – março de 2026",
     "dezembro de 2025 – fevereiro de 2026", "Página 2 de 11"},
};

START_TEST(test_each)
{
    for (size_t i = 0; i < COUNT(locales); i++) {
        const struct locale *l = locale_at(i);
        struct civil c;
        char out[256];
        ck_assert_ptr_nonnull(l);
        ck_assert_str_eq(l->tag, locales[i].tag);
        ck_assert_int_eq(l->decimal_sign, locales[i].decimal);
        ck_assert_str_eq(l->group_sign, locales[i].group);
        ck_assert_int_eq(l->us_letter, locales[i].letter);
        civil_from_days(day_of("2026-03-05"), &c);
        locale_date(l, &c, out, sizeof(out));
        ck_assert_str_eq(out, locales[i].date);
        ck_assert_str_eq(days(l, "2026-03-05", "2026-03-05"), locales[i].day);
        ck_assert_str_eq(days(l, "2026-03-01", "2026-03-07"), locales[i].in_month);
        ck_assert_str_eq(days(l, "2026-02-28", "2026-03-06"), locales[i].in_year);
        ck_assert_str_eq(days(l, "2025-12-29", "2026-01-04"), locales[i].over_years);
        ck_assert_str_eq(months(l, "2026-03-01", "2026-03-31"), locales[i].month);
        ck_assert_str_eq(months(l, "2026-01-01", "2026-03-31"), locales[i].quarter);
        ck_assert_str_eq(months(l, "2025-12-01", "2026-02-28"), locales[i].winter);
        locale_sentence(l, WORD_PAGE, "2", "11", out, sizeof(out));
        ck_assert_str_eq(out, locales[i].page);
    }
    ck_assert_ptr_null(locale_at(COUNT(locales)));
}
END_TEST

static size_t count_gaps(const char *word)
{
    size_t n = 0;
    for (const char *p = word; (p = strchr(p, '%')) != NULL; p++) {
        ck_assert_msg(p[1] == 's', "\"%s\" has a %% that is no %%s", word);
        n++;
    }
    return n;
}

/* Nothing is forgotten when a word or a language is added. */
START_TEST(test_words)
{
    const struct language *english = locale_default.language;
    for (size_t i = 0; locale_at(i); i++) {
        const struct language *l = locale_at(i)->language;
        for (int w = 0; w < LOCALE_WORDS; w++) {
            const char *word = locale_word(locale_at(i), (enum locale_word)w);
            ck_assert_msg(word && *word, "%s has no word %d", l->tag, w);
            ck_assert_uint_eq(count_gaps(word), count_gaps(english->words[w]));
        }
        for (int m = 0; m < 12; m++)
            ck_assert_msg(l->months[m] && *l->months[m], "%s has no month %d", l->tag, m + 1);
        for (int d = 0; d < 7; d++)
            ck_assert_msg(l->weekdays[d] && *l->weekdays[d], "%s has no day %d", l->tag, d + 1);
    }
    ck_assert_uint_eq(count_gaps(english->words[WORD_PAGE]), 2);
    ck_assert_uint_eq(count_gaps(english->words[WORD_SHOWN]), 2);
    ck_assert_uint_eq(count_gaps(english->words[WORD_CHART_SHOWN]), 2);
}
END_TEST

/* The sheets' first word is the name of a sheet, which Excel limits to 31 characters. */
START_TEST(test_first_sheet)
{
    for (size_t i = 0; locale_at(i); i++)
        ck_assert_uint_le(strlen(locale_word(locale_at(i), WORD_ABOUT)), 31);
}
END_TEST

START_TEST(test_tags)
{
    static const struct {
        const char *tag, *found; /* NULL: none */
    } cases[] = {
        {"en", "en"},        {"EN-us", "en-US"}, {"en-US", "en-US"}, {"en-AU", "en"},
        {"de", "de"},        {"de-AT", "de"},    {"de-CH", "de-CH"}, {"de-ch", "de-CH"},
        {"pt-BR", "pt"},     {"es-MX", "es"},    {"fr-CA", "fr"},    {"zh-Hans-CN", NULL},
        {"nl-BE-x-a", "nl"}, {"ja", NULL},       {"deu", NULL},      {"e", NULL},
        {"", NULL},          {"-", NULL},        {"C", NULL},        {"e-US", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct locale *l = locale_by_tag(cases[i].tag);
        ck_assert_msg((l != NULL) == (cases[i].found != NULL), "\"%s\"", cases[i].tag);
        if (l)
            ck_assert_str_eq(l->tag, cases[i].found);
    }
}
END_TEST

/* Weekdays before 1970 and at the ends of what a period may be. */
START_TEST(test_far_days)
{
    const struct locale *l = &locale_default;
    ck_assert_str_eq(days(l, "1970-01-01", "1970-01-01"), "Thursday 1 January 1970");
    ck_assert_str_eq(days(l, "1969-12-31", "1969-12-31"), "Wednesday 31 December 1969");
    ck_assert_str_eq(days(l, "1900-03-01", "1900-03-01"), "Thursday 1 March 1900");
    ck_assert_str_eq(days(l, "2000-02-29", "2000-02-29"), "Tuesday 29 February 2000");
    ck_assert_str_eq(days(l, "9999-12-31", "9999-12-31"), "Friday 31 December 9999");
}
END_TEST

START_TEST(test_sentence)
{
    char out[256];
    const struct locale *fr = locale_by_tag("fr");
    locale_sentence(fr, WORD_SHOWN, "1 000", "%s", out, sizeof(out));
    ck_assert_str_eq(out, "Seules les premières lignes sont affichées ici : 1 000 sur %s.");
    locale_sentence(fr, WORD_TOTAL, "1", "2", out, sizeof(out)); /* no gaps, no values */
    ck_assert_str_eq(out, "Total");
}
END_TEST

int main(void)
{
    return unit_main("locale",
                     (const TTest *const[]){test_each, test_words, test_first_sheet, test_tags,
                                            test_far_days, test_sentence, NULL});
}
