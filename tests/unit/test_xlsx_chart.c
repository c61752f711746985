/* Native charts: their kinds, what they show, and where they are. */
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

static const char *const series[] = {"n", "m"};
static const struct column charted[] = {{"day", "Day", COLUMN_DATE, NULL},
                                        {"n", "New & old", COLUMN_INTEGER, NULL},
                                        {"m", "More", COLUMN_DECIMAL, NULL}};
static const struct cell charted_cells[] = {CELL("2026-11-01"), CELL("1"), CELL("1.50"),
                                            CELL("2026-11-02"), CELL_NULL, CELL("2.50"),
                                            CELL("2026-11-03"), CELL("3"), CELL_NULL};

START_TEST(test_chart_kinds)
{
    static const struct {
        struct chart_look look;
        const char *has[4], *has_not;
    } cases[] = {
        {{CHART_LINE, false, CHART_BESIDE, NULL, "day", series, 2, NULL, NULL, NULL},
         {"<c:lineChart><c:grouping val=\"standard\"/>", "<c:legendPos val=\"b\"/>", "<a:t>A</a:t>",
          "formatCode=\"yyyy-mm-dd\""},
         "c:overlap"},
        {{CHART_LINE, true, CHART_BESIDE, NULL, "day", series, 2, NULL, NULL, NULL},
         {"<c:lineChart><c:grouping val=\"stacked\"/>"},
         "c:overlap"},
        {{CHART_AREA, false, CHART_BESIDE, NULL, "day", series, 2, NULL, NULL, NULL},
         {"<c:areaChart><c:grouping val=\"standard\"/>"},
         "c:lineChart"},
        {{CHART_AREA, true, CHART_BESIDE, NULL, "day", series, 2, NULL, NULL, NULL},
         {"<c:areaChart><c:grouping val=\"stacked\"/>"},
         "c:lineChart"},
        {{CHART_COLUMN, false, CHART_BESIDE, NULL, "day", series, 1, NULL, NULL, "0%"},
         {"<c:barDir val=\"col\"/><c:grouping val=\"clustered\"/>", "formatCode=\"0%\""},
         "c:legend>"},
        {{CHART_COLUMN, true, CHART_BESIDE, NULL, "day", series, 2, NULL, NULL, NULL},
         {"<c:barDir val=\"col\"/><c:grouping val=\"stacked\"/>", "<c:overlap val=\"100\"/>"},
         "c:pieChart"},
        {{CHART_BAR, false, CHART_BESIDE, NULL, "day", series, 1, NULL, NULL, NULL},
         {"<c:barDir val=\"bar\"/><c:grouping val=\"clustered\"/>",
          "<c:orientation val=\"maxMin\"/>", "<c:crosses val=\"max\"/>"},
         "c:legend>"},
        {{CHART_BAR, true, CHART_BESIDE, NULL, "day", series, 2, NULL, NULL, NULL},
         {"<c:barDir val=\"bar\"/><c:grouping val=\"stacked\"/>", "<c:overlap val=\"100\"/>"},
         "c:pieChart"},
        {{CHART_PIE, false, CHART_BESIDE, NULL, "day", series, 1, NULL, NULL, NULL},
         {"<c:pieChart>", "<c:showPercent val=\"1\"/>", "<c:legendPos val=\"r\"/>",
          "<c:dPt><c:idx val=\"2\"/>"},
         "c:catAx"},
    };
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        const struct result_look look = {.charts = &cases[i].look, .ncharts = 1, .tab_color = -1};
        const struct parts_sheet sheet = PARTS_SHEET("a", "A", &look, charted, charted_cells);
        char *xml = part_of(&rows_document, &sheet, "xl/charts/chart1.xml");
        for (size_t k = 0; k < 4 && cases[i].has[k]; k++)
            parts_has(xml, cases[i].has[k]);
        parts_has_not(xml, cases[i].has_not);
        ck_assert_uint_eq(parts_count(xml, "<c:ser>"), cases[i].look.ny);
        /* The rows, and what is in them: days as numbers, and a gap where there is none. */
        parts_has(xml,
                  "<c:cat><c:numRef><c:f>'A'!$A$2:$A$4</c:f><c:numCache><c:formatCode>General"
                  "</c:formatCode><c:ptCount val=\"3\"/><c:pt "
                  "idx=\"0\"><c:v>46327</c:v></c:pt><c:pt idx=\"1\">"
                  "<c:v>46328</c:v></c:pt><c:pt idx=\"2\"><c:v>46329</c:v></c:pt></c:numCache>");
        parts_has(xml, "<c:val><c:numRef><c:f>'A'!$B$2:$B$4</c:f><c:numCache><c:formatCode>General"
                       "</c:formatCode><c:ptCount val=\"3\"/><c:pt "
                       "idx=\"0\"><c:v>1</c:v></c:pt><c:pt idx=\"2\">"
                       "<c:v>3</c:v></c:pt></c:numCache>");
        parts_has(xml, "New &amp; old");
        free(xml);
    }
}
END_TEST

/* Dates have an axis of time; all the hours of a day would be one place on it. */
START_TEST(test_time_axis)
{
    static const struct {
        enum column_type type;
        struct cell cell;
        const char *automatic, *format;
    } cases[] = {
        {COLUMN_DATE, CELL("2026-11-01"), "1", "yyyy-mm-dd"},
        {COLUMN_DATETIME, CELL("2026-11-01 13:00:00"), "0", "yyyy-mm-dd hh:mm"},
        {COLUMN_TEXT, CELL("13:00"), "1", "General"},
    };
    static const enum chart_kind kinds[] = {CHART_LINE, CHART_COLUMN, CHART_BAR, CHART_AREA};
    for (size_t i = 0; i < ROWS_COUNT(cases) * ROWS_COUNT(kinds); i++) {
        size_t k = i / ROWS_COUNT(kinds);
        struct arena arena = {0};
        const struct column columns[] = {{"x", "X", cases[k].type, NULL},
                                         {"n", "N", COLUMN_INTEGER, NULL}};
        const struct cell cells[] = {cases[k].cell, CELL("1")};
        const struct chart_look chart = {
            .kind = kinds[i % ROWS_COUNT(kinds)], .x = "x", .y = series, .ny = 1};
        const struct result_look look = {.charts = &chart, .ncharts = 1, .tab_color = -1};
        const struct parts_sheet sheet = PARTS_SHEET("a", "A", &look, columns, cells);
        char *xml = part_of(&rows_document, &sheet, "xl/charts/chart1.xml");
        parts_has(xml, arena_printf(&arena, "<c:auto val=\"%s\"/>", cases[k].automatic));
        parts_has(xml, arena_printf(&arena, "formatCode=\"%s\"", cases[k].format));
        ck_assert_uint_eq(parts_count(xml, "<c:auto "), 1);
        parts_has(xml, "</c:plotArea>");
        parts_has(xml, "</c:chartSpace>");
        free(xml);
        arena_release(&arena);
    }
}
END_TEST

/* A chart's own copy of the cells says what the cells say. */
START_TEST(test_cache)
{
    static const struct {
        enum column_type type;
        struct cell cell;
        const char *want; /* within the categories */
    } cases[] = {
        {COLUMN_TEXT, CELL("a & <b>"),
         "<c:strRef><c:f>'A'!$A$2</c:f><c:strCache><c:ptCount val=\"1\"/>"
         "<c:pt idx=\"0\"><c:v>a &amp; &lt;b&gt;</c:v></c:pt></c:strCache>"},
        {COLUMN_TEXT, CELL_NULL, "<c:ptCount val=\"1\"/></c:numCache>"},
        {COLUMN_BOOLEAN, CELL("1"), "<c:v>TRUE</c:v>"},
        {COLUMN_BOOLEAN, CELL("0"), "<c:v>FALSE</c:v>"},
        {COLUMN_BOOLEAN, CELL("2"),
         "<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val=\"1\"/>"
         "<c:pt idx=\"0\"><c:v>2</c:v>"},
        {COLUMN_JSON, CELL("[\"a\", \"b\"]"), "<c:v>a, b</c:v>"},
        {COLUMN_JSON, CELL("oops"), "<c:v>oops</c:v>"},
        {COLUMN_BINARY, CELL("\x01\xff"), "<c:v>01ff</c:v>"},
        {COLUMN_TIME, CELL("36:00:00"), "<c:v>1.5</c:v>"},
        {COLUMN_DATE, CELL("0000-00-00"),
         "<c:strCache><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>0000-00-00"},
        {COLUMN_INTEGER, CELL("12345678901234567890"), "<c:v>12345678901234567890</c:v>"},
        {COLUMN_FLOAT, CELL("1e-05"), "<c:v>1E-05</c:v>"},
    };
    static const struct chart_look chart = {.x = "x", .y = series, .ny = 1};
    static const struct result_look look = {.charts = &chart, .ncharts = 1, .tab_color = -1};
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        const struct column columns[] = {{"x", "X", cases[i].type, NULL},
                                         {"n", "N", COLUMN_INTEGER, NULL}};
        const struct cell cells[] = {cases[i].cell, CELL("1")};
        const struct parts_sheet sheet = PARTS_SHEET("a", "A", &look, columns, cells);
        char *xml = part_of(&rows_document, &sheet, "xl/charts/chart1.xml");
        char *values = strstr(xml, "</c:cat>");
        ck_assert_ptr_nonnull(values);
        *values = '\0';
        parts_has(strstr(xml, "<c:cat>"), cases[i].want);
        free(xml);
    }
}
END_TEST

/* A thousand rows are in the chart itself, more are not at all: half of them would be a lie. */
START_TEST(test_long_charts)
{
    static const struct chart_look chart = {.x = "t", .y = series, .ny = 1};
    static const struct result_look look = {.charts = &chart, .ncharts = 1, .tab_color = -1};
    struct cell *cells = xcalloc(2 * 1001, sizeof(*cells));
    for (size_t i = 0; i < 2 * 1001; i++)
        cells[i] = i % 2 ? CELL("7") : CELL("x");
    for (size_t rows = 1000; rows <= 1001; rows++) {
        struct arena arena = {0};
        const struct parts_sheet sheet = {{"a", "A", &look, plain, 2}, cells, rows};
        char *xml = part_of(&rows_document, &sheet, "xl/charts/chart1.xml");
        parts_has(xml, arena_printf(&arena, "<c:f>'A'!$B$2:$B$%zu</c:f>", rows + 1));
        ck_assert_uint_eq(parts_count(xml, "<c:pt idx="), rows == 1000 ? 2000 : 0);
        ck_assert_uint_eq(parts_count(xml, "Cache>"), rows == 1000 ? 4 : 0);
        free(xml);
        arena_release(&arena);
    }
    /* Of a result set on several sheets it shows the first. */
    const struct parts_sheet sheet = {{"a", "A", &look, plain, 2}, cells, 9};
    char *xml = parts_read(parts_make(&rows_document, &sheet, 1, 5), "xl/charts/chart1.xml");
    parts_has(xml, "<c:f>'A'!$B$2:$B$5</c:f>");
    free(xml);
    free(cells);
}
END_TEST

START_TEST(test_chart_places)
{
    static const struct label_text texts[] = {{"en", "Growth"}, {"de", "Wachstum"}};
    static const struct label title = {texts, 2};
    static const struct chart_look charts[] = {
        {CHART_LINE, false, CHART_BESIDE, NULL, "t", series, 1, NULL, NULL, NULL},
        {CHART_LINE, false, CHART_SHEET, &title, "t", series, 1, &title, &title, NULL},
        {CHART_LINE, false, CHART_COVER, &title, "t", series, 1, NULL, NULL, NULL},
        {CHART_LINE, false, CHART_BESIDE, NULL, "t", series, 1, NULL, NULL, NULL}};
    static const struct result_look look = {.charts = charts, .ncharts = 4, .tab_color = 0x1F6FB2};
    static const struct parts_sheet sheet = PARTS_SHEET("a", "A", &look, plain, plain_cells);
    struct document doc = rows_document;
    doc.locale = locale_by_tag("de");
    const char *path = parts_make(&doc, &sheet, 1, XLSX_MAX_ROWS);
    char *xml = parts_read(path, "xl/workbook.xml");
    parts_has(xml, "<sheet name=\"Übersicht\" sheetId=\"1\"");
    parts_has(xml, "<sheet name=\"A\" sheetId=\"2\"");
    parts_has(xml, "<sheet name=\"Diagramm- Wachstum\" sheetId=\"3\"");
    free(xml);
    xml = parts_read(path, "xl/chartsheets/sheet1.xml");
    parts_has(xml, "<tabColor rgb=\"FF1F6FB2\"/>");
    parts_has(xml, "orientation=\"landscape\"");
    free(xml);
    xml = parts_read(path, "xl/worksheets/sheet2.xml");
    parts_has(xml, "<tabColor rgb=\"FF1F6FB2\"/>");
    free(xml);
    /* On the first sheet, below all else; beside the rows, one below the other. */
    xml = parts_read(path, "xl/worksheets/sheet1.xml");
    parts_has(xml, "<rowBreaks count=\"1\"");
    parts_has(xml, "<drawing ");
    free(xml);
    char *cover = parts_read(path, "xl/drawings/drawing1.xml"),
         *beside = parts_read(path, "xl/drawings/drawing2.xml");
    ck_assert_uint_eq(parts_count(cover, "<xdr:graphicFrame "), 1);
    ck_assert_uint_eq(parts_count(beside, "<xdr:graphicFrame "), 2);
    parts_has(cover, "descr=\"Wachstum\"");
    parts_has(beside,
              "<xdr:from><xdr:col>3</xdr:col><xdr:colOff>76200</xdr:colOff><xdr:row>1</xdr:row>");
    parts_has(beside,
              "<xdr:from><xdr:col>3</xdr:col><xdr:colOff>76200</xdr:colOff><xdr:row>17</xdr:row>");
    free(cover);
    free(beside);
    xml = parts_read(path, "xl/charts/chart4.xml");
    ck_assert_uint_eq(parts_count(xml, "<a:t>Wachstum</a:t>"), 3); /* and of both axes */
    free(xml);
}
END_TEST

int main(void)
{
    return unit_main("xlsx_chart",
                     (const TTest *const[]){test_chart_kinds, test_time_axis, test_cache,
                                            test_long_charts, test_chart_places, NULL});
}
