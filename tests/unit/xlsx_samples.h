/*
 * Random workbooks, the same for the same seed: every type, looks, charts, no rows, more rows than
 * a sheet holds.
 */
#ifndef TESTS_XLSX_SAMPLES_H
#define TESTS_XLSX_SAMPLES_H

#include "tests/unit/xlsx_sample_values.h"

static inline struct column_look *sample_look(struct sample *s)
{
    static const char *const formats[] = {"#,##0.00", "0.0%", "yyyy", "0"};
    static const double widths[] = {0.5, 1, 8.43, 12.5, 40.2, 255};
    static const struct look_rule rules[] = {{TEST_ABOVE, "10", COLOR_BAD},
                                             {TEST_IS, "a\"b", COLOR_GOOD}};
    struct column_look *look = arena_alloc(&s->arena, sizeof(*look));
    look->number_format = sample_below(s, 3) ? NULL : formats[sample_below(s, 4)];
    look->align = (enum look_align)sample_below(s, 4);
    look->width = sample_below(s, 4) ? 0 : widths[sample_below(s, 6)];
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
static inline int sample_write(uint64_t seed, const char *path, const char *dir,
                               struct xlsx_templates *templates, struct err *e)
{
    static const char *const tags[] = {"en", "de", "fr", "en-US"};
    struct sample s = {.state = seed};
    struct document doc = rows_document;
    struct format_options options = format_default_options;
    struct writer *w = NULL;
    int rc = -1;
    options.xlsx_truncate = true;
    options.xlsx_templates = templates;
    if (sample_below(&s, 2)) {
        doc.title = sample_text(&s);
        doc.description = sample_text(&s);
        doc.tenant_name = sample_text(&s);
    }
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
