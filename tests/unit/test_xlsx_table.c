/* A result set on its sheets: colours, ranges, footers, and names that need quotes. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/xlsx_parts.h"

static const struct column plain[] = {{"t", "T", COLUMN_TEXT, NULL},
                                      {"n", "N", COLUMN_INTEGER, NULL}};
static const struct cell plain_cells[] = {CELL("x"), CELL("1"), CELL("y"), CELL("2")};

/* One part of a workbook with one result set. */
static char *part_of(const struct document *doc, const struct parts_sheet *sheet, const char *name)
{
    return parts_read(parts_make(doc, sheet, 1, XLSX_MAX_ROWS), name);
}

static const char *const series[] = {"n"};

/* A result set lives no longer than its caller says; what is left open after a failure must not
 * care. */
START_TEST(test_free_after_failure)
{
    static const struct column_look sum = {.total = TOTAL_SUM};
    static const struct column columns[] = {{"n", "N", COLUMN_FLOAT, &sum}};
    static const struct cell bad = CELL("nan");
    struct err e = {0};
    struct writer *w = NULL;
    struct result *result = xmalloc(sizeof(*result));
    *result = (struct result){"a", "A", NULL, columns, 1};
    ck_ok(format_xlsx.open(&w, rows_path("free.xlsx"), unit_temp_dir(), &rows_document,
                           &format_default_options, &e),
          &e);
    ck_ok(format_xlsx.begin(w, result, &e), &e);
    ck_error(format_xlsx.row(w, &bad, &e), &e, "column \"n\"");
    free(result);
    format_xlsx.free(w);
}
END_TEST

START_TEST(test_rules)
{
    static const struct {
        enum column_type type;
        struct look_rule rule;
        const char *formula;
    } cases[] = {
        /* Nothing is no number: to Excel it would be 0, and a text more than any number. */
        {COLUMN_INTEGER, {TEST_BELOW, "5", COLOR_BAD}, "AND(ISNUMBER(A2),A2&lt;5)"},
        {COLUMN_DECIMAL, {TEST_AT_MOST, "-0.5", COLOR_BAD}, "AND(ISNUMBER(A2),A2&lt;=-0.5)"},
        {COLUMN_FLOAT, {TEST_ABOVE, "1", COLOR_BAD}, "AND(ISNUMBER(A2),A2&gt;1)"},
        {COLUMN_INTEGER, {TEST_AT_LEAST, "1", COLOR_BAD}, "AND(ISNUMBER(A2),A2&gt;=1)"},
        {COLUMN_INTEGER, {TEST_IS, "0", COLOR_GOOD}, "AND(ISNUMBER(A2),A2=0)"},
        {COLUMN_INTEGER, {TEST_IS, "none", COLOR_GOOD}, "A2=\"none\""},
        {COLUMN_TEXT, {TEST_IS, "5", COLOR_GOOD}, "A2=\"5\""},
        {COLUMN_TEXT, {TEST_IS, "a \"b\" & <c>", COLOR_GOOD}, "A2=\"a \"\"b\"\" &amp; &lt;c&gt;\""},
        {COLUMN_BOOLEAN, {TEST_IS, "1", COLOR_GOOD}, "AND(ISLOGICAL(A2),A2=TRUE)"},
        {COLUMN_BOOLEAN, {TEST_IS, "0", COLOR_GOOD}, "AND(ISLOGICAL(A2),A2=FALSE)"},
        {COLUMN_BOOLEAN, {TEST_IS, "yes", COLOR_GOOD}, "A2=\"yes\""},
    };
    static const struct cell cells[] = {CELL("1"), CELL_NULL, CELL("0")};
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct arena arena = {0};
        const struct column_look look = {.rules = &cases[i].rule, .nrules = 1};
        const struct column columns[] = {{"v", "V", cases[i].type, &look}};
        const struct parts_sheet sheet = PARTS_SHEET("a", "A", NULL, columns, cells);
        char *xml = part_of(&rows_document, &sheet, "xl/worksheets/sheet2.xml");
        parts_has(xml,
                  "<conditionalFormatting sqref=\"A2:A4\"><cfRule type=\"expression\" dxfId=\"0\" "
                  "priority=\"1\" stopIfTrue=\"1\">");
        parts_has(xml, arena_printf(&arena, "<formula>%s</formula>", cases[i].formula));
        free(xml);
        arena_release(&arena);
    }
}
END_TEST

/* Each sheet of a result set has its own ranges: the rows, neither header nor totals. */
START_TEST(test_ranges)
{
    static const struct look_rule rules[] = {{TEST_ABOVE, "5", COLOR_BAD},
                                             {TEST_ABOVE, "1", COLOR_INFO}};
    static const struct column_look look = {
        .total = TOTAL_SUM, .bar = true, .rules = rules, .nrules = 2};
    static const struct column columns[] = {{"t", "T", COLUMN_TEXT, NULL},
                                            {"n", "N", COLUMN_INTEGER, &look}};
    static const struct cell cells[] = {CELL("a"), CELL("1"), CELL("b"), CELL("2"), CELL("c"),
                                        CELL("3"), CELL("d"), CELL("4"), CELL("e"), CELL("5")};
    static const struct parts_sheet sheet = PARTS_SHEET("a", "A", NULL, columns, cells);
    const char *path = parts_make(&rows_document, &sheet, 1, 5);
    char *first = parts_read(path, "xl/worksheets/sheet2.xml"),
         *second = parts_read(path, "xl/worksheets/sheet3.xml");
    parts_has(first, "<conditionalFormatting sqref=\"B2:B4\">");
    parts_has(first, "<autoFilter ref=\"A1:B4\"/>");
    parts_has(second, "<conditionalFormatting sqref=\"B2:B3\">");
    parts_has(second, "<autoFilter ref=\"A1:B3\"/>");
    parts_has(second, "<row r=\"4\""); /* the totals */
    ck_assert_uint_eq(parts_count(first, "<conditionalFormatting "), 1);
    ck_assert_uint_eq(parts_count(first, "type=\"expression\""), 2);
    ck_assert_uint_eq(parts_count(first, "type=\"dataBar\""), 2); /* and Excel 2010's extension */
    parts_has(first, "<xm:sqref>B2:B4</xm:sqref>");
    /* The first rule that fits decides. */
    ck_assert(strstr(first, "B2&gt;5)") < strstr(first, "B2&gt;1)"));
    parts_has(first, "priority=\"1\" stopIfTrue=\"1\"><formula>AND(ISNUMBER(B2),B2&gt;5)");
    free(first);
    free(second);
}
END_TEST

START_TEST(test_no_rows_no_colors)
{
    static const struct look_rule rule = {TEST_ABOVE, "5", COLOR_BAD};
    static const struct column_look look = {.bar = true, .rules = &rule, .nrules = 1};
    static const struct column columns[] = {{"n", "N", COLUMN_INTEGER, &look}};
    static const char *const y[] = {"n"};
    static const struct chart_look chart = {.x = "n", .y = y, .ny = 1};
    static const struct result_look has_chart = {.charts = &chart, .ncharts = 1, .tab_color = -1};
    const struct parts_sheet sheet = {{"a", "A", &has_chart, columns, 1}, NULL, 0};
    const char *path = parts_make(&rows_document, &sheet, 1, XLSX_MAX_ROWS);
    char *xml = parts_read(path, "xl/worksheets/sheet2.xml");
    parts_has_not(xml, "conditionalFormatting");
    parts_has_not(xml, "<drawing");
    parts_has(xml, "<mergeCell ref=\"A2:D2\"/>");
    free(xml);
    ck_assert_ptr_null(parts_find(path, "xl/charts/chart1.xml"));
}
END_TEST

/* Names that look like numbers or cells are in quotes wherever a formula has them. */
START_TEST(test_quotes)
{
    static const struct column_look sum = {.total = TOTAL_SUM};
    static const struct column columns[] = {{"t", "T", COLUMN_TEXT, NULL},
                                            {"n", "N", COLUMN_INTEGER, &sum}};
    static const struct chart_look chart = {.x = "t", .y = series, .ny = 1};
    static const struct result_look look = {.charts = &chart, .ncharts = 1, .tab_color = -1};
    static const struct {
        const char *title, *quoted;
    } cases[] = {
        {"2026", "'2026'"},   {"Q3", "'Q3'"},     {"RC", "'RC'"},
        {"Top10", "'Top10'"}, {"Days", "'Days'"}, {"It's", "'It''s'"},
        {"a b", "'a b'"},     {"日本", "'日本'"}, {"", "'Sheet'"},
    };
    static const struct cell cells[] = {CELL("a"), CELL("1"), CELL("b"), CELL("2"),
                                        CELL("c"), CELL("3"), CELL("d"), CELL("4")};
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct arena arena = {0};
        const char *quoted = cases[i].quoted;
        const struct parts_sheet sheet = PARTS_SHEET("a", cases[i].title, &look, columns, cells);
        const char *path = parts_make(&rows_document, &sheet, 1, 5);
        char *xml = parts_read(path, "xl/workbook.xml");
        parts_has(xml,
                  arena_printf(&arena, "localSheetId=\"1\" hidden=\"1\">%s!$A$1:$B$4</definedName>",
                               quoted));
        parts_has(xml, arena_printf(&arena, "localSheetId=\"1\">%s!$1:$1</definedName>", quoted));
        free(xml);
        xml = parts_read(path, "xl/charts/chart1.xml");
        parts_has(xml, arena_printf(&arena, "<c:f>%s!$A$2:$A$4</c:f>", quoted));
        parts_has(xml, arena_printf(&arena, "<c:f>%s!$B$2:$B$4</c:f>", quoted));
        free(xml);
        xml = parts_read(path, "xl/worksheets/sheet3.xml");
        parts_has(xml, arena_printf(&arena, "<f>SUBTOTAL(109,%s!B2:B4,B2)</f><v>10</v>", quoted));
        free(xml);
        xml = parts_read(path, "xl/worksheets/sheet1.xml");
        parts_has(xml, arena_printf(&arena, "location=\"%s!A1\"", quoted));
        free(xml);
        arena_release(&arena);
    }
}
END_TEST

/* "&" begins a code in a footer, and a footer ends after 255 characters. */
START_TEST(test_footer)
{
    static const struct parts_sheet sheet = PARTS_SHEET("a", "A", NULL, plain, plain_cells);
    struct document doc = rows_document;
    char many[101];
    memset(many, '&', 100);
    many[100] = '\0';
    char *xml = part_of(&doc, &sheet, "xl/worksheets/sheet2.xml");
    parts_has(
        xml,
        "<oddFooter>&amp;LDaily report · Müller &amp;&amp; Söhne · 2026-11&amp;RPage &amp;P of "
        "&amp;N</oddFooter>");
    parts_has(xml, "paperSize=\"9\"");
    free(xml);
    /* The library would take the G behind an & for a picture that is missing. */
    doc.tenant_name = "R&Gal";
    xml = part_of(&doc, &sheet, "xl/worksheets/sheet2.xml");
    parts_has(xml, "Daily report · R&amp;&amp;Gal · 2026-11");
    free(xml);
    doc.title = doc.tenant_name = many;
    doc.locale = locale_by_tag("en-US");
    xml = part_of(&doc, &sheet, "xl/worksheets/sheet2.xml");
    parts_has(xml, "paperSize=\"1\"");
    free(xml);
    memset(many, 'x', 100);
    xml = part_of(&doc, &sheet, "xl/worksheets/sheet2.xml");
    free(xml);
}
END_TEST

int main(void)
{
    return unit_main("xlsx_table", (const TTest *const[]){test_free_after_failure, test_rules,
                                                          test_ranges, test_no_rows_no_colors,
                                                          test_quotes, test_footer, NULL});
}
