#include "formats/tally.h"

#include <string.h>

#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Cells are separated by blanks; - is NULL. */
static void add_all(struct tally *t, const char *cells)
{
    while (*cells) {
        size_t len = strcspn(cells, " ");
        struct cell cell = {len == 1 && *cells == '-' ? NULL : cells, len};
        tally_cell(t, &cell);
        cells += len + (cells[len] == ' ');
    }
}

static const struct {
    enum look_total what;
    int places;
    const char *cells, *want; /* NULL: there is no number */
} cases[] = {
    {TOTAL_SUM, 0, "1 2 3", "6"},
    {TOTAL_SUM, 2, "0.10 0.20", "0.30"},
    {TOTAL_SUM, 2, "-1.50 -", "-1.50"},
    {TOTAL_SUM, 0, "", "0"},
    {TOTAL_SUM, 0, "- -", "0"},
    {TOTAL_SUM, 0, "1 x 2", "3"},
    {TOTAL_SUM, 0, "9007199254740993 9007199254740993", "18014398509481986"}, /* no double */
    {TOTAL_SUM, 2, "1234567890123456.78 0.01", "1234567890123456.79"},
    {TOTAL_SUM, 0, "999999999999999999999 1", "1000000000000000000000"},
    {TOTAL_SUM, -1, "0.1 0.2", "0.3"},
    {TOTAL_SUM, -1, "1e-7 1e-7", "0.0000002"},
    {TOTAL_SUM, -1, "1e20 1", "100000000000000000000"},
    {TOTAL_SUM, 2, "-0.001", "0.00"},
    {TOTAL_AVERAGE, 2, "1 2 2", "1.67"},
    {TOTAL_AVERAGE, 2, "1 - 2", "1.50"},
    {TOTAL_AVERAGE, 2, "-", NULL},
    {TOTAL_MIN, 1, "2.5 -3.5 -", "-3.5"},
    {TOTAL_MAX, 1, "2.5 -3.5 -", "2.5"},
    {TOTAL_MAX, 0, "-5 -3", "-3"},
    {TOTAL_MIN, 0, "", NULL},
    {TOTAL_COUNT, 0, "a - b", "2"},
    {TOTAL_COUNT, 0, "", "0"},
};

START_TEST(test_numbers)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tally t;
        struct buf out;
        buf_init(&out, 1024);
        tally_init(&t, cases[i].what);
        add_all(&t, cases[i].cells);
        bool there = tally_decimal(&t, cases[i].places, &out);
        ck_assert_msg(there == (cases[i].want != NULL), "case %zu: %s", i, out.data);
        ck_assert_msg(!there || strcmp(out.data, cases[i].want) == 0, "case %zu: %s, not %s", i,
                      out.data, cases[i].want);
        double number = 0;
        ck_assert_int_eq(tally_number(&t, &number), there);
        tally_release(&t);
        buf_release(&out);
    }
}
END_TEST

START_TEST(test_first_and_last)
{
    static const struct cell null = {NULL, 0};
    struct tally first, last;
    tally_init(&first, TOTAL_FIRST);
    tally_init(&last, TOTAL_LAST);
    ck_assert_ptr_null(tally_text(&first).text);
    add_all(&first, "one two three");
    add_all(&last, "one two three");
    ck_assert_str_eq(tally_text(&first).text, "one");
    ck_assert_str_eq(tally_text(&last).text, "three");
    tally_cell(&last, &null);
    ck_assert_ptr_null(tally_text(&last).text);
    tally_release(&first);
    tally_release(&last);
}
END_TEST

/* A million cents are ten thousand, to the cent. */
START_TEST(test_many)
{
    static const struct cell cent = {"0.01", 4};
    struct tally t;
    struct buf out;
    buf_init(&out, 64);
    tally_init(&t, TOTAL_SUM);
    for (int i = 0; i < 1000000; i++)
        tally_cell(&t, &cent);
    ck_assert(tally_decimal(&t, 4, &out));
    ck_assert_str_eq(out.data, "10000.0000");
    tally_release(&t);
    buf_release(&out);
}
END_TEST

int main(void)
{
    return unit_main("tally",
                     (const TTest *const[]){test_numbers, test_first_and_last, test_many, NULL});
}
