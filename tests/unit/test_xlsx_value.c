#include <stdlib.h>
#include <string.h>

#include "formats/xlsx_names.h"
#include "formats/xlsx_value.h"
#include "lib/utf8.h"
#include "tests/unit/rows.h"

START_TEST(test_numbers)
{
    static const struct {
        const char *text;
        bool exact;
        int rc;
        double value;
        unsigned decimals;
    } cases[] = {
        {"0", true, 1, 0, 0},
        {"-5", true, 1, -5, 0},
        {"00042", true, 1, 42, 0},
        {"999999999999999", true, 1, 999999999999999, 0},
        {"1000000000000000", true, 0, 0, 0},
        {"-1234567890123456", true, 0, 0, 0},
        {"18446744073709551615", true, 0, 0, 0},
        {"12.50", true, 1, 12.5, 2},
        {"12.00", true, 1, 12, 2},
        {"0.000", true, 1, 0, 3},
        {"0.00012", true, 1, 0.00012, 5},
        {"123456789012345.000000", true, 1, 123456789012345, 6},
        {"1234567890123.456", true, 0, 0, 0},
        {"0.000000000000000000000000000001", true, 1, 1e-30, 30},
        {"0.1234567890123456", true, 0, 0, 0},
        {"1e20", false, 1, 1e20, 0},
        {"0.30000000000000004", false, 1, 0.30000000000000004, 17},
        {"1e308", false, 1, 1e308, 0},
        {"-1.7976931348623157e308", false, 0, 0, 0},
        {"1e309", false, -1, 0, 0},
        {"nan", false, -1, 0, 0},
        {"-inf", false, -1, 0, 0},
        {"", true, -1, 0, 0},
        {" 1", true, -1, 0, 0},
        {"0x10", true, -1, 0, 0},
        {"1 ", true, -1, 0, 0},
    };
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct xlsx_numeral n = {0};
        int rc = xlsx_value_number(cases[i].text, strlen(cases[i].text), cases[i].exact, &n);
        ck_assert_msg(rc == cases[i].rc, "%s: %d", cases[i].text, rc);
        ck_assert_msg(n.value == cases[i].value, "%s: %.17g", cases[i].text, n.value);
        ck_assert_msg(n.decimals == cases[i].decimals, "%s: %u decimals", cases[i].text,
                      n.decimals);
    }
}
END_TEST

/* What a cell holds of the text: the same number, and nothing that says nothing. */
START_TEST(test_numerals)
{
    static const struct {
        const char *text, *held; /* "": the number is written anew */
    } cases[] = {{"0", "0"},
                 {"7", "7"},
                 {"-12", "-12"},
                 {"1200", "1200"},
                 {"9.95", "9.95"},
                 {"9.950", "9.95"},
                 {"10.00", "10"},
                 {"0.00", "0"},
                 {"-0.00", "-0"},
                 {"0.0010", "0.001"},
                 {"100.0", "100"},
                 {"5.", "5"},
                 {"007", ""},
                 {"00.5", ""},
                 {"-01", ""},
                 {"1e5", ""},
                 {"1.5e5", ""},
                 {"1234567890123456", ""},
                 {"123456789012345", "123456789012345"}};
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct xlsx_numeral n;
        ck_assert_int_eq(xlsx_value_number(cases[i].text, strlen(cases[i].text), false, &n), 1);
        ck_assert_msg(n.len == strlen(cases[i].held) &&
                          memcmp(cases[i].text, cases[i].held, n.len) == 0,
                      "%s: %zu bytes", cases[i].text, n.len);
    }
}
END_TEST

START_TEST(test_dates)
{
    static const struct {
        char kind;
        const char *text;
        bool fits;
        double value;
        bool fraction;
    } cases[] = {
        {'d', "1900-03-01", true, 61, false},
        {'d', "1900-02-28", false, 0, false},
        {'d', "1600-01-01", false, 0, false},
        {'d', "0000-00-00", false, 0, false},
        {'d', "2026-00-10", false, 0, false},
        {'d', "2026-02-29", false, 0, false},
        {'d', "2024-02-29", true, 45351, false},
        {'d', "2026-11-23", true, 46349, false},
        {'d', "9999-12-31", true, 2958465, false},
        {'d', "10000-01-01", false, 0, false},
        {'d', "2026-11-23 ", false, 0, false},
        {'d', "", false, 0, false},
        {'t', "2026-11-23 12:00:00", true, 46349.5, false},
        {'t', "2026-11-23 12:00:00.000000", true, 46349.5, false},
        {'t', "2026-11-23 12:00:00.500000", true, 46349.5 + 0.5 / 86400, true},
        {'t', "2026-11-23 23:59:59.999999", true, 46349 + 86399.999 / 86400, true},
        {'t', "9999-12-31 23:59:59.999999", true, 2958465 + 86399.999 / 86400, true},
        {'t', "2026-11-23 12:00:00.000999", true, 46349.5, false},
        {'t', "2026-11-23T12:00:00", false, 0, false},
        {'t', "2026-11-23 24:00:00", false, 0, false},
        {'t', "2026-11-23 12:60:00", false, 0, false},
        {'t', "0000-00-00 00:00:00", false, 0, false},
        {'t', "2026-11-23", false, 0, false},
        {'h', "00:00:00", true, 0, false},
        {'h', "12:00:00", true, 0.5, false},
        {'h', "838:59:59", true, (838 * 3600 + 59 * 60 + 59) / 86400.0, false},
        {'h', "36:00:00.250", true, (36 * 3600 + 0.25) / 86400, true},
        {'h', "-01:00:00", false, 0, false},
        {'h', "-838:59:59", false, 0, false},
        {'h', "1:00:00", false, 0, false},
        {'h', "12:00", false, 0, false},
    };
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        double value = 0;
        bool fraction = false, fits;
        const char *s = cases[i].text;
        if (cases[i].kind == 'd')
            fits = xlsx_value_date(s, strlen(s), &value);
        else if (cases[i].kind == 't')
            fits = xlsx_value_datetime(s, strlen(s), &value, &fraction);
        else
            fits = xlsx_value_time(s, strlen(s), &value, &fraction);
        ck_assert_msg(fits == cases[i].fits, "\"%s\"", s);
        if (!fits)
            continue;
        ck_assert_msg(value > cases[i].value - 1e-9 && value < cases[i].value + 1e-9,
                      "\"%s\": %.17g", s, value);
        ck_assert_msg(fraction == cases[i].fraction, "\"%s\": fraction", s);
    }
}
END_TEST

START_TEST(test_escapes)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"_x0041_", "_x005F_x0041_"},
        {"a_x00e9_b", "a_x005F_x00e9_b"},
        {"_x0041_x0042_", "_x005F_x0041_x005F_x0042_"},
        {"_x005F_x0041_", "_x005F_x005F_x005F_x0041_"},
        {"_x004_", "_x004_"},
        {"_X0041_", "_X0041_"},
        {"_x00g1_", "_x00g1_"},
        {"__x0041", "__x0041"},
    };
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        ck_assert(xlsx_value_text(&out, cases[i].text, strlen(cases[i].text)));
        ck_assert_str_eq(out.data, cases[i].want);
    }
    buf_release(&out);
}
END_TEST

/* Excel counts UTF-16 units: 32,767 emoji are twice as many. */
START_TEST(test_length)
{
    static const struct {
        const char *character;
        size_t count;
        bool fits;
    } cases[] = {
        {"a", 32767, true},       {"a", 32768, false},     {"é", 32767, true},
        {"é", 32768, false},      {"😀", 16383, true},      {"😀", 16384, false},
        {"😀", 32767, false},      {"_x0041_", 2520, true}, /* 7 units, and 6 to escape it */
        {"_x0041_", 2521, false},
    };
    struct buf text, out;
    buf_init(&text, 1 << 20);
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        buf_clear(&text);
        for (size_t k = 0; k < cases[i].count; k++)
            buf_add_str(&text, cases[i].character);
        bool fits = xlsx_value_text(&out, text.data, text.len);
        ck_assert_msg(fits == cases[i].fits, "%zu x %s", cases[i].count, cases[i].character);
        ck_assert(utf8_valid(out.data, out.len));
        ck_assert_uint_le(utf8_utf16_units(out.data, out.len), XLSX_TEXT_UNITS);
        if (!fits)
            ck_assert_str_eq(out.data + out.len - strlen("… [cut]"), "… [cut]");
    }
    buf_release(&text);
    buf_release(&out);
}
END_TEST

START_TEST(test_names)
{
    static const struct {
        const char *title, *want;
    } cases[] = {
        {"Videos", "Videos"},
        {"videos", "videos (2)"},
        {"VIDEOS", "VIDEOS (3)"},
        {"", "Sheet"},
        {"'", "Sheet (2)"},
        {"  ", "Sheet (3)"},
        {"History", "History (2)"},
        {"history", "history (3)"},
        {"a[b]:c*?/\\d", "a-b--c----d"},
        {"'quoted'", "quoted"},
        {"it's", "it's"},
        {"1234567890123456789012345678901", "1234567890123456789012345678901"},
        {"12345678901234567890123456789012", "123456789012345678901234567 (2)"},
        {"123456789012345678901234567890😀", "123456789012345678901234567890"},
        {"123456789012345678901234567890'x", "123456789012345678901234567 (3)"},
        {"Übersicht", "Übersicht"},
        {"übersicht", "übersicht (2)"},
        {"ОТЧЁТ", "ОТЧЁТ"},
        {"отчёт", "отчёт (2)"},
        {"日本", "日本"},
        {"bad \xff byte", "bad \xef\xbf\xbd byte"},
        {"line\nfeed", "line feed"},
    };
    struct xlsx_names names = {0};
    for (size_t i = 0; i < ROWS_COUNT(cases); i++)
        ck_assert_str_eq(xlsx_names_add(&names, cases[i].title), cases[i].want);
    for (int i = 0; i < 300; i++) {
        const char *name = xlsx_names_add(&names, "A title of more than thirty-one letters");
        ck_assert_uint_le(utf8_utf16_units(name, strlen(name)), 31);
    }
    xlsx_names_release(&names);
}
END_TEST

/* The short way through a number ends where strtod() does. */
START_TEST(test_numbers_as_strtod)
{
    uint64_t state = 1;
    for (int i = 0; i < 200000; i++) {
        char text[48];
        struct xlsx_numeral got = {0};
        state = state * 6364136223846793005 + 1442695040888963407;
        unsigned digits = (unsigned)(state >> 60), behind = (unsigned)(state >> 56) & 15;
        uint64_t n = state >> 8, power = 1;
        for (unsigned k = 0; k < digits; k++)
            power *= 10;
        int len = snprintf(text, sizeof(text), "%s%llu", state & 128 ? "-" : "",
                           (unsigned long long)(n % power));
        if (behind)
            len += snprintf(text + len, sizeof(text) - (size_t)len, ".%0*llu", (int)behind,
                            (unsigned long long)(n / 7 % power));
        ck_assert_int_eq(xlsx_value_number(text, (size_t)len, false, &got), 1);
        double want = strtod(text, NULL);
        ck_assert_msg(memcmp(&got.value, &want, sizeof(want)) == 0, "%s: %.17g", text, got.value);
        ck_assert_uint_eq(got.decimals, strchr(text, '.') ? strlen(strchr(text, '.')) - 1 : 0);
        if (!got.len)
            continue;
        text[got.len] = '\0';
        double held = strtod(text, NULL);
        ck_assert_msg(memcmp(&held, &want, sizeof(want)) == 0, "%s of %.17g", text, want);
    }
}
END_TEST

int main(void)
{
    return unit_main("xlsx_value", (const TTest *const[]){test_numbers, test_numbers_as_strtod,
                                                          test_numerals, test_dates, test_escapes,
                                                          test_length, test_names, NULL});
}
