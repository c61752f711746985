/* Private to the files of jobs/period*.c: periods of hours and minutes, and what they share. */
#ifndef JOBS_PERIOD_PARTS_H
#define JOBS_PERIOD_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "jobs/period.h"

/* Hours and minutes (period_clock.c): instants count, not dates. */
void period_clock_containing(const struct period_rule *rule, time_t t, struct period *out);
bool period_clock_parse(const struct period_rule *rule, const char *label, struct period *out);
void period_clock_shift(const struct period_rule *rule, int steps, struct period *p);
void period_clock_in_words(const struct period_rule *rule, const struct period *p,
                           const struct locale *locale, char *out, size_t size);

/* d for a digit, anything else for itself. */
bool period_has_shape(const char *label, const char *shape);
int period_number_at(const char *s, size_t len);

#endif
