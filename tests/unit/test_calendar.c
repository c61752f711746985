/* Calendar expressions: what is read, its normal form, what is refused, and when it is due, clock
 * changes included. */
#include "jobs/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/zone.h"
#include "tests/unit/unit.h"

static time_t utc(const char *text)
{
    struct civil c = {0};
    ck_assert_int_eq(
        sscanf(text, "%d-%d-%d %d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second),
        6);
    return zone_to_utc("UTC", &c);
}

static const struct calendar *parse(const char *text, const char *zone, struct arena *arena)
{
    const struct calendar *c = NULL;
    struct err e = {0};
    int rc = calendar_parse(text, zone, arena, &c, &e);
    ck_assert_msg(rc == 0, "\"%s\": %s", text, e.msg);
    return c;
}

/* The next events as "2026-11-24 02:00:00" in UTC, with "s" and "f" for the flags. */
static void next_in_words(const struct calendar *c, const char *after, int count, char *out,
                          size_t size)
{
    struct calendar_event event = {.at = utc(after)};
    out[0] = '\0';
    for (int i = 0; i < count; i++) {
        char at[32] = "never";
        bool more = calendar_next(c, event.at, &event);
        if (more)
            civil_format_utc(event.at, at);
        size_t len = strlen(out);
        snprintf(out + len, size - len, "%s%s%s%s", i ? ", " : "", at,
                 more && event.shifted ? "s" : "", more && event.folded ? "f" : "");
        if (!more)
            break;
    }
}

struct due {
    const char *text, *zone, *after, *next;
};

static void check_due(const struct due *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena arena = {0};
        char found[512];
        int count = 1;
        for (const char *s = cases[i].next; (s = strchr(s, ',')); s++)
            count++;
        const struct calendar *c = parse(cases[i].text, cases[i].zone, &arena);
        next_in_words(c, cases[i].after, count, found, sizeof(found));
        ck_assert_msg(strcmp(found, cases[i].next) == 0,
                      "\"%s\" in %s after %s is due %s, expected %s", cases[i].text, cases[i].zone,
                      cases[i].after, found, cases[i].next);
        arena_release(&arena);
    }
}

#define CHECK_DUE(cases) check_due(cases, sizeof(cases) / sizeof((cases)[0]))

/* 2026-11-24 is a Tuesday. */
START_TEST(due_as_written)
{
    static const char noon[] = "2026-11-24 12:00:00";
    static const struct due cases[] = {
        {"*-*-* 02:00", "UTC", noon, "2026-11-25 02:00:00, 2026-11-26 02:00:00"},
        {"12:00", "UTC", "2026-11-24 11:59:59", "2026-11-24 12:00:00, 2026-11-25 12:00:00"},
        {"12:00", "UTC", noon, "2026-11-25 12:00:00"},
        {"*-*-* 02:00", "Europe/Berlin", noon, "2026-11-25 01:00:00"},
        {"*-*-* 02:00 Europe/Berlin", "UTC", noon, "2026-11-25 01:00:00"},
        {"*-*-* 02:00 utc", "Asia/Tokyo", noon, "2026-11-25 02:00:00"},
        {"Mon..Fri 06:30", "UTC", "2026-11-27 06:30:00", "2026-11-30 06:30:00"},
        {"mon,FRIDAY", "UTC", noon, "2026-11-27 00:00:00, 2026-11-30 00:00:00"},
        {"*-*-01 04:00", "UTC", noon, "2026-12-01 04:00:00, 2027-01-01 04:00:00"},
        {"*-*~01 23:00", "UTC", noon, "2026-11-30 23:00:00, 2026-12-31 23:00:00"},
        {"*-02~01", "UTC", noon, "2027-02-28 00:00:00, 2028-02-29 00:00:00"},
        {"*-02~03", "UTC", noon, "2027-02-26 00:00:00, 2028-02-27 00:00:00"},
        {"*-*~05..10/2", "UTC", noon, "2026-11-26 00:00:00, 2026-12-23 00:00:00"},
        {"*-*~07/3", "UTC", noon, "2026-11-27 00:00:00, 2026-11-30 00:00:00"},
        {"Mon *-05~07/1", "UTC", noon, "2027-05-31 00:00:00, 2028-05-29 00:00:00"},
        {"*-*-29..31", "UTC", "2027-01-31 00:00:00", "2027-03-29 00:00:00, 2027-03-30 00:00:00"},
        {"02-29", "UTC", noon, "2028-02-29 00:00:00, 2032-02-29 00:00:00"},
        {"Mon 02-29", "UTC", noon, "2044-02-29 00:00:00, 2072-02-29 00:00:00"},
        {"02-29", "UTC", "2096-03-01 00:00:00", "2104-02-29 00:00:00"},
        {"*-02-30", "UTC", noon, "never"},
        {"1999-01-01", "UTC", noon, "never"},
        {"2026..2028/2-12-31", "UTC", noon, "2026-12-31 00:00:00, 2028-12-31 00:00:00, never"},
        {"2199-12-31 23:59:59", "UTC", noon, "2199-12-31 23:59:59, never"},
        {"1970-01-01", "Europe/Berlin", "1960-01-01 00:00:00", "1969-12-31 23:00:00, never"},
        {"8..18/5:0/20:15,45", "UTC", noon,
         "2026-11-24 13:00:15, 2026-11-24 13:00:45, 2026-11-24 13:20:15"},
        {"*:*:*", "UTC", noon, "2026-11-24 12:00:01, 2026-11-24 12:00:02"},
        {"Hourly", "UTC", noon, "2026-11-24 13:00:00"},
        {"daily Europe/Berlin", "UTC", noon, "2026-11-24 23:00:00"},
        {"weekly", "UTC", noon, "2026-11-30 00:00:00"},
        {"monthly", "UTC", noon, "2026-12-01 00:00:00"},
        {"quarterly", "UTC", noon, "2027-01-01 00:00:00, 2027-04-01 00:00:00"},
        {"semiannually", "UTC", noon, "2027-01-01 00:00:00, 2027-07-01 00:00:00"},
        {"yearly", "UTC", noon, "2027-01-01 00:00:00"},
    };
    CHECK_DUE(cases);
}
END_TEST

START_TEST(cron_due)
{
    static const char noon[] = "2026-11-24 12:00:00";
    static const struct due cases[] = {
        {"* * * * *", "UTC", noon, "2026-11-24 12:01:00, 2026-11-24 12:02:00"},
        {"*/15 * * * *", "UTC", noon, "2026-11-24 12:15:00, 2026-11-24 12:30:00"},
        {"50/4 * * * *", "UTC", noon, "2026-11-24 12:50:00, 2026-11-24 12:54:00"},
        {"30\t6  * * 1-5", "Europe/Berlin", "2026-11-27 12:00:00", "2026-11-30 05:30:00"},
        {"0 9-17/4,20 * * *", "UTC", noon, "2026-11-24 13:00:00, 2026-11-24 17:00:00"},
        {"0 0 1 jan,JUL *", "UTC", noon, "2027-01-01 00:00:00, 2027-07-01 00:00:00"},
        {"0 0 * * 0", "UTC", noon, "2026-11-29 00:00:00"},
        {"0 0 * * 7", "UTC", noon, "2026-11-29 00:00:00"},
        {"0 0 * * Sat-Sun", "UTC", noon, "2026-11-28 00:00:00, 2026-11-29 00:00:00"},
        {"0 0 * * 5-7", "UTC", "2026-11-28 12:00:00", "2026-11-29 00:00:00, 2026-12-04 00:00:00"},
        {"0 0 * * */3", "UTC", noon, "2026-11-25 00:00:00, 2026-11-28 00:00:00"},
        {"0 0 * * 1/2", "UTC", "2026-11-27 12:00:00", "2026-11-30 00:00:00, 2026-12-02 00:00:00"},
        /* either kind of day, unless one has a star */
        {"0 0 13 * Fri", "UTC", noon,
         "2026-11-27 00:00:00, 2026-12-04 00:00:00, 2026-12-11 00:00:00, 2026-12-13 00:00:00"},
        {"0 0 */2 * Mon", "UTC", noon, "2026-12-07 00:00:00, 2026-12-21 00:00:00"},
        {"0 0 13 * */5", "UTC", noon, "2026-12-13 00:00:00, 2027-06-13 00:00:00"},
        {"0 0 30 2 Mon", "UTC", noon, "2027-02-01 00:00:00, 2027-02-08 00:00:00"},
        {"@daily", "UTC", noon, "2026-11-25 00:00:00"},
        {"@weekly", "UTC", noon, "2026-11-29 00:00:00"}, /* cron's weeks begin on Sunday */
        {"@monthly", "UTC", noon, "2026-12-01 00:00:00"},
        {"@Yearly", "UTC", noon, "2027-01-01 00:00:00"},
    };
    CHECK_DUE(cases);
}
END_TEST

START_TEST(due_where_clocks_change)
{
    static const struct due cases[] = {
        /* forward at 01:00 UTC from 02:00 to 03:00, back at 01:00 UTC from 03:00 to 02:00 */
        {"02:30", "Europe/Berlin", "2026-03-28 00:00:00",
         "2026-03-28 01:30:00, 2026-03-29 01:00:00s, 2026-03-30 00:30:00"},
        {"02:30", "Europe/Berlin", "2026-03-29 01:00:00", "2026-03-30 00:30:00"},
        {"03:00", "Europe/Berlin", "2026-03-29 00:00:00", "2026-03-29 01:00:00"},
        {"02:30", "Europe/Berlin", "2026-10-24 12:00:00",
         "2026-10-25 00:30:00f, 2026-10-26 01:30:00"},
        {"03:00", "Europe/Berlin", "2026-10-24 12:00:00", "2026-10-25 02:00:00"},
        /* all of a gap is one event; one that the expression names isn't shifted */
        {"*:0/20", "Europe/Berlin", "2026-03-29 00:30:00",
         "2026-03-29 00:40:00, 2026-03-29 01:00:00, 2026-03-29 01:20:00"},
        {"*:10/20", "Europe/Berlin", "2026-03-29 00:40:00",
         "2026-03-29 00:50:00, 2026-03-29 01:00:00s, 2026-03-29 01:10:00"},
        {"hourly", "Europe/Berlin", "2026-03-29 00:00:00",
         "2026-03-29 01:00:00, 2026-03-29 02:00:00"},
        /* the second pass has no events, whether one looks from before or from within it */
        {"*:0/30", "Europe/Berlin", "2026-10-24 23:30:00",
         "2026-10-25 00:00:00f, 2026-10-25 00:30:00f, 2026-10-25 02:00:00"},
        {"*:0/30", "Europe/Berlin", "2026-10-25 01:00:00", "2026-10-25 02:00:00"},
        {"*:*:*", "Europe/Berlin", "2026-10-25 01:00:00", "2026-10-25 02:00:00"},
        {"*:*:*", "Europe/Berlin", "2026-10-25 00:59:58",
         "2026-10-25 00:59:59f, 2026-10-25 02:00:00"},
        {"30 2 * * *", "Europe/Berlin", "2026-03-28 12:00:00", "2026-03-29 01:00:00s"},
        {"30 2 * * *", "Europe/Berlin", "2026-10-25 00:30:00", "2026-10-26 01:30:00"},
    };
    CHECK_DUE(cases);
}
END_TEST

START_TEST(due_where_clocks_change_oddly)
{
    static const struct due cases[] = {
        {"02:30", "America/New_York", "2026-03-07 12:00:00",
         "2026-03-08 07:00:00s, 2026-03-09 06:30:00"},
        {"01:30", "America/New_York", "2026-10-31 12:00:00",
         "2026-11-01 05:30:00f, 2026-11-02 06:30:00"},
        /* by half an hour */
        {"02:15", "Australia/Lord_Howe", "2026-10-03 12:00:00",
         "2026-10-03 15:30:00s, 2026-10-04 15:15:00"},
        {"02:45", "Australia/Lord_Howe", "2026-10-03 12:00:00", "2026-10-03 15:45:00"},
        {"01:45", "Australia/Lord_Howe", "2026-04-03 18:00:00",
         "2026-04-04 14:45:00f, 2026-04-05 15:15:00"},
        /* midnight itself */
        {"daily", "America/Sao_Paulo", "2018-11-03 12:00:00",
         "2018-11-04 03:00:00s, 2018-11-05 02:00:00"},
        {"23:30", "America/Sao_Paulo", "2018-02-17 12:00:00",
         "2018-02-18 01:30:00f, 2018-02-19 02:30:00"},
        {"daily", "Asia/Beirut", "2026-03-28 12:00:00",
         "2026-03-28 22:00:00s, 2026-03-29 21:00:00"},
        {"23:30", "Asia/Beirut", "2026-10-24 12:00:00",
         "2026-10-24 20:30:00f, 2026-10-25 21:30:00"},
        {"daily", "America/Havana", "2026-10-31 12:00:00",
         "2026-11-01 04:00:00f, 2026-11-02 05:00:00"},
        /* around Ramadan: back on 15 February 2026, forward on 22 March */
        {"02:30", "Africa/Casablanca", "2026-02-14 12:00:00",
         "2026-02-15 01:30:00f, 2026-02-16 02:30:00"},
        {"02:30", "Africa/Casablanca", "2026-03-21 12:00:00",
         "2026-03-22 02:00:00s, 2026-03-23 01:30:00"},
        /* a gap up to midnight: the next date begins with it */
        {"23:30", "America/Nuuk", "2026-03-28 12:00:00",
         "2026-03-29 01:00:00s, 2026-03-30 00:30:00"},
        /* by two hours, and in a zone where a day was left out */
        {"02:30", "Antarctica/Troll", "2026-03-28 12:00:00",
         "2026-03-29 01:00:00s, 2026-03-30 00:30:00"},
        {"12:00", "Pacific/Apia", "2011-12-28 23:00:00",
         "2011-12-29 22:00:00, 2011-12-30 10:00:00s, 2011-12-30 22:00:00"},
    };
    CHECK_DUE(cases);
}
END_TEST

START_TEST(normal_forms)
{
    static const struct {
        const char *text, *normal;
    } cases[] = {
        {"Mon..Fri 6:30", "Mon..Fri *-*-* 06:30:00"},
        {"fri,sunday,MON-wed,thu", "Mon..Fri,Sun *-*-* 00:00:00"},
        {"Sat,Sun 1:2:3", "Sat,Sun *-*-* 01:02:03"},
        {"Mon,Tue,Wed,Thu,Fri,Sat,Sun", "*-*-* 00:00:00"},
        {"Mon,", "Mon *-*-* 00:00:00"},
        {"1-2", "*-01-02 00:00:00"},
        {"7-1-2", "2007-01-02 00:00:00"},
        {"69-1-1", "2069-01-01 00:00:00"},
        {"70,99-1-1", "1970,1999-01-01 00:00:00"},
        {"2026..2030/3-*-*", "2026..2029/3-*-* 00:00:00"},
        {"*-*-7,1..3,7,5", "*-*-01..03,05,07 00:00:00"},
        {"*-*-5..5,9..10/4", "*-*-05,09 00:00:00"},
        {"*-2~3", "*-02~03 00:00:00"},
        {"*-2~*", "*-02-* 00:00:00"},
        {"2~3", "*-02~03 00:00:00"},
        {"Mon *-05~07/1", "Mon *-05~07/1 00:00:00"},
        {"*:*", "*-*-* *:*:00"},
        {"*:0/1:0/1", "*-*-* *:00/1:*"},
        {"8..18/2:0/5", "*-*-* 08..18/2:00/5:00"},
        {"2026-11-24  12:00  Europe/Berlin", "2026-11-24 12:00:00"},
        {"daily UTC", "*-*-* 00:00:00"},
        {"quarterly", "*-01,04,07,10-01 00:00:00"},
        {"*/15 8-18 * jan-mar Mon-Sun", "*-01..03-* 08..18:00/15:00"},
        {"5,*/20,1-5/2 * * * *", "*-*-* *:00/20,01..05/2,05:00"},
        {"0,* */1 1 * *", "*-*-01 *:*:00"},
        {"0 6 * * 0,6", "Sat,Sun *-*-* 06:00:00"},
        {"0 0 13 * 5", "Fri *-*-* 00:00:00 or *-*-13 00:00:00"},
        {"0 0 13 * 0-6", "*-*-* 00:00:00 or *-*-13 00:00:00"},
        {"@weekly", "Sun *-*-* 00:00:00"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        const struct calendar *c = parse(cases[i].text, "UTC", &arena);
        ck_assert_str_eq(calendar_text(c, &arena), cases[i].normal);
        if (!strstr(cases[i].normal, " or ")) /* and it is its own */
            ck_assert_str_eq(calendar_text(parse(cases[i].normal, "UTC", &arena), &arena),
                             cases[i].normal);
        arena_release(&arena);
    }
}
END_TEST

START_TEST(zones)
{
    struct arena arena = {0};
    ck_assert_str_eq(calendar_zone(parse("daily", "Europe/Berlin", &arena)), "Europe/Berlin");
    ck_assert_str_eq(calendar_zone(parse("daily Asia/Tokyo", "Europe/Berlin", &arena)),
                     "Asia/Tokyo");
    ck_assert_str_eq(calendar_zone(parse("Mon 1:00 utc", "Europe/Berlin", &arena)), "UTC");
    ck_assert_str_eq(calendar_zone(parse("0 1 * * *", "Europe/Berlin", &arena)), "Europe/Berlin");
    arena_release(&arena);
}
END_TEST

static const struct {
    const char *text, *msg, *hint;
} wrong[] = {
    {"", "the expression is empty", "\"*-*-* 02:00\""},
    {" \t ", "the expression is empty", "\"*-*-* 02:00\""},
    /* words */
    {"foo", "\"foo\" is not a weekday, nor a word like \"daily\"", "Mon..Fri"},
    {"Mo 12:00", "\"Mo\" is not a weekday", ""},
    {"Mon..Wed..Fri", "\"Mon..Wed..Fri\" is not a weekday", ""},
    {"daily 12:00", "\"daily\" is not a weekday", ""},
    {"Sat..Mon", "weekdays \"Sat..Mon\" run backwards", "write \"Mon,Sat,Sun\""},
    {"Mon Tue", "there is no time zone \"Tue\"", "weekdays come first, like Mon,Wed"},
    {"12:00 Foo/Bar", "there is no time zone \"Foo/Bar\"", "Europe/Berlin"},
    {"12:00 europe/berlin", "there is no time zone \"europe/berlin\"", ""},
    {"12:00 2026-11-24", "\"2026-11-24\" is one word too many", "weekdays, date, time, zone"},
    {"*-*-* *-*-*", "\"*-*-*\" is no time of day", ""},
    {"5", "\"5\" is neither a date nor a time of day", "a cron line has five fields"},
    {"0 2 * *", "\"0\" is neither a date nor a time of day", "a cron line has five fields"},
    {"Mon 1-1 1:00 1 2 3 4 5", "\"1\" is one word too many", ""},
    /* dates and times */
    {"2026-11-24-1", "\"2026-11-24-1\" is not a date", "2026-11-24"},
    {"2026~11-24", "\"2026~11-24\" is not a date", "*-*~01"},
    {"*-*-*/2", "\"*-*-*/2\" is not a date", "here it is \"0/15\", \"1/15\" for days"},
    {"12:", "\"12:\" is not a time of day", "06:30"},
    {"1:2:3:4", "\"1:2:3:4\" is not a time of day", ""},
    {"12:0x", "\"12:0x\" is not a time of day", ""},
    {"12:00:10.5", "\"12:00:10.5\" has a fraction of a second", ""},
    {"*:0..10:1..2.5", "has a fraction of a second", ""},
    /* numbers */
    {"24:00", "hour \"24\" is not between 0 and 23", ""},
    {"8..24/2:00", "hour \"8..24/2\" is not between 0 and 23", ""},
    {"12:00:60", "second \"60\" is not between 0 and 59", ""},
    {"2026-13-01", "month \"13\" is not between 1 and 12", ""},
    {"*-*-0", "day \"0\" is not between 1 and 31", ""},
    {"*-*-5..0", "day \"5..0\" is not between 1 and 31", ""},
    {"*-*-32", "day \"32\" is not between 1 and 31", ""},
    {"*-*~29", "day from the month's end \"29\" is not between 1 and 28", ""},
    {"*-*~0", "day from the month's end \"0\" is not between 1 and 28", ""},
    {"2200-01-01", "year \"2200\" is not between 1970 and 2199", ""},
    {"99999999999999999999-01-01", "year \"99999999999999999999\" is not between", ""},
    {"20..10:00", "hour \"20..10\" runs backwards", "\"20..23,0..10\""},
    {"*-*~07..03", "day from the month's end \"07..03\" runs backwards", "the lesser first"},
    {"0/0:00", "hour \"0/0\" has a step of 0", ""},
    {"1..5/0:00", "hour \"1..5/0\" has a step of 0", ""},
    {"0:5/55", "minute \"5/55\" has a step that leads beyond the last", "\"5\", or a smaller step"},
    {"*-*-31/1", "day \"31/1\" has a step that leads beyond the last", ""},
    {"*-*~3/3", "day from the month's end \"3/3\" has a step that leads beyond the last", ""},
    /* cron */
    {"0 0 0 1 1 *", "a cron line has five fields, not 6", "leave out seconds, years and commands"},
    {"0 0 1 1 * 2026 /bin/true", "a cron line has five fields, not 7", ""},
    {"60 * * * *", "minute \"60\" is not between 0 and 59", ""},
    {"* * * * 8", "weekday \"8\" is not between 0 and 7", ""},
    {"5-1 * * * *", "minute \"5-1\" runs backwards", "\"5-59,0-1\""},
    {"* * * * Fri-Mon", "weekday \"Fri-Mon\" runs backwards", "\"5-7,0-1\""},
    {"*/0 * * * *", "minute \"*/0\" has a step of 0", ""},
    {"*/90 * * * *", "minute \"*/90\" has a step that leads beyond the last", "write \"0\""},
    {"* * * Foo *", "\"Foo\" is not the month of a cron line", "minute, hour, day, month"},
    {"* * * * Monday", "\"Monday\" is not the weekday of a cron line", ""},
    {"jan * * * *", "\"jan\" is not a weekday", ""},
    {"1, * * * *", "\"1,\" is not the minute", ""},
    {"1..5 * * * *", "\"1..5\" is not the minute", ""},
    {"*/ * * * *", "\"*/\" is not the minute", ""},
    {"@reboot", "\"@reboot\" is not a time", "@daily"},
    {"@every 5m", "\"@every ...\" is not a name that cron knows", "@daily"},
    {"@daily UTC", "\"@daily ...\" is not a name that cron knows", "each alone"},
    {"@1795564800", "\"@1795564800\" counts seconds since 1970", "2026-11-24 02:00"},
    {"@", "\"@\" is not a name that cron knows", ""},
};

START_TEST(refused)
{
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct arena arena = {0};
        const struct calendar *c = NULL;
        struct err e = {0};
        int rc = calendar_parse(wrong[i].text, "UTC", &arena, &c, &e);
        ck_assert_msg(rc == -1, "\"%s\" is taken", wrong[i].text);
        ck_assert_msg(strstr(e.msg, wrong[i].msg) && strstr(e.hint, wrong[i].hint),
                      "\"%s\": got \"%s\" (%s), expected \"%s\" (%s)", wrong[i].text, e.msg, e.hint,
                      wrong[i].msg, wrong[i].hint);
        ck_assert_int_eq(e.kind, ERR_CONFIG);
        ck_assert(e.hint[0] != '\0' && c == NULL);
        arena_release(&arena);
    }
    /* What is long is refused, and quoted in part. */
    struct arena arena = {0};
    const struct calendar *c = NULL;
    struct err e = {0};
    char text[2000];
    memset(text, '1', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    ck_error(calendar_parse(text, "UTC", &arena, &c, &e), &e, "longer than 1000 bytes");
    text[900] = '\0';
    ck_error(calendar_parse(text, "UTC", &arena, &c, &e), &e, "is neither a date");
    ck_assert_uint_lt(strlen(e.msg), 200);
    arena_release(&arena);
}
END_TEST

/* One time of each day is due once on each local date, in order; here in zones with odd changes. */
START_TEST(once_on_each_date)
{
    static const char *const names[] = {
        "UTC",           "Europe/Berlin",     "America/New_York", "Australia/Lord_Howe",
        "Asia/Beirut",   "Africa/Casablanca", "America/Havana",   "America/Sao_Paulo",
        "America/Nuuk",  "Africa/Cairo",      "Asia/Gaza",        "America/Asuncion",
        "Europe/Dublin", "Pacific/Chatham",   "Asia/Tehran",      "America/Scoresbysund"};
    static const char *const texts[] = {"*-*-* 02:30", "*-*-* 00:00", "15 1 * * *"};
    for (size_t z = 0; z < sizeof(names) / sizeof(names[0]); z++) {
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            struct arena arena = {0};
            const struct calendar *c = parse(texts[i], names[z], &arena);
            const struct civil start = {.year = 2020, .month = 1, .day = 1};
            struct calendar_event event = {.at = zone_to_utc(names[z], &start) - 1};
            int64_t day = civil_to_days(2020, 1, 1), end = civil_to_days(2038, 1, 1);
            for (; day < end; day++) {
                struct civil l;
                time_t before = event.at;
                ck_assert(calendar_next(c, before, &event) && event.at > before);
                zone_from_utc(names[z], event.at, &l);
                if (civil_to_days(l.year, l.month, l.day) != day)
                    ck_abort_msg("%s in %s: due on %d-%02d-%02d", texts[i], names[z], l.year,
                                 l.month, l.day);
            }
            arena_release(&arena);
        }
    }
}
END_TEST

/* From any instant between two events the second is next. */
START_TEST(next_is_the_same_from_anywhere)
{
    static const char *const texts[] = {"*:0/10", "02:30", "0/3:15", "Sun 01..03:30:10",
                                        "*/25 1-3 * * *"};
    static const char *const names[] = {"Europe/Berlin", "Australia/Lord_Howe", "Asia/Beirut"};
    srand(1);
    for (size_t i = 0; i < 5 * 3; i++) {
        struct arena arena = {0};
        const struct calendar *c = parse(texts[i / 3], names[i % 3], &arena);
        struct calendar_event event, next, again;
        ck_assert(calendar_next(c, utc("2026-03-28 00:00:00"), &event));
        for (int n = 0; n < 300; n++) {
            ck_assert(calendar_next(c, event.at, &next) && next.at > event.at);
            time_t between = event.at + rand() % (next.at - event.at);
            ck_assert(calendar_next(c, between, &again));
            ck_assert(again.at == next.at && again.shifted == next.shifted &&
                      again.folded == next.folded);
            event = next;
            if (n == 150) /* on to autumn */
                ck_assert(calendar_next(c, utc("2026-10-24 12:00:00"), &event));
        }
        arena_release(&arena);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {due_as_written,
                                  cron_due,
                                  due_where_clocks_change,
                                  due_where_clocks_change_oddly,
                                  normal_forms,
                                  zones,
                                  refused,
                                  once_on_each_date,
                                  next_is_the_same_from_anywhere,
                                  NULL};
    return unit_main("calendar", tests);
}
