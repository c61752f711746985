#include "formats/xlsx_number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 16, MAX_SCALE = 19, MANTISSA_BITS = 52, BIAS = 1023 };

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
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char digits[20], *p = digits + sizeof(digits);
    for (; n >= 100; n /= 100)
        memcpy(p -= 2, pairs + n % 100 * 2, 2);
    if (n >= 10)
        memcpy(p -= 2, pairs + n * 2, 2);
    else
        *--p = (char)('0' + n);
    size_t len = (size_t)(digits + sizeof(digits) - p);
    memcpy(out, p, len);
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
    uint64_t bits; /* of IEEE 754 */
    memcpy(&bits, &a, sizeof(bits));
    uint64_t one = (uint64_t)1 << MANTISSA_BITS, mantissa = (bits & (one - 1)) | one;
    unsigned shift = (unsigned)(BIAS + MANTISSA_BITS - (int)(bits >> MANTISSA_BITS));
    wide scaled = (wide)mantissa * powers[DIGITS - 1 - x];
    wide half = (wide)1 << (shift - 1), rest = scaled & (half * 2 - 1);
    uint64_t n = (uint64_t)(scaled >> shift);
    return n + (rest > half || (rest == half && (n & 1)));
}

/* Without the zeros at its end, of which 16 digits have up to 15. */
static uint64_t strip_zeros(uint64_t n)
{
    if (n % 100000000 == 0)
        n /= 100000000;
    if (n % 10000 == 0)
        n /= 10000;
    if (n % 100 == 0)
        n /= 100;
    return n % 10 == 0 ? n / 10 : n;
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
    uint64_t first = first_digits(a, x);
    if (first == powers[DIGITS]) { /* it was rounded up to the next power of ten */
        first = 1;
        x++;
    }
    size_t n = put_integer(digits, strip_zeros(first));
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

size_t xlsx_number_column(unsigned column, char out[XLSX_COLUMN_BYTES])
{
    enum { LETTERS = 26 };
    size_t len = column < LETTERS ? 1 : column < LETTERS + LETTERS * LETTERS ? 2 : 3;
    column++;
    out[len] = '\0';
    for (size_t i = len; i-- > 0; column = (column - 1) / LETTERS)
        out[i] = (char)('A' + (column - 1) % LETTERS);
    return len;
}
