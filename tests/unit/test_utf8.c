/* UTF-8: what is valid, what becomes of what is not, and lengths. */
#include "lib/utf8.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static bool comes_back(uint32_t cp)
{
    char s[4];
    uint32_t back = 0xffffffff;
    size_t n = utf8_encode(cp, s);
    return utf8_decode(s, n, &back) == n && back == cp && utf8_valid(s, n) &&
           (n == 1 || utf8_decode(s, n - 1, &back) == 0);
}

START_TEST(every_character_there_and_back)
{
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
        /* An assertion costs far more than what is asserted. */
        if (!surrogate && !comes_back(cp))
            ck_abort_msg("U+%04X", cp);
    }
}
END_TEST

static const struct {
    const char *text;
    size_t len;
    const char *cleaned;
    size_t replaced;
} broken[] = {
    {"", 0, "", 0},
    {"abc", 3, "abc", 0},
    {"gr\xc3\xbc\xc3\x9f", 6, "gr\xc3\xbc\xc3\x9f", 0},
    {"\xff", 1, "\xef\xbf\xbd", 1},
    {"a\xffz", 3, "a\xef\xbf\xbdz", 1},
    {"\xc3", 1, "\xef\xbf\xbd", 1},
    {"\xc3(", 2, "\xef\xbf\xbd(", 1},
    {"\xc0\x80", 2, "\xef\xbf\xbd", 1},         /* overlong NUL */
    {"\xc0\xaf", 2, "\xef\xbf\xbd", 1},         /* overlong slash */
    {"\xe0\x80\xaf", 3, "\xef\xbf\xbd", 1},     /* overlong slash */
    {"\xed\xa0\x80", 3, "\xef\xbf\xbd", 1},     /* a surrogate */
    {"\xf4\x90\x80\x80", 4, "\xef\xbf\xbd", 1}, /* beyond U+10FFFF */
    {"\xf5\x80\x80\x80", 4, "\xef\xbf\xbd", 1},
    {"\xe2\x82", 2, "\xef\xbf\xbd", 1},     /* cut */
    {"\xf0\x9f\x99", 3, "\xef\xbf\xbd", 1}, /* cut */
    {"\xf0\x9f\x99z", 4, "\xef\xbf\xbdz", 1},
    {"\xef\xbf\xbe", 3, "\xef\xbf\xbd", 1}, /* U+FFFE: valid, but XML can't hold it */
    {"\xef\xbf\xbf", 3, "\xef\xbf\xbd", 1},
    {"12345678\xff", 9, "12345678\xef\xbf\xbd", 1},
    {"1234567\xffxyzxyzxyz", 17, "1234567\xef\xbf\xbdxyzxyzxyz", 1},
};

START_TEST(broken_text)
{
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct buf out;
        buf_init(&out, 1000);
        size_t n = utf8_clean(&out, broken[i].text, broken[i].len);
        ck_assert_str_eq(out.data, broken[i].cleaned);
        ck_assert_uint_eq(n, broken[i].replaced);
        ck_assert(utf8_valid(out.data, out.len));
        bool nonchar = broken[i].len == 3 && memcmp(broken[i].text, "\xef\xbf", 2) == 0;
        ck_assert_int_eq(utf8_valid(broken[i].text, broken[i].len),
                         broken[i].replaced == 0 || nonchar);
        buf_release(&out);
    }
}
END_TEST

/* The fast path must see a bad byte wherever it stands. */
START_TEST(bad_byte_at_every_position)
{
    char text[64];
    for (size_t len = 1; len <= sizeof(text); len++) {
        for (size_t at = 0; at < len; at++) {
            memset(text, 'a', len);
            ck_assert(utf8_valid(text, len));
            text[at] = (char)0xff;
            ck_assert(!utf8_valid(text, len));
        }
    }
}
END_TEST

START_TEST(utf16_units)
{
    ck_assert_uint_eq(utf8_utf16_units("", 0), 0);
    ck_assert_uint_eq(utf8_utf16_units("abc", 3), 3);
    ck_assert_uint_eq(utf8_utf16_units("\xc3\xbc\xe2\x82\xac", 5), 2);
    ck_assert_uint_eq(utf8_utf16_units("a\xf0\x9f\x99\x82z", 6), 4);
}
END_TEST

START_TEST(columns)
{
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        {"", 0},  {"abc", 3}, {"Größe", 5}, {"日本語", 6}, {"ﾆﾎﾝ", 3},  {"한국", 4}, {"Ｅ＝", 4},
        {"ж", 1}, {"ﷺ", 1},   {"🧘", 2},  {"a日b", 4},   {"\xff", 1}, {"é", 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_msg(utf8_columns(cases[i].text, strlen(cases[i].text)) == cases[i].columns, "%s",
                      cases[i].text);
}
END_TEST

START_TEST(visible)
{
    static const struct {
        const char *text;
        size_t max;
        const char *shown;
    } cases[] = {
        {"plain", 100, "plain"},
        {"a\nb\tc", 100, "a\\x0ab\\x09c"},
        {"\x1b[31m", 100, "\\x1b[31m"},
        {"\x7f\xc2\x85", 100, "\\x7f\\x85"},
        {"\xff\xfe", 100, "\\xff\\xfe"},
        {"\xe2\x80\xae"
         "abc",
         100, "\\u{202e}abc"},
        {"\xe2\x80\xa8", 100, "\\u{2028}"},
        {"gr\xc3\xbc\xc3\x9f", 100, "gr\xc3\xbc\xc3\x9f"},
        {"abcdef", 3, "abc\xe2\x80\xa6"},
        {"abc", 3, "abc"},
        {"", 0, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out;
        buf_init(&out, 1000);
        utf8_add_visible(&out, cases[i].text, strlen(cases[i].text), cases[i].max);
        ck_assert_str_eq(out.data, cases[i].shown);
        buf_release(&out);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {every_character_there_and_back,
                                  broken_text,
                                  bad_byte_at_every_position,
                                  utf16_units,
                                  columns,
                                  visible,
                                  NULL};
    return unit_main("utf8", tests);
}
