#include "formats/number_format_check.h"

#include <string.h>

#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Excel's own list (ECMA-376, 18.8.30), and what people write. */
static const char *const taken[] = {
    "General",
    "0",
    "0.00",
    "#,##0",
    "#,##0.00",
    "0%",
    "0.00%",
    "0.00E+00",
    "##0.0E+0",
    "# ?/?",
    "# ?"
    "?/?"
    "?",
    "mm-dd-yy",
    "d-mmm-yy",
    "d-mmm",
    "mmm-yy",
    "h:mm AM/PM",
    "h:mm:ss AM/PM",
    "h:mm",
    "h:mm:ss",
    "m/d/yy h:mm",
    "#,##0 ;(#,##0)",
    "#,##0 ;[Red](#,##0)",
    "#,##0.00;(#,##0.00)",
    "#,##0.00;[Red](#,##0.00)",
    "_(* #,##0.00_);_(* \\(#,##0.00\\);_(* \"-\"\?\?_);_(@_)",
    "mm:ss",
    "[h]:mm:ss",
    "mmss.0",
    "[h]:mm:ss.000",
    "@",
    "General;-General;\"zero\";@",
    "yyyy-mm-dd hh:mm:ss.000",
    "ddd dd mmm",
    "dddd, d. mmmm yyyy",
    "0.0\"%\"",
    "0 \"km\"",
    "0\\ \\m",
    "[$€-407] #,##0.00",
    "[<1000]0;[<1000000]0.0,\"k\";0.0,,\"M\"",
    "[Blue]0.0;[Red]-0.0;[Black]0.0",
    "$#,##0.00",
    "#,##0.00 €",
    "0.0 ‰",
    "[$-409]mmmm yyyy",
    "ge.m.d",
    "yyyy\" week\"",
    "h\"h\"mm",
    ";;;",
    "\"a;b\"0;0",
};

START_TEST(test_taken)
{
    for (size_t i = 0; i < COUNT(taken); i++) {
        const char *mistake = number_format_check(taken[i]);
        ck_assert_msg(!mistake, "%s: %s", taken[i], mistake);
    }
}
END_TEST

START_TEST(test_refused)
{
    static const struct {
        const char *format, *mistake;
    } cases[] = {
        {"", "it is empty"},
        {"0.0\"%", "a quote is not closed"},
        {"\"", "a quote is not closed"},
        {"[Red0", "a [ is not closed"},
        {"0\\", "a character is missing at its end"},
        {"0_", "a character is missing at its end"},
        {"0*", "a character is missing at its end"},
        {"0;0;0;@;0", "more than four sections"},
        {"0 km", "letters that are to be shown stand in quotes"},
        {"0 EUR", "mixes digits and letters"},
        {"0 Stück", "mixes digits and letters"},
        {"0.0 GB", "mixes digits and letters"},
        {"0 m", "mixes digits and letters"},
        {"#,##0 s", "mixes digits and letters"},
        {"hh:mm 0", "mixes digits and letters"},
        {"ss0", "mixes digits and letters"}, /* 0 stands for a fraction only behind a point */
        {"Standard", "letters that are to be shown stand in quotes"},
        {"0@", "@ is for texts"},
        {"0\n", "control character"},
        {"0;\x01", "control character"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *mistake = number_format_check(cases[i].format);
        ck_assert_msg(mistake && strstr(mistake, cases[i].mistake), "%s: %s", cases[i].format,
                      mistake ? mistake : "taken");
    }
}
END_TEST

START_TEST(test_length)
{
    char format[NUMBER_FORMAT_CHECK_BYTES + 2];
    memset(format, '0', sizeof(format) - 1);
    format[NUMBER_FORMAT_CHECK_BYTES + 1] = '\0';
    ck_assert_str_eq(number_format_check(format), "it is longer than 100 bytes");
    format[NUMBER_FORMAT_CHECK_BYTES] = '\0';
    ck_assert_ptr_null(number_format_check(format));
}
END_TEST

int main(void)
{
    return unit_main("number_format_check",
                     (const TTest *const[]){test_taken, test_refused, test_length, NULL});
}
