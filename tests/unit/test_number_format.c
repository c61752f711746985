#include "formats/number_format.h"

#include <stdio.h>
#include <string.h>

#include "formats/decimal.h"
#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What a format makes of a value; NULL: it says nothing about it. */
static void check(const char *format, const char *locale, enum column_type type, const char *value,
                  const char *want)
{
    struct number_format f;
    struct buf out;
    buf_init(&out, 4096);
    number_format_parse(&f, format);
    bool shown = number_format_show(&f, locale_by_tag(locale), type, value, strlen(value), &out);
    ck_assert_msg(shown == (want != NULL), "\"%s\" of %s: %s", format, value,
                  shown ? out.data : "nothing");
    ck_assert_msg(strcmp(out.data, want ? want : "") == 0, "\"%s\" of %s: got \"%s\", want \"%s\"",
                  format, value, out.data, want ? want : "");
    buf_release(&out);
}

static const struct {
    const char *format, *value, *want; /* NULL: the format says nothing about it */
} numbers[] = {
    {"0", "1234.5", "1235"},
    {"0", "1234.4999", "1234"},
    {"0", "-0.4", "0"},
    {"0", "-0.5", "-1"},
    {"0", "0", "0"},
    {"00000", "42", "00042"},
    {"0.0", "2.65", "2.7"},
    {"0.00", "2.675", "2.68"}, /* a double would say 2.67 */
    {"0.00", "9.995", "10.00"},
    {"0.00", "-1234567.891", "-1234567.89"},
    {"0.0#", "1.5", "1.5"},
    {"0.0#", "1.55", "1.55"},
    {"0.0#", "1.555", "1.56"},
    {"0.##", "5", "5"},
    {"#", "0", ""},
    {"#.0", "0.25", ".3"},
    {"#,##0", "999", "999"},
    {"#,##0", "1000", "1,000"},
    {"#,##0", "-1234567", "-1,234,567"},
    {"#,##0.00", "1234.5", "1,234.50"},
    {"0,000", "1", "0,001"},
    {"#,##0,", "1234567", "1,235"},
    {"0.0,,\" M\"", "1234567", "1.2 M"},
    {"0%", "0.125", "13%"},
    {"0.0%", "0.125", "12.5%"},
    {"0.0\"%\"", "12.5", "12.5%"}, /* a text: nothing is multiplied */
    {"%0", "0.5", "%50"},
    {"\"€\" 0.00", "5", "€ 5.00"},
    {"€#,##0", "1234", "€1,234"},
    {"0.00 €", "1.5", "1.50 €"},
    {"$0.00", "-5", "-$5.00"},
    {"[$€-407] 0", "5", "€ 5"},
    {"0\\m", "5", "5m"},
    {"0\" ; \"", "5", "5 ; "},
    {"[Red]0", "5", "5"},
    {"[Color10]0", "5", "5"},
    {"0;(0)", "-5", "(5)"},
    {"0;(0)", "5", "5"},
    {"0;(0)", "0", "0"},
    {"0;-0;\"none\"", "0", "none"},
    {"0;-0;\"none\"", "0.00", "none"},
    {"0;;", "-5", ""},
    {"0.0", "1e3", "1000.0"},
    {"0.000", "1.5e-3", "0.002"},
    {"0", "99999999999999999999999999999999999.5", "100000000000000000000000000000000000"},
    {"#,##0.0", "12345678901234567890123456789012345678901234567890.123456789012345",
     "12,345,678,901,234,567,890,123,456,789,012,345,678,901,234,567,890.1"},
    /* beyond what is understood: nothing is guessed at */
    {"General", "5", NULL},
    {"0.00E+00", "5", NULL},
    {"# ?/?", "5.5", NULL},
    {"0/0", "5.5", NULL},
    {"000-00-0000", "123456789", NULL},
    {"[>100]0", "5", NULL},
    {"_(0_)", "5", NULL},
    {"*-0", "5", NULL},
    {"@", "5", NULL},
    {"0;0;0;0", "5", NULL},
    {"\"no digits\"", "5", NULL},
    {"0\"open", "5", NULL},
    {"0[open", "5", NULL},
    {"0x", "5", NULL},
    {"0.0.0", "5", NULL},
    {"0#", "5", NULL},
    {"0.#0", "5", NULL},
    {",0", "5", NULL},
    {"yyyy", "5", NULL},
    {"", "5", NULL},
    {"0\\", "5", NULL},
    /* values that are no numbers */
    {"0", "nan", NULL},
    {"0", "inf", NULL},
    {"0", "", NULL},
    {"0", "-", NULL},
    {"0", ".", NULL},
    {"0", "1e", NULL},
    {"0", "1e99999", NULL},
    {"0", "0x10", NULL},
    {"0", "1 ", NULL},
};

START_TEST(test_numbers)
{
    for (size_t i = 0; i < COUNT(numbers); i++)
        check(numbers[i].format, "en", COLUMN_DECIMAL, numbers[i].value, numbers[i].want);
    check(NULL, "en", COLUMN_INTEGER, "5", NULL);
    check("0", "en", COLUMN_TEXT, "5", NULL);
    check("0", "en", COLUMN_DATE, "2026-11-23", NULL);
}
END_TEST

START_TEST(test_locales)
{
    check("#,##0.00", "de", COLUMN_DECIMAL, "1234567.5", "1.234.567,50");
    check("#,##0.00", "de-CH", COLUMN_DECIMAL, "1234567.5", "1’234’567.50");
    check("#,##0.0", "fr", COLUMN_FLOAT, "1234.5", "1\u202f234,5");
    check("0.0%", "nl", COLUMN_FLOAT, "0.125", "12,5%");
    check("dddd, d. mmmm yyyy", "de", COLUMN_DATE, "2026-11-23", "Montag, 23. November 2026");
    check("ddd dd mmm", "de", COLUMN_DATE, "2026-03-01", "So 01 Mär");
    check("ddd d mmm", "fr", COLUMN_DATE, "2026-02-07", "sam. 7 févr.");
    check("ss.00", "de", COLUMN_TIME, "00:00:05.678", "05,67");
}
END_TEST

static const struct {
    const char *format;
    enum column_type type;
    const char *value, *want;
} dates[] = {
    {"yyyy-mm-dd", COLUMN_DATE, "2026-11-03", "2026-11-03"},
    {"d/m/yy", COLUMN_DATE, "2026-11-03", "3/11/26"},
    {"DD.MM.YYYY", COLUMN_DATE, "2026-11-03", "03.11.2026"},
    {"ddd dd mmm", COLUMN_DATE, "2026-11-03", "Tue 03 Nov"},
    {"dddd d mmmm yyyy", COLUMN_DATE, "2026-11-03", "Tuesday 3 November 2026"},
    {"yyyy\"年\"m\"月\"d\"日\"", COLUMN_DATE, "2026-11-03", "2026年11月3日"},
    {"yyyy年m月d日", COLUMN_DATE, "2026-11-03", "2026年11月3日"},
    {"yyyy-mm-dd hh:mm", COLUMN_DATETIME, "2026-11-03 04:05:06", "2026-11-03 04:05"},
    {"h:mm AM/PM", COLUMN_DATETIME, "2026-11-03 00:05:06", "12:05 AM"},
    {"h:mm AM/PM", COLUMN_DATETIME, "2026-11-03 12:05:06", "12:05 PM"},
    {"hh:mm am/pm", COLUMN_DATETIME, "2026-11-03 23:05:06", "11:05 PM"},
    {"h:mm:ss.000", COLUMN_DATETIME, "2026-11-03 23:05:06.5", "23:05:06.500"},
    {"mm:ss", COLUMN_DATETIME, "2026-11-03 23:05:06", "05:06"},
    {"mm", COLUMN_DATETIME, "2026-11-03 23:05:06", "11"},
    {"h \"h\" m \"min\"", COLUMN_TIME, "03:05:06", "3 h 5 min"},
    {"hh:mm", COLUMN_TIME, "23:05:06", "23:05"},
    {"[h]:mm:ss", COLUMN_TIME, "100:05:06", "100:05:06"},
    {"[hh]:mm", COLUMN_TIME, "05:06:07", "05:06"},
    {"mm:ss", COLUMN_TIME, "00:05:06.789", "05:06"},
    {"mmm", COLUMN_DATETIME, "0001-01-01 00:00:00", "Jan"},
    {"[Red]dd", COLUMN_DATE, "2026-11-03", "03"},
    /* what would be a wrong date or time, or half of one */
    {"hh:mm", COLUMN_DATE, "2026-11-03", NULL},
    {"yyyy", COLUMN_TIME, "03:05:06", NULL},
    {"mm", COLUMN_TIME, "03:05:06", NULL},
    {"h:mm", COLUMN_TIME, "100:05:06", NULL},
    {"mm:ss", COLUMN_TIME, "01:05:06", NULL},
    {"h:mm", COLUMN_TIME, "-03:05:06", NULL},
    {"[h]:mm", COLUMN_DATETIME, "2026-11-03 04:05:06", NULL},
    {"0.0", COLUMN_DATE, "2026-11-03", NULL},
    {"mmmmm", COLUMN_DATE, "2026-11-03", NULL},
    {"ddddd", COLUMN_DATE, "2026-11-03", NULL},
    {"yyy", COLUMN_DATE, "2026-11-03", NULL},
    {"hhh", COLUMN_TIME, "03:05:06", NULL},
    {"dd;mm", COLUMN_DATE, "2026-11-03", NULL},
    {"dd0", COLUMN_DATE, "2026-11-03", NULL},
    {"dd.00", COLUMN_DATE, "2026-11-03", NULL},
    {"[mm]:ss", COLUMN_TIME, "03:05:06", NULL},
    {"e", COLUMN_DATE, "2026-11-03", NULL},
    {"yyyy-mm-dd", COLUMN_DATE, "0000-00-00", NULL},
    {"yyyy-mm-dd", COLUMN_DATE, "2026-11-00", NULL},
    {"yyyy-mm-dd", COLUMN_DATE, "2026-02-29", NULL},
    {"yyyy-mm-dd", COLUMN_DATE, "2026-11-03 ", NULL},
    {"yyyy-mm-dd", COLUMN_DATETIME, "2026-11-03 24:00:00", NULL},
    {"yyyy-mm-dd", COLUMN_DATETIME, "2026-11-03", NULL},
    {"yyyy-mm-dd", COLUMN_DATE, "", NULL},
};

START_TEST(test_dates)
{
    for (size_t i = 0; i < COUNT(dates); i++)
        check(dates[i].format, "en", dates[i].type, dates[i].value, dates[i].want);
}
END_TEST

/* Every locale's own order of dates is understood, and all have names for every day and month. */
START_TEST(test_every_locale)
{
    for (size_t i = 0; locale_at(i); i++) {
        const struct locale *l = locale_at(i);
        struct number_format f;
        struct buf out;
        buf_init(&out, 256);
        number_format_parse(&f, l->date_format);
        ck_assert_int_eq(f.kind, NUMBER_FORMAT_DATE);
        ck_assert(number_format_show(&f, l, COLUMN_DATE, "2026-11-23", 10, &out));
        ck_assert(strstr(out.data, "23") && strstr(out.data, "11") && strstr(out.data, "2026"));
        for (int k = 0; k < 12; k++)
            ck_assert(l->language->short_months[k] && *l->language->short_months[k]);
        for (int k = 0; k < 7; k++)
            ck_assert(l->language->short_weekdays[k] && *l->language->short_weekdays[k]);
        for (int k = 0; k < LOCALE_WORDS; k++)
            ck_assert(locale_word(l, (enum locale_word)k) != NULL);
        buf_release(&out);
    }
}
END_TEST

START_TEST(test_plain)
{
    static const struct {
        const char *locale, *value, *want;
        bool grouped;
    } cases[] = {
        {"en", "1234567.89", "1234567.89", false},
        {"en", "1234567.89", "1,234,567.89", true},
        {"de", "-1234.50", "-1.234,50", true},
        {"de", "-1234.50", "-1234,50", false},
        {"en", "123", "123", true},
        {"en", "1e+20", "1e+20", true},
        {"de", "1.5e-7", "1,5e-7", true},
        {"en", "", "", true},
        {"en", "-", "-", true},
        {"en", "00042", "00042", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out;
        buf_init(&out, 256);
        number_format_plain(locale_by_tag(cases[i].locale), cases[i].grouped, cases[i].value,
                            strlen(cases[i].value), &out);
        ck_assert_str_eq(out.data, cases[i].want);
        buf_release(&out);
    }
}
END_TEST

/* The digits of a decimal, with so many places. */
static void digits_of(struct decimal *d, int places, char *out)
{
    for (int place = d->point > 1 ? d->point - 1 : 0; place >= -places; place--)
        *out++ = decimal_digit(d, place);
    *out = '\0';
}

/* Against integers: every number of four digits, rounded to every place. */
START_TEST(test_rounding)
{
    static const int tens[] = {1, 10, 100, 1000};
    for (int value = 0; value < 10000; value++) {
        for (int places = 0; places <= 3; places++) {
            char text[16], got[32], want[32];
            struct decimal d;
            snprintf(text, sizeof(text), "%d.%03d", value / 1000, value % 1000);
            if (!decimal_parse(&d, text, strlen(text)))
                ck_abort_msg("%s is refused", text);
            decimal_round(&d, places);
            digits_of(&d, places, got);
            int step = tens[3 - places];
            snprintf(want, sizeof(want), "%0*d", places + 1, (value + step / 2) / step);
            if (strcmp(got, want) != 0)
                ck_abort_msg("%s to %d: %s, not %s", text, places, got, want);
        }
    }
}
END_TEST

int main(void)
{
    return unit_main("number_format",
                     (const TTest *const[]){test_numbers, test_locales, test_dates,
                                            test_every_locale, test_plain, test_rounding, NULL});
}
