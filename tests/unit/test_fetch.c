#include "tests/unit/unit.h"

#include <string.h>

#include "runner/database/fetch.h"

START_TEST(integers_in_words)
{
    static const struct {
        int64_t value;
        bool is_unsigned;
        const char *words;
    } cases[] = {
        {0, false, "0"},
        {-1, false, "-1"},
        {-1, true, "18446744073709551615"},
        {INT64_MAX, false, "9223372036854775807"},
        {INT64_MIN, false, "-9223372036854775808"},
        {100, true, "100"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[40];
        size_t n = fetch_integer_words(cases[i].value, cases[i].is_unsigned, out);
        ck_assert_msg(n == strlen(cases[i].words) && memcmp(out, cases[i].words, n) == 0,
                      "%.*s instead of %s", (int)n, out, cases[i].words);
    }
}
END_TEST

START_TEST(dates_and_times_in_words)
{
    static const struct {
        MYSQL_TIME time;
        enum column_type type;
        unsigned decimals;
        const char *words;
    } cases[] = {
        {{.year = 2026, .month = 11, .day = 24}, COLUMN_DATE, 0, "2026-11-24"},
        {{0}, COLUMN_DATE, 0, "0000-00-00"},
        {{0}, COLUMN_DATETIME, 3, "0000-00-00 00:00:00.000"},
        {{.year = 9999,
          .month = 12,
          .day = 31,
          .hour = 23,
          .minute = 59,
          .second = 59,
          .second_part = 999999},
         COLUMN_DATETIME,
         6,
         "9999-12-31 23:59:59.999999"},
        {{.year = 1, .month = 2, .day = 3, .second_part = 50000},
         COLUMN_DATETIME,
         2,
         "0001-02-03 00:00:00.05"},
        {{.hour = 838, .minute = 59, .second = 59, .neg = 1}, COLUMN_TIME, 0, "-838:59:59"},
        {{.day = 34, .hour = 22, .minute = 59, .second = 59}, COLUMN_TIME, 0, "838:59:59"},
        {{.hour = 1, .second_part = 1}, COLUMN_TIME, 6, "01:00:00.000001"},
        {{.neg = 1, .second = 1}, COLUMN_TIME, 0, "-00:00:01"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[40];
        size_t n = fetch_time_words(&cases[i].time, cases[i].type, cases[i].decimals, out);
        ck_assert_msg(n == strlen(cases[i].words) && memcmp(out, cases[i].words, n) == 0,
                      "%.*s instead of %s", (int)n, out, cases[i].words);
    }
}
END_TEST

int main(void)
{
    return unit_main("fetch",
                     (const TTest *const[]){integers_in_words, dates_and_times_in_words, NULL});
}
