/*
 * Periods: what a run is about. Half-open, [start, end), in the job's time zone.
 *
 * A period is a unit (N minutes, hour, day, ISO week, month, quarter, year) or a window of the last
 * N units ending with the unit that gives it its label: day 2026-11-23 with window 30 covers 30
 * days up to and including the 23rd. Hours and minutes are those of local clocks; where clocks go
 * back, those that come a second time have a "b" at the end: 2026-10-25T02, then 2026-10-25T02b.
 * Bounds are computed here and given to the database as UTC, so that a day of 23 or 25 hours
 * neither loses nor doubles a row.
 */
#ifndef JOBS_PERIOD_H
#define JOBS_PERIOD_H

#include <stdint.h>
#include <time.h>

#include "formats/locale.h"
#include "lib/err.h"

enum period_unit {
    PERIOD_DAY,
    PERIOD_WEEK,
    PERIOD_MONTH,
    PERIOD_QUARTER,
    PERIOD_YEAR,
    PERIOD_HOUR,
    PERIOD_MINUTE,
};

struct period_rule {
    enum period_unit unit;
    int window;             /* how many units; 1 for the unit itself */
    const char *timezone;   /* a zone that exists */
    int minutes;            /* of PERIOD_MINUTE: how many; they divide an hour */
    int days_before_monday; /* of PERIOD_WEEK: 0, 1 when weeks begin on Sundays, 2 on Saturdays */
};

enum { PERIOD_LABEL_SIZE = 24 };
struct period {
    char label[PERIOD_LABEL_SIZE]; /* 2026-11-23, 2026-W47, 2026-11, 2026-Q4, 2026,
                                      2026-11-23T14, 2026-11-23T1415 */
    time_t start, end;             /* UTC */
};

extern const char *const period_unit_names[]; /* "day", "week", ...; NULL-terminated */

/* The unit that contains an instant, as a period. */
void period_containing(const struct period_rule *rule, time_t t, struct period *out);
/* The last period that ended at or before an instant: what a report made now is about. */
void period_last_complete(const struct period_rule *rule, time_t now, struct period *out);
/* A label back into its period. Errors are ERR_USAGE and show how the label should look. */
int period_parse(const struct period_rule *rule, const char *label, struct period *out,
                 struct err *e);
/* The period `steps` units later (or earlier). */
void period_shift(const struct period_rule *rule, int steps, struct period *p);
/* For people: "Monday 23 November 2026", "November 2026", "25 October to 23 November 2026". */
void period_in_words(const struct period_rule *rule, const struct period *p,
                     const struct locale *locale, char *out, size_t size);

#endif
