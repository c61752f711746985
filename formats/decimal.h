/*
 * A decimal number as its digits, so that rounding for people is exact: 2.675 is 2.68 with two
 * decimals, whatever a double makes of it. Pure.
 */
#ifndef FORMATS_DECIMAL_H
#define FORMATS_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

enum { DECIMAL_DIGITS = 128, DECIMAL_MAX_EXPONENT = 4999 };

struct decimal {
    bool negative;
    int point; /* the value is 0.DIGITS times ten to the power of this */
    size_t n;  /* of the digits; the first is never 0, and zero has none */
    char digits[DECIMAL_DIGITS];
};

/* Of -12, 0.50, .5, 1e-7; false for anything else, and for more digits than there is room for. */
bool decimal_parse(struct decimal *d, const char *s, size_t len);
/* Keeps so many digits behind the point; a half is rounded away from zero. */
void decimal_round(struct decimal *d, int decimals);
/* How many digits behind the point the number needs. */
int decimal_places(const struct decimal *d);
/* The digit that counts 10^place, such as place 0 for ones and -1 for tenths; '0' where none is. */
char decimal_digit(const struct decimal *d, int place);

#endif
