/* Strict parsing: the whole text must be the value. */
#include "lib/parse.h"

#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "tests/unit/unit.h"

START_TEST(integers)
{
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"42", true, 42},
        {"007", true, 7},
        {"-1", true, -1},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"--1", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x10", false, 0},
        {"1e3", false, 0},
        {"1_000", false, 0},
        {"\xd9\xa1", false, 0}, /* an Arabic digit */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t v = 99;
        bool good = parse_int64(cases[i].text, INT64_MIN, INT64_MAX, &v);
        ck_assert_msg(good == cases[i].good, "\"%s\"", cases[i].text);
        ck_assert_int_eq(v, good ? cases[i].value : 99);
    }
    int64_t v = 99;
    ck_assert(!parse_int64("11", 1, 10, &v) && !parse_int64("0", 1, 10, &v) && v == 99);
    ck_assert(parse_int64("10", 1, 10, &v) && v == 10);
    ck_assert(parse_int64("-5", -10, -5, &v) && v == -5);
}
END_TEST

START_TEST(unsigned_integers)
{
    uint64_t v = 99;
    ck_assert(parse_uint64("18446744073709551615", UINT64_MAX, &v) && v == UINT64_MAX);
    ck_assert(!parse_uint64("18446744073709551616", UINT64_MAX, &v));
    ck_assert(!parse_uint64("-1", UINT64_MAX, &v));
    ck_assert(!parse_uint64("", UINT64_MAX, &v));
    ck_assert(!parse_uint64("5", 4, &v));
    ck_assert(parse_uint64("4", 4, &v) && v == 4);
    ck_assert(parse_uint64("0", 0, &v) && v == 0);
    ck_assert(!parse_uint64("9", 8, &v));
}
END_TEST

START_TEST(booleans)
{
    static const char *const yes[] = {"true", "yes", "on"}, *const no[] = {"false", "no", "off"};
    static const char *const bad[] = {"", "True", "YES", "1", "0", "y", "true ", "null"};
    bool b = false;
    for (size_t i = 0; i < 3; i++) {
        ck_assert(parse_bool(yes[i], &b) && b);
        ck_assert(parse_bool(no[i], &b) && !b);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert(!parse_bool(bad[i], &b));
}
END_TEST

START_TEST(decimals)
{
    static const char *const good[] = {
        "0", "-12", "0.50", "00.1",
        "12345678901234567890123456789012345678901234567890123456789012345"};
    static const char *const bad[] = {
        "",    "-",     ".",
        ".5",  "5.",    "1e3",
        "+1",  " 1",    "1 ",
        "1,5", "1.2.3", "NaN",
        "inf", "0x1",   "123456789012345678901234567890123456789012345678901234567890123456"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(parse_decimal(good[i]), "\"%s\"", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!parse_decimal(bad[i]), "\"%s\"", bad[i]);
}
END_TEST

START_TEST(durations_and_sizes)
{
    static const struct {
        const char *text;
        int64_t ms;
    } durations[] = {{"500ms", 500},
                     {"30s", 30000},
                     {"5m", 300000},
                     {"2h", 7200000},
                     {"1d", 86400000},
                     {"0s", 0},
                     {"30", -1},
                     {"s", -1},
                     {"", -1},
                     {"1.5s", -1},
                     {"-1s", -1},
                     {"1 s", -1},
                     {"1S", -1},
                     {"1w", -1},
                     {"9223372036854775807ms", INT64_MAX},
                     {"9223372036854775807s", -1},
                     {"1s ", -1}};
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        int64_t ms = -1;
        parse_duration(durations[i].text, &ms);
        ck_assert_msg(ms == durations[i].ms, "\"%s\"", durations[i].text);
    }
    static const struct {
        const char *text;
        bool good;
        uint64_t bytes;
    } sizes[] = {{"0", true, 0},         {"10", true, 10},           {"10B", true, 10},
                 {"64KiB", true, 65536}, {"5MiB", true, 5242880},    {"1GiB", true, 1073741824},
                 {"1KB", false, 0},      {"1kib", false, 0},         {"1 KiB", false, 0},
                 {"-1", false, 0},       {"9999999999GiB", false, 0}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint64_t bytes = 0;
        ck_assert_msg(parse_size(sizes[i].text, &bytes) == sizes[i].good, "\"%s\"", sizes[i].text);
        ck_assert_uint_eq(bytes, sizes[i].bytes);
    }
}
END_TEST

START_TEST(names)
{
    static const char *const good[] = {"a",   "daily", "processing-report",
                                       "a_b", "0",     "2026-report"};
    static const char *const bad[] = {"",    "-a",       "_a",  "A",  "a b",       "a.b",
                                      "a/b", "\xc3\xa9", "a\n", "..", "@platform", "a:"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(parse_name(good[i]), "\"%s\"", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!parse_name(bad[i]), "\"%s\"", bad[i]);
    char name[LIMIT_NAME_BYTES + 2];
    memset(name, 'a', sizeof(name));
    name[LIMIT_NAME_BYTES] = '\0';
    ck_assert(parse_name(name));
    name[LIMIT_NAME_BYTES] = 'a';
    name[LIMIT_NAME_BYTES + 1] = '\0';
    ck_assert(!parse_name(name));
}
END_TEST

START_TEST(distances)
{
    ck_assert_uint_eq(parse_distance("", ""), 0);
    ck_assert_uint_eq(parse_distance("videos", "videos"), 0);
    ck_assert_uint_eq(parse_distance("video", "videos"), 1);
    ck_assert_uint_eq(parse_distance("vidoes", "videos"), 2);
    ck_assert_uint_eq(parse_distance("", "abc"), 3);
    ck_assert_uint_eq(parse_distance("abc", ""), 3);
    ck_assert_uint_eq(parse_distance("kitten", "sitting"), 3);
    char text[100];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert_uint_eq(parse_distance(text, "a"), 99);
    text[63] = '\0';
    ck_assert_uint_eq(parse_distance(text, "a"), 62);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        integers, unsigned_integers, booleans, decimals, durations_and_sizes,
        names,    distances,         NULL};
    return unit_main("parse", tests);
}
