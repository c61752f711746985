/*
 * When something is due: calendar expressions of systemd.time(7), section "Calendar events", and
 * five-field cron lines as in crontab(5). Pure: the time is a parameter.
 *
 *     *-*-* 02:00 Europe/Berlin    Mon..Fri 06:30    *-*-01 04:00    *-*~01 23:00    daily
 *     0/15 * * * *  is cron by its five fields; so are  30 6 * * 1-5  and  @daily
 *
 * What has five fields or more and begins with no letter is cron's, and what begins with "@";
 * systemd's have at most four words, weekdays, date, time and zone. A cron line has no zone of its
 * own. Both kinds of a day in a cron line, as in "0 0 13 * Fri", mean either, as crontab(5) has it.
 *
 * An expression without a zone is about the zone that is given. Seconds are allowed, fractions are
 * not. A date that never is, as *-02-30, is no error, but never due, as systemd has it.
 *
 * One rule for clock changes, also where systemd has another: a local time that does not exist is
 * due at the first instant after the gap; one that exists twice is due once, the first time. So an
 * expression that names one time of each day is due once for each local date, whatever the zone. A
 * gap that lasts till midnight (America/Nuuk, 23:30 in March) makes that the next date's first
 * instant; in a date that a zone left out (Pacific/Apia, 30 December 2011), too.
 */
#ifndef JOBS_CALENDAR_H
#define JOBS_CALENDAR_H

#include <stdbool.h>
#include <time.h>

#include "lib/err.h"
#include "lib/mem.h"

struct calendar;

/* `zone` must exist. The calendar lives in the arena. Errors are ERR_CONFIG and quote the part that
 * is wrong; the hint shows how to write it. */
int calendar_parse(const char *text, const char *zone, struct arena *arena,
                   const struct calendar **out, struct err *e);

struct calendar_event {
    time_t at;
    bool shifted; /* its local time does not exist on that day: it is due after the gap, at a time
                     that the expression does not name ("hourly" names it) */
    bool folded;  /* its local time exists twice on that day: this is the first */
};
/* The first event after an instant; false when there is none (until the year 2199). */
bool calendar_next(const struct calendar *c, time_t after, struct calendar_event *out);

/* The zone the expression is about: its own, or the one that was given. */
const char *calendar_zone(const struct calendar *c);
/* The expression in systemd's normal form without its zone: "Mon..Fri *-*-* 06:30:00". A cron line
 * with both kinds of a day is two of them: "Fri *-*-* 00:00:00 or *-*-13 00:00:00". Lives in the
 * arena. */
const char *calendar_text(const struct calendar *c, struct arena *arena);

#endif
