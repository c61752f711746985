/* Random values of every type, the same for the same seed: NULLs, hostile and long texts. */
#ifndef TESTS_XLSX_SAMPLE_VALUES_H
#define TESTS_XLSX_SAMPLE_VALUES_H

#include <stdio.h>
#include <string.h>

#include "formats/xlsx.h"
#include "lib/buf.h"
#include "tests/unit/rows.h"

enum { SAMPLE_COLUMNS = 40, SAMPLE_RESULTS = 3 };

struct sample {
    uint64_t state;
    struct arena arena;
    struct column columns[SAMPLE_COLUMNS];
    struct result result;
};

/* splitmix64 */
static inline uint64_t sample_below(struct sample *s, uint64_t n)
{
    uint64_t z = s->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % n;
}

static inline const char *sample_number(struct sample *s, unsigned decimals)
{
    static const uint64_t sizes[] = {10, 1000, 1000000, 1000000000000, 10000000000000000000u};
    uint64_t n = sample_below(s, sizes[sample_below(s, 5)]);
    const char *sign = sample_below(s, 4) ? "" : "-";
    if (decimals == 0)
        return arena_printf(&s->arena, "%s%llu", sign, (unsigned long long)n);
    uint64_t power = 1;
    for (unsigned i = 0; i < decimals; i++)
        power *= 10;
    return arena_printf(&s->arena, "%s%llu.%0*llu", sign, (unsigned long long)n, (int)decimals,
                        (unsigned long long)sample_below(s, power));
}

static inline const char *sample_text(struct sample *s)
{
    static const char *const parts[] = {"a",
                                        " ",
                                        "\t",
                                        "\n",
                                        "\r",
                                        "\x01",
                                        "\x1f",
                                        "<",
                                        ">",
                                        "&",
                                        "\"",
                                        "'",
                                        "é",
                                        "東京",
                                        "😀",
                                        "_x0041_",
                                        "_x",
                                        "\xff",
                                        "\x7f",
                                        "=1+1",
                                        "]]>",
                                        "plain",
                                        "long words in between",
                                        "\xef\xbf\xbe"};
    struct buf b;
    buf_init(&b, 1 << 20);
    size_t n = sample_below(s, 50) ? sample_below(s, 12) : 3000;
    for (size_t i = 0; i < n; i++)
        buf_add_str(&b, parts[sample_below(s, ROWS_COUNT(parts))]);
    const char *text = arena_strndup(&s->arena, b.data, b.len);
    buf_release(&b);
    return text;
}

static inline const char *sample_time(struct sample *s)
{
    static const char *const fractions[] = {"", ".5", ".000", ".123456", ".999999"};
    return arena_printf(&s->arena, "%02u:%02u:%02u%s", (unsigned)sample_below(s, 24),
                        (unsigned)sample_below(s, 60), (unsigned)sample_below(s, 61),
                        fractions[sample_below(s, 5)]);
}

static inline const char *sample_date(struct sample *s)
{
    return arena_printf(&s->arena, "%04u-%02u-%02u",
                        sample_below(s, 9) ? 1990 + (unsigned)sample_below(s, 60)
                                           : (unsigned)sample_below(s, 10000),
                        (unsigned)sample_below(s, 13), (unsigned)sample_below(s, 29));
}

static inline const char *sample_value(struct sample *s, enum column_type type)
{
    static const char *const json[] = {"[\"a\", 1]", "{\"b\": \"<\"}", "oops", "null"};
    switch (type) {
    case COLUMN_INTEGER:
        return sample_number(s, 0);
    case COLUMN_DECIMAL:
        return sample_number(s, (unsigned)sample_below(s, 9));
    case COLUMN_FLOAT:
        return sample_below(s, 3)
                   ? sample_number(s, (unsigned)sample_below(s, 18))
                   : arena_printf(&s->arena, "%.17ge%d", (double)sample_below(s, 1000000) / 7,
                                  (int)sample_below(s, 40) - 20);
    case COLUMN_BOOLEAN:
        return sample_below(s, 5) ? sample_below(s, 2) ? "1" : "0" : "7";
    case COLUMN_DATE:
        return sample_date(s);
    case COLUMN_TIME:
        return sample_time(s);
    case COLUMN_DATETIME:
        return arena_printf(&s->arena, "%s %s", sample_date(s), sample_time(s));
    case COLUMN_JSON:
        return json[sample_below(s, 4)];
    case COLUMN_TEXT:
    case COLUMN_BINARY:
        break;
    }
    return sample_text(s);
}

#endif
