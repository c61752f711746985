#include "formats/xlsx_value.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/utf8.h"
#include "lib/zone.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/*
 * Significant digits of [-]digits[.digits]: zeros in front and at the end of the decimals are none.
 * Zeros at the end of an integer are: an id must not be a number in one row and a text in the next.
 */
static size_t significant_digits(const char *s, size_t len)
{
    size_t n = 0;
    if (memchr(s, '.', len)) {
        while (s[len - 1] == '0')
            len--;
    }
    for (size_t i = 0; i < len; i++)
        n += is_digit(s[i]) && (n || s[i] != '0');
    return n;
}

static unsigned written_decimals(const char *s, size_t len)
{
    const char *dot = memchr(s, '.', len);
    size_t n = 0;
    for (const char *p = dot ? dot + 1 : s + len; p < s + len && is_digit(*p); p++)
        n++;
    return n > XLSX_MAX_DECIMALS ? XLSX_MAX_DECIMALS : (unsigned)n;
}

/* [-]digits[.digits] of so few digits that they and the power of ten are doubles without error: one
 * division rounds them as strtod() does. Without the zeros behind, that is how a cell has it. */
static bool take_short(const char *s, size_t len, struct xlsx_numeral *out)
{
    static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = len && *s == '-';
    size_t digits = 0, behind = 0, i = negative, first = i;
    uint64_t n = 0;
    if (len - i > XLSX_DIGITS + 1)
        return false;
    for (; i < len && is_digit(s[i]); i++, digits++)
        n = n * 10 + (uint64_t)(s[i] - '0');
    if (i == first)
        return false;
    if (i < len && s[i] == '.') {
        for (i++; i < len && is_digit(s[i]); i++, behind++)
            n = n * 10 + (uint64_t)(s[i] - '0');
    }
    if (i < len || digits + behind > XLSX_DIGITS)
        return false;
    double value = (double)n / powers[behind];
    *out = (struct xlsx_numeral){negative ? -value : value, (unsigned)behind, len};
    size_t whole = first + digits;
    while (out->len > whole && (s[out->len - 1] == '0' || out->len == whole + 1))
        out->len--;
    if (s[first] == '0' && digits > 1)
        out->len = 0;
    return true;
}

int xlsx_value_number(const char *s, size_t len, bool exact, struct xlsx_numeral *out)
{
    char text[128], *end;
    if (take_short(s, len, out))
        return 1;
    if (len == 0 || len >= sizeof(text))
        return -1;
    memcpy(text, s, len);
    text[len] = '\0';
    /* strtod() would also take "inf", "nan", hexadecimal and leading blanks. */
    if (strspn(text, "-+.0123456789eE") != len)
        return -1;
    double value = strtod(text, &end);
    if (*end || !isfinite(value))
        return -1;
    /* The library writes 16 digits: the very last doubles would become infinite. */
    if ((exact && significant_digits(s, len) > XLSX_DIGITS) || fabs(value) > 1.797693134862315e308)
        return 0;
    *out = (struct xlsx_numeral){value, written_decimals(s, len), 0};
    return 1;
}

/* `n` digits at `*s`, which moves behind them; -1 when they are not there. */
static int take_digits(const char **s, const char *end, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++, (*s)++) {
        if (*s == end || !is_digit(**s))
            return -1;
        v = v * 10 + (**s - '0');
    }
    return v;
}

static bool take_char(const char **s, const char *end, char c)
{
    if (*s == end || **s != c)
        return false;
    (*s)++;
    return true;
}

/* The date at `*s` as a serial number. Excel's calendar has a 1900-02-29: we begin after it. */
static bool take_date(const char **s, const char *end, double *out)
{
    int year = take_digits(s, end, 4);
    bool dash = take_char(s, end, '-');
    int month = take_digits(s, end, 2);
    dash = take_char(s, end, '-') && dash;
    int day = take_digits(s, end, 2);
    if (!dash || year < 1900 || month < 1 || month > 12 || day < 1 ||
        day > civil_days_in_month(year, month) || (year == 1900 && month < 3))
        return false;
    *out = (double)(civil_to_days(year, month, day) - civil_to_days(1899, 12, 30));
    return true;
}

/*
 * `:MM:SS[.ffffff]` up to the end, as seconds behind the hour. Cut after milliseconds, which is
 * what Excel shows: 23:59:59.999999 as a double is the next day.
 */
static bool take_minutes(const char **s, const char *end, double *seconds, bool *fraction)
{
    bool colon = take_char(s, end, ':');
    int minute = take_digits(s, end, 2);
    colon = take_char(s, end, ':') && colon;
    int second = take_digits(s, end, 2);
    if (!colon || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    double value = minute * 60 + second, scale = 0.1;
    *fraction = false;
    if (take_char(s, end, '.')) {
        for (int i = 0; *s < end && is_digit(**s); (*s)++, scale /= 10, i++) {
            if (i >= 3)
                continue;
            value += (**s - '0') * scale;
            *fraction = *fraction || **s != '0';
        }
    }
    *seconds = value;
    return *s == end;
}

bool xlsx_value_date(const char *s, size_t len, double *out)
{
    double serial;
    const char *end = s + len;
    if (!take_date(&s, end, &serial) || s != end)
        return false;
    *out = serial;
    return true;
}

bool xlsx_value_datetime(const char *s, size_t len, double *out, bool *fraction)
{
    double serial, seconds;
    const char *end = s + len;
    if (!take_date(&s, end, &serial) || !take_char(&s, end, ' '))
        return false;
    int hour = take_digits(&s, end, 2);
    if (hour < 0 || hour > 23 || !take_minutes(&s, end, &seconds, fraction))
        return false;
    *out = serial + (hour * 3600 + seconds) / 86400;
    return true;
}

bool xlsx_value_time(const char *s, size_t len, double *out, bool *fraction)
{
    double seconds;
    const char *end = s + len;
    int digits = 0, hours;
    while (s + digits < end && is_digit(s[digits]) && digits < 4)
        digits++;
    if (digits < 2 || digits > 3) /* also a sign: Excel shows no time below zero */
        return false;
    hours = take_digits(&s, end, digits);
    if (!take_minutes(&s, end, &seconds, fraction))
        return false;
    *out = (hours * 3600 + seconds) / 86400;
    return true;
}

/* `_xHHHH_` */
static bool is_escape(const char *s, size_t len)
{
    if (len < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_')
        return false;
    for (int i = 2; i < 6; i++) {
        char lower = (char)(s[i] | 0x20);
        if (!is_digit(s[i]) && (lower < 'a' || lower > 'f'))
            return false;
    }
    return true;
}

/* Appends what fits into `max` UTF-16 units; returns how many bytes of the text that was. */
static size_t add_escaped(struct buf *out, const char *s, size_t len, size_t max)
{
    size_t units = 0, i = 0;
    while (i < len) {
        unsigned char c = (unsigned char)s[i];
        bool escape = c == '_' && is_escape(s + i, len - i);
        size_t bytes = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        units += escape ? 7 : bytes == 4 ? 2 : 1;
        if (units > max)
            break;
        if (escape)
            buf_add_str(out, "_x005F_");
        else
            buf_add(out, s + i, bytes);
        i += bytes;
    }
    return i;
}

bool xlsx_value_text(struct buf *out, const char *s, size_t len)
{
    static const char mark[] = "… [cut]"; /* 7 units */
    buf_clear(out);
    if (len <= XLSX_TEXT_UNITS && !memmem(s, len, "_x", 2)) {
        buf_add(out, s, len);
        return true;
    }
    if (add_escaped(out, s, len, XLSX_TEXT_UNITS) == len)
        return true;
    buf_clear(out);
    add_escaped(out, s, len, XLSX_TEXT_UNITS - 7);
    buf_add_str(out, mark);
    return false;
}
