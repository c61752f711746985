#include "formats/figures.h"

#include <string.h>

#include "tests/unit/rows.h"

static const struct label_text titles[] = {{"en", "Videos"}, {"de", "Videos gesamt"}};
static const struct label title = {titles, 2};
static const struct column_look percent = {.number_format = "0.0%"};

static const struct column columns[] = {{"day", "Day", COLUMN_DATE, NULL},
                                        {"videos", "New", COLUMN_INTEGER, NULL},
                                        {"rate", "Rate", COLUMN_DECIMAL, &percent},
                                        {"note", "Note", COLUMN_TEXT, NULL}};
enum { NCOLUMNS = sizeof(columns) / sizeof(columns[0]) };

static const struct cell cells[] = {
    CELL("2026-11-01"), CELL("5"),  CELL("0.5"),    CELL_NULL,      /* */
    CELL("2026-11-02"), CELL_NULL,  CELL("0.2500"), CELL("second"), /* */
    CELL("2026-11-03"), CELL("10"), CELL_NULL,      CELL("the last"),
};

/* Counts the rows of a result set called `name`. */
static void count(struct figures *f, const char *name)
{
    struct result r = {name, name, NULL, columns, NCOLUMNS};
    figures_begin(f, &r);
    for (size_t i = 0; i < ROWS_COUNT(cells); i += NCOLUMNS)
        figures_row(f, cells + i);
}

START_TEST(test_values)
{
    static const struct {
        struct figure_look look;
        double number; /* -1: there is none */
        const char *text, *title, *format;
        int places;
    } cases[] = {
        {{"daily", "videos", TOTAL_SUM, NULL, NULL}, 15, NULL, "New", NULL, 0},
        {{"daily", "videos", TOTAL_AVERAGE, &title, NULL}, 7.5, NULL, "Videos gesamt", NULL, 0},
        {{"daily", "videos", TOTAL_MIN, NULL, "0"}, 5, NULL, "New", "0", 0},
        {{"daily", "videos", TOTAL_MAX, NULL, NULL}, 10, NULL, "New", NULL, 0},
        {{"daily", "videos", TOTAL_COUNT, NULL, NULL}, 2, NULL, "New", NULL, 0},
        {{"daily", "note", TOTAL_COUNT, NULL, NULL}, 2, NULL, "Note", NULL, 0},
        {{"daily", "rate", TOTAL_MAX, NULL, NULL}, 0.5, NULL, "Rate", "0.0%", 4},
        {{"daily", "rate", TOTAL_MAX, NULL, "0.00"}, 0.5, NULL, "Rate", "0.00", 4},
        {{"daily", "rate", TOTAL_COUNT, NULL, NULL}, 2, NULL, "Rate", NULL, 4}, /* no percentage */
        {{"daily", "rate", TOTAL_COUNT, NULL, "0\" days\""}, 2, NULL, "Rate", "0\" days\"", 4},
        {{"daily", "day", TOTAL_FIRST, NULL, NULL}, -1, "2026-11-01", "Day", NULL, 0},
        {{"daily", "note", TOTAL_LAST, NULL, NULL}, -1, "the last", "Note", NULL, 0},
        {{"daily", "note", TOTAL_FIRST, NULL, NULL}, -1, NULL, "Note", NULL, 0},
        {{"daily", "videos", TOTAL_LAST, NULL, NULL}, 10, "10", "New", NULL, 0},
    };
    enum { N = sizeof(cases) / sizeof(cases[0]) };
    struct figure_look looks[N];
    const struct report_look look = {.figures = looks, .nfigures = N};
    struct document doc = rows_document;
    struct figures f;
    for (size_t i = 0; i < N; i++)
        looks[i] = cases[i].look;
    doc.look = &look;
    doc.locale = locale_by_tag("de");
    figures_open(&f, &doc);
    ck_assert_uint_eq(f.n, N);
    count(&f, "before");
    count(&f, "daily");
    count(&f, "behind");
    for (size_t i = 0; i < N; i++) {
        const struct figure *g = &f.items[i];
        const struct cell text = tally_text(&g->tally);
        double number = -1;
        bool there = tally_number(&g->tally, &number);
        ck_assert_msg(g->counted, "case %zu", i);
        ck_assert_msg(there == (cases[i].number >= 0) && number == cases[i].number,
                      "case %zu: %g, not %g", i, number, cases[i].number);
        if (tally_is_cell(g->look->value))
            ck_assert_msg(cases[i].text ? text.text && text.len == strlen(cases[i].text) &&
                                              memcmp(text.text, cases[i].text, text.len) == 0
                                        : !text.text,
                          "case %zu: %.*s", i, (int)text.len, text.text ? text.text : "");
        ck_assert_str_eq(g->title, cases[i].title);
        if (cases[i].format)
            ck_assert_str_eq(g->number_format, cases[i].format);
        else
            ck_assert_ptr_null(g->number_format);
        ck_assert_int_eq(g->tally.places, cases[i].places);
    }
    figures_release(&f);
}
END_TEST

/* Of a result set that did not come, and of one without rows. */
START_TEST(test_nothing)
{
    static const struct figure_look looks[] = {{"gone", "videos", TOTAL_SUM, NULL, NULL},
                                               {"daily", "gone", TOTAL_SUM, NULL, NULL},
                                               {"daily", "videos", TOTAL_SUM, NULL, NULL},
                                               {"daily", "videos", TOTAL_AVERAGE, NULL, NULL},
                                               {"daily", "videos", TOTAL_FIRST, NULL, NULL}};
    const struct report_look look = {.figures = looks, .nfigures = ROWS_COUNT(looks)};
    struct document doc = rows_document;
    struct result r = {"daily", "Daily", NULL, columns, NCOLUMNS};
    struct figures f;
    double number;
    doc.look = &look;
    figures_open(&f, &doc);
    figures_begin(&f, &r);
    ck_assert(!f.items[0].counted && !f.items[1].counted && f.items[2].counted);
    ck_assert(tally_number(&f.items[2].tally, &number));
    ck_assert_double_eq(number, 0);
    ck_assert(!tally_number(&f.items[3].tally, &number));
    ck_assert_ptr_null(tally_text(&f.items[4].tally).text);
    figures_release(&f);
    figures_release(&f); /* of a zeroed one, too */

    doc.look = NULL;
    figures_open(&f, &doc);
    ck_assert_uint_eq(f.n, 0);
    count(&f, "daily");
    figures_release(&f);
}
END_TEST

int main(void)
{
    return unit_main("figures", (const TTest *const[]){test_values, test_nothing, NULL});
}
