#include "formats/decimal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits at `i`; zeros in front of the number only move the point. False when there is no room. */
static bool take_digits(struct decimal *d, const char *s, size_t len, size_t *i, bool behind_point)
{
    for (; *i < len && is_digit(s[*i]); ++*i) {
        if (d->n || s[*i] != '0') {
            if (d->n == DECIMAL_DIGITS)
                return false;
            d->digits[d->n++] = s[*i];
            d->point += !behind_point;
        } else {
            d->point -= behind_point;
        }
    }
    return true;
}

/* An exponent up to the end. */
static bool take_exponent(struct decimal *d, const char *s, size_t len)
{
    int value = 0;
    size_t i = len && (s[0] == '+' || s[0] == '-');
    if (i == len)
        return false;
    for (; i < len; i++) {
        if (!is_digit(s[i]) || value > DECIMAL_MAX_EXPONENT)
            return false;
        value = value * 10 + (s[i] - '0');
    }
    if (value > DECIMAL_MAX_EXPONENT)
        return false;
    d->point += s[0] == '-' ? -value : value;
    return true;
}

bool decimal_parse(struct decimal *out, const char *s, size_t len)
{
    struct decimal d = {.negative = len && s[0] == '-'};
    size_t i = d.negative, start = i;
    if (len > DECIMAL_MAX_EXPONENT || !take_digits(&d, s, len, &i, false))
        return false;
    size_t whole = i - start, behind = 0;
    if (i < len && s[i] == '.') {
        start = ++i;
        if (!take_digits(&d, s, len, &i, true))
            return false;
        behind = i - start;
    }
    if (whole + behind == 0)
        return false;
    if (i < len && (s[i] | 0x20) == 'e') {
        if (!take_exponent(&d, s + i + 1, len - i - 1))
            return false;
    } else if (i < len) {
        return false;
    }
    if (d.n == 0)
        d.point = 0;
    *out = d;
    return true;
}

void decimal_round(struct decimal *d, int decimals)
{
    int keep = d->point + decimals;
    if (d->n == 0 || keep >= (int)d->n)
        return;
    if (keep < 0) {
        d->n = 0;
        d->point = 0;
        return;
    }
    bool up = d->digits[keep] >= '5';
    d->n = (size_t)keep;
    while (up && d->n && d->digits[d->n - 1] == '9')
        d->n--;
    if (up && d->n) {
        d->digits[d->n - 1]++;
    } else if (up) {
        /* All nines, or nothing before the digit that is rounded: a one in front. */
        d->digits[d->n++] = '1';
        d->point++;
    }
    if (d->n == 0)
        d->point = 0;
}

int decimal_places(const struct decimal *d)
{
    int n = (int)d->n;
    while (n && d->digits[n - 1] == '0')
        n--;
    return n > d->point ? n - d->point : 0;
}

char decimal_digit(const struct decimal *d, int place)
{
    int i = d->point - 1 - place;
    return i >= 0 && i < (int)d->n ? d->digits[i] : '0';
}
