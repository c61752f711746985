/*
 * The axis of a chart's values: ends and steps that people like, which are 1, 2 and 5 times a power
 * of ten. Pure.
 */
#ifndef FORMATS_SVG_SCALE_H
#define FORMATS_SVG_SCALE_H

#include <stdbool.h>

enum { SVG_SCALE_MAX_TICKS = 16 };

struct svg_scale {
    double low, high; /* the ends, low < high */
    int nticks;       /* both ends are ticks */
    int decimals;     /* that each tick needs */
    double first;     /* of the ticks, in steps of `unit` tens: see svg_scale_tick() */
    int unit;         /* 1, 2 or 5 */
    int exponent;
};

/*
 * Of values between `low` and `high`, which are finite and below 1e300. About `want` ticks;
 * `whole`: none between two integers.
 */
void svg_scale_fit(struct svg_scale *s, double low, double high, int want, bool whole);
double svg_scale_tick(const struct svg_scale *s, int i);
/* Whether zero should be on the axis of lines: unless that would press them flat. */
bool svg_scale_needs_zero(double low, double high);

#endif
