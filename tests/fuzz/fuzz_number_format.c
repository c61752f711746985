/*
 * Formats that authors write, with values of the database: a first line with the format, then the
 * value. Nothing is appended unless all is said, and what is said is UTF-8.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/decimal.h"
#include "formats/number_format.h"
#include "lib/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FORMAT = 255, MAX_VALUE = 200 };

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void show(const char *format, enum column_type type, const struct locale *l,
                 const char *value, size_t len)
{
    struct number_format f;
    struct buf out, again;
    buf_init(&out, 64 * 1024);
    buf_init(&again, 64 * 1024);
    number_format_parse(&f, format);
    bool said = number_format_show(&f, l, type, value, len, &out);
    must(buf_ok(&out) && (said || out.len == 0));
    must(!said || f.kind != NUMBER_FORMAT_NONE);
    must(!utf8_valid(format, strlen(format)) || utf8_valid(out.data, out.len));
    must(number_format_show(&f, l, type, value, len, &again) == said);
    must(strcmp(out.data, again.data) == 0);
    buf_release(&out);
    buf_release(&again);
}

/* Rounding to more places than there are changes nothing; to fewer, nothing the second time. */
static void round_digits(const char *value, size_t len)
{
    struct decimal d, once, twice;
    if (!decimal_parse(&d, value, len))
        return;
    once = d;
    decimal_round(&once, decimal_places(&d));
    must(once.point == d.point && once.n <= d.n);
    for (int places = 0; places < 6; places++) {
        once = d;
        decimal_round(&once, places);
        twice = once;
        decimal_round(&twice, places);
        must(once.n == twice.n && once.point == twice.point);
        must(once.n == 0 || once.digits[0] != '0');
        must(memcmp(once.digits, twice.digits, once.n) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char format[MAX_FORMAT + 1];
    const uint8_t *end = memchr(data, '\n', size);
    size_t len = end ? (size_t)(end - data) : size;
    if (len > MAX_FORMAT || !end)
        return 0;
    memcpy(format, data, len);
    format[len] = '\0';
    const char *value = (const char *)end + 1;
    size_t value_len = size - len - 1;
    if (value_len > MAX_VALUE)
        return 0;
    for (int type = COLUMN_TEXT; type <= COLUMN_BINARY; type++) {
        show(format, (enum column_type)type, &locale_default, value, value_len);
        show(format, (enum column_type)type, locale_by_tag("fr"), value, value_len);
    }
    round_digits(value, value_len);
    return 0;
}
