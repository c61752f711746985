#include "formats/xlsx_number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 16, MAX_SCALE = 19, MANTISSA_BITS = 53 };

__extension__ typedef unsigned __int128 wide;

static const uint64_t powers[MAX_SCALE + 1] = {1,
                                               10,
                                               100,
                                               1000,
                                               10000,
                                               100000,
                                               1000000,
                                               10000000,
                                               100000000,
                                               1000000000,
                                               10000000000,
                                               100000000000,
                                               1000000000000,
                                               10000000000000,
                                               100000000000000,
                                               1000000000000000,
                                               10000000000000000,
                                               100000000000000000,
                                               1000000000000000000,
                                               10000000000000000000u};

static size_t put_integer(char *out, uint64_t n)
{
    char digits[20];
    size_t len = 0;
    do
        digits[sizeof(digits) - ++len] = (char)('0' + n % 10);
    while (n /= 10);
    memcpy(out, digits + sizeof(digits) - len, len);
    return len;
}

/* The power of ten of the first digit, of 0.0001 to 10^16. The doubles nearest to 0.1 ... 0.0001
 * all lie above them, so comparing with those is exact. */
static int exponent(double a)
{
    int x = -4;
    if (a < 1) {
        for (double limit = 0.001; x < -1 && a >= limit; limit = x == -3 ? 0.01 : 0.1)
            x++;
        return x;
    }
    for (x = 0; a >= (double)powers[x + 1]; x++)
        ;
    return x;
}

/* Its first 16 digits as an integer: exact arithmetic, halves to the even neighbour. */
static uint64_t first_digits(double a, int x)
{
    int binary;
    uint64_t mantissa = (uint64_t)ldexp(frexp(a, &binary), MANTISSA_BITS);
    unsigned shift = (unsigned)(MANTISSA_BITS - binary);
    wide scaled = (wide)mantissa * powers[DIGITS - 1 - x];
    wide half = (wide)1 << (shift - 1), rest = scaled & (half * 2 - 1);
    uint64_t n = (uint64_t)(scaled >> shift);
    return n + (rest > half || (rest == half && (n & 1)));
}

size_t xlsx_number_text(double value, char out[XLSX_NUMBER_BYTES])
{
    double a = fabs(value);
    size_t len = 0;
    if (a != 0 && (a < 1e-4 || a >= 1e15))
        return (size_t)snprintf(out, XLSX_NUMBER_BYTES, "%.16G", value);
    if (signbit(value))
        out[len++] = '-';
    if (a == (double)(uint64_t)a)
        return len + put_integer(out + len, (uint64_t)a);
    char digits[24];
    int x = exponent(a);
    size_t n = put_integer(digits, first_digits(a, x));
    if (n > DIGITS) /* it was rounded up to the next power of ten */
        x++;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    if (x < 0) {
        memcpy(out + len, "0.000", 5);
        len += 1 + (size_t)-x;
        memcpy(out + len, digits, n);
        return len + n;
    }
    size_t whole = (size_t)x + 1;
    if (n <= whole) { /* only what was rounded up */
        memset(digits + n, '0', whole - n);
        memcpy(out + len, digits, whole);
        return len + whole;
    }
    memcpy(out + len, digits, whole);
    out[len + whole] = '.';
    memcpy(out + len + whole + 1, digits + whole, n - whole);
    return len + 1 + n;
}
