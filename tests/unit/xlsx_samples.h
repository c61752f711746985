/*
 * Random workbooks, the same for the same seed: every type, NULLs, hostile and long texts, looks,
 * charts, no rows, more rows than a sheet holds.
 */
#ifndef TESTS_XLSX_SAMPLES_H
#define TESTS_XLSX_SAMPLES_H

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

static inline struct column_look *sample_look(struct sample *s)
{
    static const char *const formats[] = {"#,##0.00", "0.0%", "yyyy", "0"};
    static const struct look_rule rules[] = {{TEST_ABOVE, "10", COLOR_BAD},
                                             {TEST_IS, "a\"b", COLOR_GOOD}};
    struct column_look *look = arena_alloc(&s->arena, sizeof(*look));
    look->number_format = sample_below(s, 3) ? NULL : formats[sample_below(s, 4)];
    look->align = (enum look_align)sample_below(s, 4);
    look->width = sample_below(s, 4) ? 0 : 12.5;
    look->bar = sample_below(s, 5) == 0;
    look->total = sample_below(s, 2) ? TOTAL_NONE : (enum look_total)sample_below(s, 6);
    look->rules = rules;
    look->nrules = sample_below(s, 3);
    return look;
}

static inline void sample_result(struct sample *s, size_t number)
{
    static const char *const ys[] = {"c1"};
    struct chart_look *chart = arena_alloc(&s->arena, sizeof(*chart));
    struct result_look *look = arena_alloc(&s->arena, sizeof(*look));
    size_t n = 2 + sample_below(s, sample_below(s, 3) ? 6 : SAMPLE_COLUMNS - 1);
    for (size_t i = 0; i < n; i++)
        s->columns[i] = (struct column){
            arena_printf(&s->arena, "c%zu", i), sample_below(s, 4) ? "Title" : sample_text(s),
            (enum column_type)sample_below(s, 10), sample_below(s, 3) ? NULL : sample_look(s)};
    *chart = (struct chart_look){.kind = (enum chart_kind)sample_below(s, 5),
                                 .place = (enum chart_place)sample_below(s, 3),
                                 .x = "c0",
                                 .y = ys,
                                 .ny = 1};
    *look = (struct result_look){
        .charts = chart, .ncharts = sample_below(s, 2), .tab_color = (int)sample_below(s, 3) - 1};
    s->result =
        (struct result){arena_printf(&s->arena, "r%zu", number),
                        sample_below(s, 2) ? "It's <new> & \"odd\"" : "Sales", look, s->columns, n};
}

/* Writes the workbook of a seed. The arena lives until it is closed. */
static inline int sample_write(uint64_t seed, const char *path, const char *dir, struct err *e)
{
    static const char *const tags[] = {"en", "de", "fr", "en-US"};
    struct sample s = {.state = seed};
    struct document doc = rows_document;
    struct format_options options = format_default_options;
    struct writer *w = NULL;
    int rc = -1;
    options.xlsx_truncate = true;
    doc.locale = locale_by_tag(tags[sample_below(&s, 4)]);
    uint32_t limit = (uint32_t)(sample_below(&s, 3) ? 5 + sample_below(&s, 40) : 1000);
    size_t nresults = 1 + sample_below(&s, SAMPLE_RESULTS);
    if (xlsx_open_limited(&w, path, dir, &doc, &options, limit, e) != 0)
        return -1;
    for (size_t k = 0; k < nresults; k++) {
        sample_result(&s, k);
        size_t nrows = sample_below(&s, 4) ? sample_below(&s, 60) : 0;
        if (sample_below(&s, 20) == 0)
            nrows = 900; /* beyond a block of rows */
        if (format_xlsx.begin(w, &s.result, e) != 0)
            goto out;
        for (size_t i = 0; i < nrows; i++) {
            struct cell cells[SAMPLE_COLUMNS];
            for (size_t c = 0; c < s.result.ncolumns; c++) {
                const char *text = sample_below(&s, 6) ? sample_value(&s, s.columns[c].type) : NULL;
                cells[c] = (struct cell){text, text ? strlen(text) : 0};
            }
            if (format_xlsx.row(w, cells, e) != 0)
                goto out;
        }
        if (format_xlsx.end(w, e) != 0)
            goto out;
    }
    rc = format_xlsx.finish(w, e);
out:
    format_xlsx.free(w);
    arena_release(&s.arena);
    return rc;
}

#endif
