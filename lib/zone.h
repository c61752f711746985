/*
 * Time zones and civil time.
 *
 * Zones are the system's (/usr/share/zoneinfo, or $TZDIR); the rules themselves are libc's. An
 * unknown zone is an error: libc alone would silently take UTC. Because libc keeps one zone per
 * process in the TZ variable, a zone is made current inside each call; nothing else here reads TZ.
 *
 * A local time that does not exist (clocks go forward) means the first instant after the gap. One
 * that exists twice (clocks go back) means the first of the two.
 */
#ifndef LIB_ZONE_H
#define LIB_ZONE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/err.h"

struct civil {
    int year, month, day; /* month 1..12, day 1..31 */
    int hour, minute, second;
};

/* True when the zone is known: a name below the zoneinfo directory whose file is a TZif file. */
bool zone_exists(const char *name);
/* The instant of a local time in a known zone. */
time_t zone_to_utc(const char *zone, const struct civil *local);
/* The local time of an instant in a known zone. */
void zone_from_utc(const char *zone, time_t t, struct civil *local);

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar, and back. */
int64_t civil_to_days(int year, int month, int day);
void civil_from_days(int64_t days, struct civil *date); /* the time of day becomes 00:00:00 */
int civil_days_in_month(int year, int month);
/* 1 (Monday) to 7 (Sunday), as in ISO 8601. */
int civil_weekday(int64_t days);
/* "YYYY-MM-DD HH:MM:SS" in UTC, and RFC 3339 ("YYYY-MM-DDTHH:MM:SSZ"); out has 32 bytes. */
void civil_format_utc(time_t t, char out[32]);
void civil_format_rfc3339(time_t t, char out[32]);

#endif
