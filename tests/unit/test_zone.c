/* Civil time: gaps, folds, and the calendar, against what zdump(8) says. */
#include "lib/zone.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

START_TEST(zones_that_exist)
{
    static const char *const good[] = {"UTC", "Europe/Berlin", "America/New_York",
                                       "America/Argentina/Buenos_Aires", "Etc/GMT+5"};
    static const char *const bad[] = {"",
                                      "Europe/Atlantis",
                                      "Europe",
                                      "europe/berlin",
                                      "/usr/share/zoneinfo/UTC",
                                      "../zoneinfo/UTC",
                                      "Europe/../Europe/Berlin",
                                      "Europe//Berlin",
                                      "Europe/Berlin/",
                                      "Europe/Berlin ",
                                      ":Europe/Berlin",
                                      "CET-1CEST",
                                      "zone.tab",
                                      "tzdata.zi"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(zone_exists(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!zone_exists(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(local_times_to_utc)
{
    static const struct {
        const char *zone;
        struct civil local;
        const char *utc;
    } cases[] = {
        {"UTC", {2026, 11, 23, 0, 0, 0}, "2026-11-23 00:00:00"},
        {"Europe/Berlin", {2026, 1, 1, 0, 0, 0}, "2025-12-31 23:00:00"},
        {"Europe/Berlin", {2026, 7, 1, 0, 0, 0}, "2026-06-30 22:00:00"},
        /* the gap of spring: the first instant after it */
        {"Europe/Berlin", {2026, 3, 29, 1, 59, 59}, "2026-03-29 00:59:59"},
        {"Europe/Berlin", {2026, 3, 29, 2, 0, 0}, "2026-03-29 01:00:00"},
        {"Europe/Berlin", {2026, 3, 29, 2, 30, 0}, "2026-03-29 01:00:00"},
        {"Europe/Berlin", {2026, 3, 29, 2, 59, 59}, "2026-03-29 01:00:00"},
        {"Europe/Berlin", {2026, 3, 29, 3, 0, 0}, "2026-03-29 01:00:00"},
        {"Europe/Berlin", {2026, 3, 29, 3, 0, 1}, "2026-03-29 01:00:01"},
        {"America/New_York", {2026, 3, 8, 2, 30, 0}, "2026-03-08 07:00:00"},
        {"Australia/Lord_Howe", {2026, 10, 4, 2, 0, 0}, "2026-10-03 15:30:00"},
        {"Australia/Lord_Howe", {2026, 10, 4, 2, 29, 59}, "2026-10-03 15:30:00"},
        {"Australia/Lord_Howe", {2026, 10, 4, 2, 30, 0}, "2026-10-03 15:30:00"},
        /* the fold of autumn: the first of the two */
        {"Europe/Berlin", {2026, 10, 25, 1, 59, 59}, "2026-10-24 23:59:59"},
        {"Europe/Berlin", {2026, 10, 25, 2, 0, 0}, "2026-10-25 00:00:00"},
        {"Europe/Berlin", {2026, 10, 25, 2, 30, 0}, "2026-10-25 00:30:00"},
        {"Europe/Berlin", {2026, 10, 25, 3, 0, 0}, "2026-10-25 02:00:00"},
        {"America/New_York", {2026, 11, 1, 1, 30, 0}, "2026-11-01 05:30:00"},
        {"America/New_York", {2026, 11, 1, 2, 0, 0}, "2026-11-01 07:00:00"},
        {"Australia/Lord_Howe", {2026, 4, 5, 1, 30, 0}, "2026-04-04 14:30:00"},
        {"Australia/Lord_Howe", {2026, 4, 5, 2, 0, 0}, "2026-04-04 15:30:00"},
        /* midnight itself in a gap, in a fold, and a day that never was */
        {"America/Havana", {2026, 3, 8, 0, 0, 0}, "2026-03-08 05:00:00"},
        {"America/Havana", {2026, 11, 1, 0, 0, 0}, "2026-11-01 04:00:00"},
        {"America/Sao_Paulo", {2005, 10, 16, 0, 0, 0}, "2005-10-16 03:00:00"},
        {"America/Sao_Paulo", {2005, 2, 20, 0, 0, 0}, "2005-02-20 03:00:00"},
        {"America/St_Johns", {2005, 10, 30, 0, 0, 0}, "2005-10-30 02:30:00"},
        {"Pacific/Apia", {2011, 12, 30, 0, 0, 0}, "2011-12-30 10:00:00"},
        {"Pacific/Apia", {2011, 12, 30, 12, 0, 0}, "2011-12-30 10:00:00"},
        {"Pacific/Apia", {2011, 12, 31, 0, 0, 0}, "2011-12-30 10:00:00"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[32];
        const struct civil *l = &cases[i].local;
        civil_format_utc(zone_to_utc(cases[i].zone, l), text);
        ck_assert_msg(strcmp(text, cases[i].utc) == 0,
                      "%s %04d-%02d-%02d %02d:%02d:%02d is %s, not %s", cases[i].zone, l->year,
                      l->month, l->day, l->hour, l->minute, l->second, cases[i].utc, text);
    }
}
END_TEST

/* Every half hour of a few years: an instant's local time means that instant, or the earlier of the
 * two with the same reading. */
START_TEST(there_and_back)
{
    static const char *const zones[] = {"UTC",
                                        "Europe/Berlin",
                                        "America/New_York",
                                        "Australia/Lord_Howe",
                                        "America/Havana",
                                        "Pacific/Apia",
                                        "Asia/Kathmandu",
                                        "Africa/Casablanca"};
    for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
        for (time_t t = 1293840000; t < 1356998400; t += 1800) { /* 2011 and 2012 */
            struct civil local, again;
            zone_from_utc(zones[z], t, &local);
            time_t back = zone_to_utc(zones[z], &local);
            zone_from_utc(zones[z], back, &again);
            if (back > t || t - back > 7200 || memcmp(&local, &again, sizeof(local)) != 0)
                ck_abort_msg("%s: %lld became %lld", zones[z], (long long)t, (long long)back);
        }
    }
}
END_TEST

START_TEST(the_calendar)
{
    static const struct {
        int year, month, day;
        int64_t days;
        int weekday;
    } cases[] = {
        {1970, 1, 1, 0, 4},         {1969, 12, 31, -1, 3},    {2000, 2, 29, 11016, 2},
        {2000, 3, 1, 11017, 3},     {2026, 11, 23, 20780, 1}, {1, 1, 1, -719162, 1},
        {9999, 12, 31, 2932896, 5},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct civil date;
        ck_assert_int_eq(civil_to_days(cases[i].year, cases[i].month, cases[i].day), cases[i].days);
        civil_from_days(cases[i].days, &date);
        ck_assert_int_eq(date.year, cases[i].year);
        ck_assert_int_eq(date.month, cases[i].month);
        ck_assert_int_eq(date.day, cases[i].day);
        ck_assert_int_eq(date.hour, 0);
        ck_assert_int_eq(civil_weekday(cases[i].days), cases[i].weekday);
    }
    ck_assert_int_eq(civil_days_in_month(2026, 2), 28);
    ck_assert_int_eq(civil_days_in_month(2024, 2), 29);
    ck_assert_int_eq(civil_days_in_month(1900, 2), 28);
    ck_assert_int_eq(civil_days_in_month(2000, 2), 29);
    ck_assert_int_eq(civil_days_in_month(2026, 12), 31);
}
END_TEST

START_TEST(every_day_follows_the_one_before)
{
    int64_t days = civil_to_days(1890, 1, 1);
    for (int year = 1890; year < 2110; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= civil_days_in_month(year, month); day++, days++) {
                if (civil_to_days(year, month, day) != days)
                    ck_abort_msg("%d-%d-%d", year, month, day);
            }
        }
    }
}
END_TEST

START_TEST(formats)
{
    char text[32];
    civil_format_utc(0, text);
    ck_assert_str_eq(text, "1970-01-01 00:00:00");
    civil_format_rfc3339(1795399201, text);
    ck_assert_str_eq(text, "2026-11-23T02:00:01Z");
    setenv("TZ", "America/New_York", 1);
    civil_format_utc(0, text);
    ck_assert_str_eq(text, "1970-01-01 00:00:00");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {zones_that_exist,
                                  local_times_to_utc,
                                  there_and_back,
                                  the_calendar,
                                  every_day_follows_the_one_before,
                                  formats,
                                  NULL};
    return unit_main("zone", tests);
}
