/* The first sheet of a workbook: heights, what is hidden, figures and the logo. */
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

/* The height of the row that holds a text; 0: the default. */
static double height_of(const char *xml, const char *text)
{
    const char *at = strstr(xml, text), *row = xml, *next;
    ck_assert_msg(at != NULL, "no %s", text);
    while ((next = strstr(row + 1, "<row ")) != NULL && next < at)
        row = next;
    const char *height = strstr(row, " ht=\"");
    return height && height < strchr(row, '>') ? strtod(height + 5, NULL) : 0;
}

START_TEST(test_paragraphs)
{
    static const struct {
        const char *title, *description;
        double title_height, height;
    } cases[] = {
        {"Title", "One line", 30, 0},
        {"Title", "One line\n", 30, 0},
        {"Title", "Two\nlines", 30, 32},
        {"A title that is so long that it needs two lines because it is", "x", 60, 0},
        {"Title",
         "A text of more than one hundred and four characters, which is as many as stand on one "
         "line in that place, so two.",
         30, 32},
        {"Title",
         "日本語の文字は二倍の幅があるので、この文は一行には入らず、二行になるはずです。そうでなけ"
         "れば読めません。"
         "ですから確かめます。",
         30, 32},
    };
    static const struct parts_sheet sheet = PARTS_SHEET("a", "A", NULL, plain, plain_cells);
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct document doc = rows_document;
        doc.title = cases[i].title;
        doc.description = cases[i].description;
        char *xml = part_of(&doc, &sheet, "xl/worksheets/sheet1.xml");
        double title = height_of(xml, cases[i].title);
        ck_assert_msg(title == cases[i].title_height, "%s: %g", cases[i].title, title);
        double height = height_of(xml, cases[i].description);
        ck_assert_msg(height == cases[i].height, "%s: %g", cases[i].description, height);
        free(xml);
    }
}
END_TEST

/* Excel knows no row of more than 409 points. */
START_TEST(test_long_description)
{
    static const struct parts_sheet sheet = PARTS_SHEET("a", "A", NULL, plain, plain_cells);
    struct document doc = rows_document;
    char *text = xcalloc(1, 8001);
    memset(text, 'w', 8000);
    doc.description = text;
    char *xml = part_of(&doc, &sheet, "xl/worksheets/sheet1.xml");
    ck_assert_double_eq(height_of(xml, "wwww"), 409);
    free(xml);
    free(text);
}
END_TEST

START_TEST(test_hidden)
{
    static const struct label_text texts[] = {{NULL, "What it means"}};
    static const struct label note = {texts, 1};
    static const struct column_look noted = {.note = &note};
    static const struct column columns[] = {{"t", "Secret title", COLUMN_TEXT, &noted}};
    static const struct cell cells[] = {CELL("x")};
    static const struct result_look hidden = {.tab_color = -1, .hidden = true},
                                    shown = {.tab_color = -1, .note = &note};
    static const struct parts_sheet sheets[] = {
        PARTS_SHEET("a", "Behind", &hidden, columns, cells),
        PARTS_SHEET("b", "Before", &shown, plain, plain_cells)};
    const char *path = parts_make(&rows_document, sheets, 2, XLSX_MAX_ROWS);
    char *xml = parts_read(path, "xl/workbook.xml");
    parts_has(xml, "<sheet name=\"Behind\" sheetId=\"2\" state=\"hidden\"");
    parts_has(xml, "<sheet name=\"Before\" sheetId=\"3\" r:id");
    free(xml);
    xml = parts_read(path, "xl/worksheets/sheet1.xml");
    parts_has_not(xml, "Behind");
    parts_has_not(xml, "Secret title");
    parts_has(xml, "Before");
    ck_assert_uint_eq(parts_count(xml, "<hyperlink "), 1);
    ck_assert_uint_eq(parts_count(xml, "What it means"), 1); /* of the result set */
    free(xml);
    xml = parts_read(path, "xl/worksheets/sheet2.xml");
    parts_has(xml, "prompt=\"What it means\" sqref=\"A1\"");
    free(xml);
}
END_TEST

/* ---- figures ---- */

static const struct column_look percent = {.number_format = "0.0%"};
static const struct column columns[] = {{"day", "Day", COLUMN_DATE, NULL},
                                        {"n", "New", COLUMN_INTEGER, NULL},
                                        {"m", "Money", COLUMN_DECIMAL, NULL},
                                        {"f", "Mean", COLUMN_FLOAT, NULL},
                                        {"share", "Share", COLUMN_DECIMAL, &percent},
                                        {"t", "Text", COLUMN_TEXT, NULL}};
static const struct cell cells[] = {CELL("2026-11-01"), CELL("1000"), CELL("1.500"),
                                    CELL("0.1"),        CELL("0.5"),  CELL("the first"),
                                    CELL("2026-11-02"), CELL("2000"), CELL("2.250"),
                                    CELL("0.3333333"),  CELL_NULL,    CELL("the last")};

/* The number format of the style of a cell. */
static char *format_of(const char *path, const char *xml, const char *reference)
{
    struct arena arena = {0};
    char *styles = parts_read(path, "xl/styles.xml");
    const char *cell = strstr(xml, arena_printf(&arena, "<c r=\"%s\" s=\"", reference));
    ck_assert_msg(cell != NULL, "no cell %s with a style", reference);
    long style = 0, id = 0;
    ck_assert_int_eq(sscanf(strstr(cell, " s=\""), " s=\"%9ld", &style), 1);
    const char *xf = strstr(styles, "<cellXfs ");
    for (long i = 0; i <= style; i++)
        xf = strstr(xf + 1, "<xf ");
    ck_assert_int_eq(sscanf(strstr(xf, "numFmtId=\""), "numFmtId=\"%9ld", &id), 1);
    const char *known = id == 0 ? "General" : id == 3 ? "#,##0" : id == 4 ? "#,##0.00" : NULL;
    char *out = known ? strdup(known) : NULL;
    if (!known) {
        const char *format =
            strstr(styles, arena_printf(&arena, "numFmtId=\"%ld\" formatCode=\"", id));
        ck_assert_msg(format != NULL, "no format %ld", id);
        format = strstr(format, "formatCode=\"") + strlen("formatCode=\"");
        out = strndup(format, strcspn(format, "\""));
    }
    free(styles);
    arena_release(&arena);
    return out;
}

START_TEST(test_figures)
{
    static const struct {
        struct figure_look look;
        const char *title, *value, *format;
    } cases[] = {
        {{"a", "n", TOTAL_SUM, NULL, NULL}, "New", "<v>3000</v>", "#,##0"},
        {{"a", "n", TOTAL_AVERAGE, NULL, NULL}, "New", "<v>1500</v>", "#,##0.00"},
        {{"a", "m", TOTAL_AVERAGE, NULL, NULL}, "Money", "<v>1.875</v>", "#,##0.000"},
        {{"a", "f", TOTAL_AVERAGE, NULL, NULL}, "Mean", "<v>0.21666665</v>", "#,##0.00"},
        {{"a", "f", TOTAL_MAX, NULL, NULL}, "Mean", "<v>0.3333333</v>", "General"},
        {{"a", "m", TOTAL_MIN, NULL, NULL}, "Money", "<v>1.5</v>", "#,##0.000"},
        {{"a", "share", TOTAL_MAX, NULL, NULL}, "Share", "<v>0.5</v>", "0.0%"},
        {{"a", "share", TOTAL_COUNT, NULL, NULL}, "Share", "<v>1</v>", "#,##0"},
        {{"a", "day", TOTAL_FIRST, NULL, NULL}, "Day", "<v>46327</v>", "yyyy-mm-dd"},
        {{"a", "t", TOTAL_LAST, NULL, NULL}, "Text", "<t>the last</t>", "General"},
        {{"a", "share", TOTAL_LAST, NULL, NULL}, "Share", "<t>–</t>", "0.0%"},
        {{"a", "n", TOTAL_LAST, NULL, "0 \"km\""}, "New", "<v>2000</v>", "0 &quot;km&quot;"},
    };
    enum { N = sizeof(cases) / sizeof(cases[0]), FIRST_ROW = 4, PER_LINE = 4 };
    static const struct parts_sheet sheet = PARTS_SHEET("a", "A", NULL, columns, cells);
    struct figure_look looks[N];
    const struct report_look look = {.figures = looks, .nfigures = N};
    struct document doc = rows_document;
    for (size_t i = 0; i < N; i++)
        looks[i] = cases[i].look;
    doc.look = &look;
    const char *path = parts_make(&doc, &sheet, 1, XLSX_MAX_ROWS);
    char *xml = parts_read(path, "xl/worksheets/sheet1.xml");
    for (size_t i = 0; i < N; i++) {
        struct arena arena = {0};
        size_t row = FIRST_ROW + 3 * (i / PER_LINE);
        char letter = (char)('A' + i % PER_LINE);
        const char *label = strstr(xml, arena_printf(&arena, "<c r=\"%c%zu\"", letter, row));
        ck_assert_msg(label && strstr(label, cases[i].title) < strstr(label, "</c>"), "case %zu",
                      i);
        const char *at = arena_printf(&arena, "%c%zu", letter, row + 1);
        const char *cell = strstr(xml, arena_printf(&arena, "<c r=\"%s\"", at));
        ck_assert_msg(cell && strstr(cell, cases[i].value) &&
                          strstr(cell, cases[i].value) < strstr(cell, "</c>"),
                      "case %zu: %.80s", i, cell ? cell : "no cell");
        char *format = format_of(path, xml, at);
        ck_assert_msg(strcmp(format, cases[i].format) == 0, "case %zu: %s", i, format);
        free(format);
        arena_release(&arena);
    }
    free(xml);
}
END_TEST

/* ---- the logo ---- */

/* 320 x 96 pixels at 300 dots an inch; nobody looks at what would be unpacked. */
static const char png[] =
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\x60\x08\x02\0\0\0\0\0\0\0"
    "\0\0\0\tpHYs\0\0\x2e\x23\0\0\x2e\x23\x01\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82";

START_TEST(test_logo)
{
    static const struct parts_sheet sheet = PARTS_SHEET("a", "A", NULL, plain, plain_cells);
    const struct report_look look = {.logo = rows_path("logo.png")};
    struct document doc = rows_document;
    doc.look = &look;
    rows_put(look.logo, png, sizeof(png) - 1);
    const char *path = parts_make(&doc, &sheet, 1, XLSX_MAX_ROWS);
    char *xml = parts_read(path, "xl/drawings/drawing1.xml");
    /* 160 x 48 pixels of 9525 units, on rows that are as high as the library takes them for. */
    parts_has(xml, "<a:ext cx=\"1524000\" cy=\"457200\"/>");
    parts_has(xml,
              "<xdr:to><xdr:col>0</xdr:col><xdr:colOff>1543050</xdr:colOff><xdr:row>2</xdr:row>");
    parts_has(xml, "val=\"1\"/></a:ext>"); /* decorative */
    free(xml);
    xml = parts_read(path, "xl/worksheets/sheet1.xml");
    parts_has(xml, "<c r=\"A4\"");
    for (const char *row = "123"; *row; row++) {
        struct arena arena = {0};
        parts_has_not(xml, arena_printf(&arena, "<row r=\"%c\"", *row));
        arena_release(&arena);
    }
    free(xml);
    free(parts_read(path, "xl/media/image1.png"));
}
END_TEST

START_TEST(test_logo_that_is_gone)
{
    const struct report_look look = {.logo = rows_path("gone.png")};
    struct document doc = rows_document;
    struct err e = {0};
    struct writer *w = NULL;
    doc.look = &look;
    ck_ok(format_xlsx.open(&w, rows_path("logo.xlsx"), unit_temp_dir(), &doc,
                           &format_default_options, &e),
          &e);
    ck_error(format_xlsx.finish(w, &e), &e, "the first sheet: can't read");
    ck_assert_ptr_nonnull(strstr(e.msg, look.logo));
    format_xlsx.free(w);
}
END_TEST

int main(void)
{
    return unit_main("xlsx_cover",
                     (const TTest *const[]){test_paragraphs, test_long_description, test_hidden,
                                            test_figures, test_logo, test_logo_that_is_gone, NULL});
}
