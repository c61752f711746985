#include "lib/zone.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/limits.h"

/* A relative path of plain segments: no way out of the zoneinfo directory. */
static bool is_zone_name(const char *name)
{
    size_t len = strlen(name);
    /* Clocks of "right/" zones count leap seconds, which no other clock here does. */
    if (strncmp(name, "right/", 6) == 0)
        return false;
    if (len == 0 || len > 64 || name[0] == '/' || name[len - 1] == '/' || strstr(name, "..") ||
        strstr(name, "//"))
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+-") ==
           len;
}

bool zone_exists(const char *name)
{
    if (strcmp(name, "UTC") == 0)
        return true;
    if (!is_zone_name(name))
        return false;
    const char *base = getenv("TZDIR");
    char path[LIMIT_PATH_BYTES], magic[4] = {0};
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", base ? base : "/usr/share/zoneinfo", name) >=
        sizeof(path))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool found = read(fd, magic, sizeof(magic)) == 4 && memcmp(magic, "TZif", 4) == 0;
    close(fd);
    return found;
}

static void enter(const char *zone)
{
    const char *now = getenv("TZ");
    if (now && strcmp(now, zone) == 0)
        return;
    setenv("TZ", zone, 1);
    tzset();
}

/* Seconds east of UTC at an instant, in the current zone. */
static int64_t offset_at(time_t t)
{
    struct tm tm;
    localtime_r(&t, &tm);
    return tm.tm_gmtoff;
}

time_t zone_to_utc(const char *zone, const struct civil *local)
{
    enter(zone);
    time_t wall = (time_t)(civil_to_days(local->year, local->month, local->day) * 86400 +
                           local->hour * 3600 + local->minute * 60 + local->second);
    /* The offsets a day before and after enclose any change; the earlier reading is the first. */
    int64_t before = offset_at(wall - 86400), after = offset_at(wall + 86400);
    time_t first = (time_t)(wall - before), second = (time_t)(wall - after);
    if (offset_at(first) == before)
        return first;
    if (offset_at(second) == after)
        return second;
    /* In a gap: find the instant where the offset changes, by halving. */
    time_t low = second < first ? second : first, high = second < first ? first : second;
    int64_t low_offset = offset_at(low);
    while (high - low > 1) {
        time_t mid = low + (high - low) / 2;
        if (offset_at(mid) == low_offset)
            low = mid;
        else
            high = mid;
    }
    return high;
}

void zone_from_utc(const char *zone, time_t t, struct civil *local)
{
    enter(zone);
    struct tm tm;
    localtime_r(&t, &tm);
    *local = (struct civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                            tm.tm_hour,        tm.tm_min,     tm.tm_sec};
}

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years from March. */
int64_t civil_to_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void civil_from_days(int64_t days, struct civil *date)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *date = (struct civil){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
    };
}

int civil_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

int civil_weekday(int64_t days)
{
    int64_t w = (days + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(w < 0 ? w + 7 : w) + 1;
}

void civil_format_utc(time_t t, char out[32])
{
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm);
}

void civil_format_rfc3339(time_t t, char out[32])
{
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
