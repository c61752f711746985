#include "formats/svg_scale.h"

#include <math.h>

/* Negative powers by division, which gives the double nearest to 0.1. */
static double times_power(double v, int exponent)
{
    return exponent < 0 ? v / pow(10, -exponent) : v * pow(10, exponent);
}

static double step_of(const struct svg_scale *s)
{
    return times_power(s->unit, s->exponent);
}

/* The smallest step of 1, 2 or 5 that is not below `raw`. */
static void choose_step(struct svg_scale *s, double raw)
{
    static const int units[] = {1, 2, 5};
    s->exponent = (int)floor(log10(raw));
    for (;; s->exponent++) {
        for (unsigned i = 0; i < 3; i++) {
            s->unit = units[i];
            if (step_of(s) >= raw * (1 - 1e-9))
                return;
        }
    }
}

bool svg_scale_needs_zero(double low, double high)
{
    if (low <= 0 && high >= 0)
        return true;
    double far = fmax(fabs(low), fabs(high));
    return high - low == 0 || high - low > far / 6;
}

void svg_scale_fit(struct svg_scale *s, double low, double high, int want, bool whole)
{
    *s = (struct svg_scale){.unit = 1};
    double far = fmax(fabs(low), fabs(high));
    if (far < 1e-290)
        high = 1;
    else if (high - low < far * 1e-12) { /* one value: with room around it */
        low -= far / 10;
        high += far / 10;
    }
    choose_step(s, (high - low) / want);
    if (whole && s->exponent < 0) {
        s->unit = 1;
        s->exponent = 0;
    }
    double step = step_of(s);
    /* A value on a tick needs no further one. */
    double first = floor(low / step + 1e-9), last = ceil(high / step - 1e-9);
    if (last <= first)
        last = first + 1;
    s->first = first;
    s->nticks = (int)(last - first) + 1;
    s->decimals = s->exponent < 0 ? -s->exponent : 0;
    s->low = svg_scale_tick(s, 0);
    s->high = svg_scale_tick(s, s->nticks - 1);
}

double svg_scale_tick(const struct svg_scale *s, int i)
{
    return times_power((s->first + i) * s->unit, s->exponent);
}
