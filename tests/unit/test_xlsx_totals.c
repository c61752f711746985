/* Totals: what is counted while the rows pass, and the formulas that say it in a workbook. */
#include "formats/tally.h"

#include <string.h>

#include "tests/unit/xlsx_parts.h"

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

static const double none = -4711; /* there is no number */

static const struct {
    enum look_total what;
    const char *cells;
    double want;
} tallies[] = {
    {TOTAL_SUM, "1 2 3", 6},
    {TOTAL_SUM, "-1.5 - 0.25", -1.25},
    {TOTAL_SUM, "0.1 0.2", 0.3}, /* which doubles would miss */
    {TOTAL_SUM, "1.10 2.20 3.30", 6.6},
    {TOTAL_SUM, "", 0},
    {TOTAL_SUM, "- -", 0},
    {TOTAL_SUM, "one 2 three", 2},
    {TOTAL_SUM, "9007199254740993 9007199254740993", 18014398509481986.0},
    {TOTAL_SUM, "9007199254740993 -9007199254740992", 1},
    {TOTAL_SUM, "999999999999999 0.01 -999999999999999", 0.01},
    {TOTAL_SUM, "99999999999999999999999999999999999999999999999999999999999999999", 1e65},
    {TOTAL_SUM, "0.000000000000000000000000000001", 1e-30},
    {TOTAL_SUM, "1.5e3 -2E-1", 1499.8},
    {TOTAL_SUM, "1e308 1e308", none}, /* more than a double holds */
    {TOTAL_SUM, "1e308 1e308 -1e308", 1e308},
    {TOTAL_SUM, "nan inf -inf 0x10 1,5 1.2.3 5", 5},
    {TOTAL_AVERAGE, "1 2 2", 5.0 / 3},
    {TOTAL_AVERAGE, "1 - 2", 1.5},
    {TOTAL_AVERAGE, "5 x 7", 6},
    {TOTAL_AVERAGE, "9007199254740993 9007199254740995", 9007199254740994},
    {TOTAL_AVERAGE, "", none},
    {TOTAL_AVERAGE, "- x", none},
    {TOTAL_MIN, "2.5 -3.5 -", -3.5},
    {TOTAL_MIN, "5", 5},
    {TOTAL_MIN, "7 x", 7},
    {TOTAL_MIN, "x -", none},
    {TOTAL_MAX, "-5 -3", -3},
    {TOTAL_MAX, "- -0.5", -0.5},
    {TOTAL_MAX, "9 10", 10}, /* not by letters */
    {TOTAL_MAX, "", none},
    {TOTAL_COUNT, "a - b", 2},
    {TOTAL_COUNT, "1 2 3", 3},
    {TOTAL_COUNT, "", 0},
    {TOTAL_COUNT, "-", 0},
    {TOTAL_FIRST, "5 6 7", 5},
    {TOTAL_LAST, "5 6 7", 7},
    {TOTAL_FIRST, "- 6", none},
    {TOTAL_LAST, "6 -", none},
    {TOTAL_LAST, "6 x", none},
    {TOTAL_FIRST, "", none},
};

START_TEST(test_numbers)
{
    for (size_t i = 0; i < ROWS_COUNT(tallies); i++) {
        struct tally t;
        double number = none;
        tally_init(&t, tallies[i].what);
        add_all(&t, tallies[i].cells);
        bool there = tally_number(&t, &number);
        ck_assert_msg(there == (tallies[i].want != none) && number == tallies[i].want,
                      "%d of \"%s\": %.17g, not %.17g", tallies[i].what, tallies[i].cells, number,
                      tallies[i].want);
        tally_release(&t);
    }
}
END_TEST

START_TEST(test_first_and_last)
{
    struct tally first, last;
    tally_init(&first, TOTAL_FIRST);
    tally_init(&last, TOTAL_LAST);
    ck_assert_ptr_null(tally_text(&first).text);
    add_all(&first, "one two three");
    add_all(&last, "a-very-long-one two");
    ck_assert_str_eq(tally_text(&first).text, "one");
    ck_assert_str_eq(tally_text(&last).text, "two");
    ck_assert_uint_eq(tally_text(&last).len, 3);
    add_all(&last, "-");
    ck_assert_ptr_null(tally_text(&last).text);
    ck_assert(tally_is_cell(TOTAL_FIRST) && tally_is_cell(TOTAL_LAST));
    ck_assert(!tally_is_cell(TOTAL_SUM) && !tally_is_cell(TOTAL_COUNT));
    tally_release(&first);
    tally_release(&last);
    tally_release(&last); /* of a zeroed one, too */
}
END_TEST

/* A million cents are ten thousand, to the cent. */
START_TEST(test_many)
{
    static const struct cell cent = {"0.01", 4};
    struct tally t;
    double number = 0;
    tally_init(&t, TOTAL_SUM);
    for (int i = 0; i < 1000000; i++)
        tally_cell(&t, &cent);
    ck_assert(tally_number(&t, &number));
    ck_assert_double_eq(number, 10000);
    tally_release(&t);
}
END_TEST

/* ---- in workbooks ---- */

static const struct column_look sum = {.total = TOTAL_SUM}, average = {.total = TOTAL_AVERAGE},
                                least = {.total = TOTAL_MIN},
                                most = {.total = TOTAL_MAX, .number_format = "[Red]0.0;[Blue]-0.0"},
                                how_many = {.total = TOTAL_COUNT},
                                percent = {.total = TOTAL_AVERAGE, .number_format = "0.0%"};
static const struct column columns[] = {
    {"name", "Name", COLUMN_TEXT, NULL},          {"sum", "Sum", COLUMN_INTEGER, &sum},
    {"avg", "Average", COLUMN_INTEGER, &average}, {"min", "Min", COLUMN_DECIMAL, &least},
    {"max", "Max", COLUMN_DECIMAL, &most},        {"count", "Count", COLUMN_JSON, &how_many},
    {"share", "Share", COLUMN_DECIMAL, &percent},
};
enum { NCOLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* The count leaves out what is NULL, and what leaves no text in a cell. */
static const struct cell cells[] = {
    CELL("a"),     CELL("10"),     CELL("1"),     CELL("2.50"), CELL("1.5"),
    CELL("{}"),    CELL("0.5"),    CELL("b"),     CELL("20"),   CELL("2"),
    CELL_NULL,     CELL("-1.5"),   CELL_NULL,     CELL_NULL,    CELL("c"),
    CELL_NULL,     CELL("4"),      CELL("-0.25"), CELL("0.0"),  CELL("[]"),
    CELL("0.25"),  CELL("d"),      CELL("30"),    CELL_NULL,    CELL("9.00"),
    CELL("22.25"), CELL("[1, 2]"), CELL("0.125"), CELL("e"),    CELL("12345678901234567890"),
    CELL("5"),     CELL("1.00"),   CELL("7"),     CELL("\"\""), CELL("0.125"),
};

/* The cell of a sheet, from its opening tag to its end. */
static char *cell_of(const char *xml, const char *reference)
{
    struct arena arena = {0};
    const char *at = strstr(xml, arena_printf(&arena, "<c r=\"%s\"", reference));
    ck_assert_msg(at != NULL, "no cell %s", reference);
    const char *end = strstr(at, "</c>"), *empty = strstr(at, "/>");
    if (empty && (!end || empty < strchr(at, '>')))
        end = empty - 2;
    arena_release(&arena);
    return strndup(at, (size_t)(end - at) + 4);
}

static void check_cell(const char *xml, const char *reference, const char *want)
{
    char *cell = cell_of(xml, reference);
    parts_has(cell, want);
    free(cell);
}

START_TEST(test_one_sheet)
{
    static const struct parts_sheet sheet = PARTS_SHEET("a", "A", NULL, columns, cells);
    const char *path = parts_make(&rows_document, &sheet, 1, XLSX_MAX_ROWS);
    char *xml = parts_read(path, "xl/worksheets/sheet2.xml");
    parts_has(xml, "<autoFilter ref=\"A1:G6\"/>");
    check_cell(xml, "A7", "<t>Total</t>");
    check_cell(xml, "B7", "<f>SUBTOTAL(109,B2:B6)</f><v>60</v>"); /* 20 digits are a text */
    check_cell(xml, "C7", "<f>SUBTOTAL(101,C2:C6)</f><v>3</v>");
    check_cell(xml, "D7", "<f>SUBTOTAL(105,D2:D6)</f><v>-0.25</v>");
    check_cell(xml, "E7", "<f>SUBTOTAL(104,E2:E6)</f><v>22.25</v>");
    check_cell(xml, "F7", "<f>SUBTOTAL(103,F2:F6)</f><v>2</v>");
    check_cell(xml, "G7", "<f>SUBTOTAL(101,G2:G6)</f><v>0.25</v>");
    parts_has_not(xml, "<row r=\"8\"");
    free(xml);
    xml = parts_read(path, "xl/styles.xml");
    parts_has(xml, "formatCode=\"#,##0\"");
    parts_has(xml, "formatCode=\"&quot;Average &quot;0.00;&quot;Average &quot;-0.00\"");
    parts_has(xml, "formatCode=\"&quot;Minimum &quot;0.00;&quot;Minimum &quot;-0.00\"");
    parts_has(xml, "formatCode=\"[Red]&quot;Maximum &quot;0.0;[Blue]&quot;Maximum &quot;-0.0\"");
    parts_has(xml, "formatCode=\"&quot;Count &quot;#,##0;&quot;Count &quot;-#,##0\"");
    parts_has(xml, "formatCode=\"&quot;Average &quot;0.0%;&quot;Average &quot;-0.0%\"");
    free(xml);
}
END_TEST

/* Of a result set that goes over several sheets the total stands on the last, over all of them. */
START_TEST(test_several_sheets)
{
    static const struct column two[] = {{"n", "N", COLUMN_INTEGER, &sum},
                                        {"t", "T", COLUMN_TEXT, &how_many}};
    static const struct cell values[] = {
        CELL("1"), CELL("a"),  CELL("2"), CELL_NULL,  CELL("4"), CELL("b"),  CELL("8"),
        CELL("c"), CELL("16"), CELL(""),  CELL("32"), CELL("d"), CELL("64"), CELL("e"),
    };
    static const struct {
        size_t rows, sheets;
        const char *sum, *count;
    } cases[] = {
        {2, 1, "<f>SUBTOTAL(109,A2:A3)</f><v>3</v>", "<f>SUBTOTAL(103,B2:B3)</f><v>1</v>"},
        {3, 1, "<f>SUBTOTAL(109,A2:A4)</f><v>7</v>", "<f>SUBTOTAL(103,B2:B4)</f><v>2</v>"},
        {4, 2, "<f>SUBTOTAL(109,'It''s'!A2:A4,A2)</f><v>15</v>",
         "<f>SUBTOTAL(103,'It''s'!B2:B4,B2)</f><v>3</v>"},
        {6, 2, "<f>SUBTOTAL(109,'It''s'!A2:A4,A2:A4)</f><v>63</v>",
         "<f>SUBTOTAL(103,'It''s'!B2:B4,B2:B4)</f><v>4</v>"},
        {7, 3, "<f>SUBTOTAL(109,'It''s'!A2:A4,'It''s (2)'!A2:A4,A2)</f><v>127</v>",
         "<f>SUBTOTAL(103,'It''s'!B2:B4,'It''s (2)'!B2:B4,B2)</f><v>5</v>"},
    };
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        const struct parts_sheet sheet = {
            {"a", "It's", NULL, two, ROWS_COUNT(two)}, values, cases[i].rows};
        const char *path = parts_make(&rows_document, &sheet, 1, 5);
        for (size_t k = 1; k <= cases[i].sheets; k++) {
            struct arena arena = {0};
            char *xml = parts_read(path, arena_printf(&arena, "xl/worksheets/sheet%zu.xml", k + 1));
            bool last = k == cases[i].sheets;
            size_t here = last ? cases[i].rows - 3 * (k - 1) : 3;
            parts_has(xml, arena_printf(&arena, "<autoFilter ref=\"A1:B%zu\"/>", here + 1));
            ck_assert_uint_eq(parts_count(xml, "SUBTOTAL"), last ? 2 : 0);
            if (last) {
                parts_has(xml, cases[i].sum);
                parts_has(xml, cases[i].count);
            }
            free(xml);
            arena_release(&arena);
        }
        ck_assert_ptr_null(parts_find(path, "xl/worksheets/sheet5.xml"));
    }
}
END_TEST

START_TEST(test_no_rows)
{
    const struct parts_sheet sheet = {{"a", "A", NULL, columns, NCOLUMNS}, NULL, 0};
    const char *path = parts_make(&rows_document, &sheet, 1, XLSX_MAX_ROWS);
    char *xml = parts_read(path, "xl/worksheets/sheet2.xml");
    parts_has_not(xml, "SUBTOTAL");
    parts_has(xml, "There is nothing to report");
    parts_has(xml, "<autoFilter ref=\"A1:G1\"/>");
    free(xml);
}
END_TEST

/* The row's label is a sum if there is one; other kinds say so in front of their numbers. */
START_TEST(test_labels)
{
    static const struct cell values[] = {CELL("x"), CELL("1"), CELL("2")};
    static const struct {
        struct column columns[3];
        const char *label; /* in the first column; NULL: none */
        const char *format;
    } cases[] = {
        {{{"t", "T", COLUMN_TEXT, NULL},
          {"a", "A", COLUMN_INTEGER, &sum},
          {"b", "B", COLUMN_INTEGER, NULL}},
         "<t>Summe</t>",
         "formatCode=\"#,##0\""},
        {{{"t", "T", COLUMN_TEXT, NULL},
          {"a", "A", COLUMN_INTEGER, &average},
          {"b", "B", COLUMN_INTEGER, &sum}},
         "<t>Summe</t>",
         "\"&quot;Durchschnitt &quot;0.00;&quot;Durchschnitt &quot;-0.00\""},
        {{{"t", "T", COLUMN_TEXT, NULL},
          {"a", "A", COLUMN_INTEGER, &average},
          {"b", "B", COLUMN_INTEGER, &least}},
         "<t>Durchschnitt</t>",
         "\"&quot;Minimum &quot;#,##0;&quot;Minimum &quot;-#,##0\""},
        {{{"t", "T", COLUMN_TEXT, &how_many},
          {"a", "A", COLUMN_INTEGER, &sum},
          {"b", "B", COLUMN_INTEGER, NULL}},
         NULL,
         "\"&quot;Anzahl &quot;#,##0;&quot;Anzahl &quot;-#,##0\""},
    };
    struct document doc = rows_document;
    doc.locale = locale_by_tag("de");
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        const struct parts_sheet sheet = {{"a", "A", NULL, cases[i].columns, 3}, values, 1};
        const char *path = parts_make(&doc, &sheet, 1, XLSX_MAX_ROWS);
        char *xml = parts_read(path, "xl/worksheets/sheet2.xml");
        if (cases[i].label)
            check_cell(xml, "A3", cases[i].label);
        else
            check_cell(xml, "A3", "<f>SUBTOTAL(103,A2)</f><v>1</v>");
        free(xml);
        xml = parts_read(path, "xl/styles.xml");
        parts_has(xml, cases[i].format);
        free(xml);
    }
}
END_TEST

/* A word in front of a number format: where, and that the library's limit is kept. */
START_TEST(test_formats)
{
    static const struct {
        const char *format, *want;
    } cases[] = {
        {"0", "&quot;Average &quot;0;&quot;Average &quot;-0"},
        {"#,##0.00;(#,##0.00)", "&quot;Average &quot;#,##0.00;&quot;Average &quot;(#,##0.00)"},
        {"[Red][<1]0.0;0", "[Red][&lt;1]&quot;Average &quot;0.0;&quot;Average &quot;0"},
        {"[h]:mm", "&quot;Average &quot;[h]:mm;&quot;Average &quot;-[h]:mm"},
        {"[Magenta]0", "[Magenta]&quot;Average &quot;0;[Magenta]&quot;Average &quot;-0"},
        {"[$€-407] 0", "&quot;Average &quot;[$€-407] 0;&quot;Average &quot;-[$€-407] 0"},
        {"\"a;b\"0\\;0",
         "&quot;Average &quot;&quot;a;b&quot;0\\;0;&quot;Average &quot;-&quot;a;b&quot;0\\;0"},
        /* Too long with a word in each section: without one then. */
        {"\"0123456789012345678901234567890123456789\"0;"
         "\"0123456789012345678901234567890123456789\"0;0;@",
         "&quot;0123456789012345678901234567890123456789&quot;0;"
         "&quot;0123456789012345678901234567890123456789&quot;0;0;@"},
    };
    static const struct cell values[] = {CELL("1"), CELL("2")};
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        const struct column_look look = {.total = TOTAL_AVERAGE, .number_format = cases[i].format};
        const struct column two[] = {{"a", "A", COLUMN_INTEGER, &sum},
                                     {"b", "B", COLUMN_INTEGER, &look}};
        const struct parts_sheet sheet = {{"a", "A", NULL, two, 2}, values, 1};
        struct arena arena = {0};
        char *xml =
            parts_read(parts_make(&rows_document, &sheet, 1, XLSX_MAX_ROWS), "xl/styles.xml");
        parts_has(xml, arena_printf(&arena, "formatCode=\"%s\"", cases[i].want));
        free(xml);
        arena_release(&arena);
    }
}
END_TEST

int main(void)
{
    return unit_main("xlsx_totals",
                     (const TTest *const[]){test_numbers, test_first_and_last, test_many,
                                            test_one_sheet, test_several_sheets, test_no_rows,
                                            test_labels, test_formats, NULL});
}
