#include "tests/unit/pages.h"

START_TEST(test_page)
{
    static const struct format *const formats[] = {&format_xlsx, &format_csv, &format_html};
    static const struct result_look hidden = {.hidden = true, .tab_color = -1};
    struct document doc = rows_document;
    const struct set sets[] = {PLAIN_SET("first", "The <first>", NULL, 1),
                               PLAIN_SET("secret", "Not shown", &hidden, 1),
                               PLAIN_SET("last", "The last", NULL, 0)};
    doc.formats = formats;
    doc.nformats = ROWS_COUNT(formats);
    doc.tenant_name = "O'Brien & \"<b>\u202e\x01";
    char *text = page_of(&doc, defaults, sets, 3);
    ck_assert(strncmp(text, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=", 50) ==
              0);
    ck_has(text, "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;");
    ck_has(text, "<title>Daily report – O'Brien &amp; &quot;&lt;b&gt;\u202e\ufffd – November");
    ck_has(text, "<h1 dir=\"auto\">Daily report</h1>");
    ck_has(text, "<time datetime=\"2026-12-01T02:00:00Z\">2026-12-01 02:00:00</time> UTC");
    ck_has(text, "<a href=\"#r-first\">The &lt;first&gt;</a> <small>2</small>");
    ck_has(text, "<a href=\"#r-last\">The last</a> <small>0</small>");
    ck_has(text, "<a href=\"daily.xlsx\">daily.xlsx</a>");
    ck_has(text, "<a href=\"daily.first.csv\">daily.first.csv</a>");
    ck_has(text, "<p class=\"empty\">There is nothing to report for this period.</p>");
    ck_has(text, "<tfoot><tr><th scope=\"row\">Total</th><td>1,002</td></tr></tfoot>");
    ck_has(text, "<th scope=\"col\" dir=\"auto\">Day</th>");
    ck_lacks(text, "Not shown");
    ck_lacks(text, "daily.html");
    ck_lacks(text, "http:");
    ck_lacks(text, "https:");
    ck_lacks(text, "<img");
    ck_lacks(text, "class=\"figures\"");
    ck_assert_uint_eq(count(text, "<table"), 1);
    ck_assert_uint_eq(count(text, "<section"), 2);
    free(text);
    /* One result set needs no contents, and a platform's report has all tenants. */
    doc.tenant_id = "";
    doc.locale = locale_by_tag("de");
    text = page_of(&doc, defaults, sets, 1);
    ck_has(text, "<html lang=\"de\">");
    ck_has(text, "<dd dir=\"auto\">alle Mandanten</dd>");
    ck_has(text, "01.12.2026 02:00:00</time>");
    ck_has(text, "<td>1.002</td>");
    ck_lacks(text, "id=\"contents\"");
    free(text);
}
END_TEST

START_TEST(test_max_rows)
{
    struct format_options options = format_default_options;
    struct err e = {0};
    struct proof proof;
    size_t len;
    const char *path = rows_path("cut.html");
    const struct set set = PLAIN_SET("first", "First", NULL, 1200);
    options.html_max_rows = 1001;
    char *text = page_of(&rows_document, &options, &set, 1);
    ck_assert_uint_eq(count(text, "<tr><td><time"), 1001);
    ck_has(text, "<p class=\"shown\">The first 1,001 of 2,400 rows are shown here.</p>");
    ck_has(text, "Rows: 2,400</caption>");
    ck_has(text, "<td>1,202,400</td></tr></tfoot>"); /* of all rows */
    free(text);
    options.html_max_rows = 0;
    text = page_of(&rows_document, &options, &set, 1);
    ck_assert_uint_eq(count(text, "<tr><td><time"), 2400);
    ck_lacks(text, "class=\"shown\"");
    free(text);
    /* Neither more nor fewer than the options say. */
    ck_ok(write_page(&rows_document, &options, &set, 1, path, NULL, &e), &e);
    options.html_max_rows = 2399;
    ck_error(verify_page(&options, &set, 1, path, &proof, &e), &e,
             "2399 rows were written, but section 1 holds 2400");
    options.html_max_rows = 2401;
    ck_ok(verify_page(&options, &set, 1, path, &proof, &e), &e);
    text = rows_read(path, &len);
    free(text);
}
END_TEST

START_TEST(test_totals)
{
    static const struct label_text note = {NULL, "Of 100 & more"};
    static const struct label label = {&note, 1};
    static const struct column_look looks[] = {
        {.total = TOTAL_COUNT},
        {.total = TOTAL_AVERAGE, .note = &label},
        {.total = TOTAL_MIN, .number_format = "0.0%"},
        {.total = TOTAL_MAX},
        {.total = TOTAL_SUM},
    };
    const struct column columns[] = {{"a", "A", COLUMN_TEXT, &looks[0]},
                                     {"b", "B", COLUMN_INTEGER, &looks[1]},
                                     {"c", "C", COLUMN_DECIMAL, &looks[2]},
                                     {"d", "D", COLUMN_DECIMAL, &looks[3]},
                                     {"e", "E", COLUMN_FLOAT, &looks[4]}};
    static const struct cell cells[] = {CELL("x"),   CELL("1"),   CELL("0.125"), CELL("9.10"),
                                        CELL("0.1"), CELL_NULL,   CELL("2"),     CELL("0.25"),
                                        CELL("9.9"), CELL("0.2"), CELL("z"),     CELL_NULL,
                                        CELL_NULL,   CELL_NULL,   CELL_NULL};
    const struct set set = {{"t", "T", NULL, columns, 5}, cells, 3, 1};
    struct document doc = rows_document;
    doc.locale = locale_by_tag("de");
    char *text = page_of(&doc, defaults, &set, 1);
    ck_has(text, "<tfoot><tr><td><small>Anzahl</small> 2</td>"
                 "<td><small>Durchschnitt</small> 1,50</td><td><small>Minimum</small> 12,5%</td>"
                 "<td><small>Maximum</small> 9,90</td><td><small>Summe</small> 0,3</td></tr>");
    ck_has(text, "<th scope=\"col\" dir=\"auto\" abbr=\"B\">B<small dir=\"auto\">Of 100 &amp; "
                 "more</small></th>");
    free(text);
}
END_TEST

START_TEST(test_figures)
{
    static const struct label_text title = {NULL, "All <of> them"};
    static const struct label label = {&title, 1};
    static const struct figure_look figures[] = {
        {"first", "n", TOTAL_SUM, &label, NULL},   {"first", "n", TOTAL_AVERAGE, NULL, NULL},
        {"first", "day", TOTAL_FIRST, NULL, NULL}, {"first", "day", TOTAL_LAST, NULL, "ddd"},
        {"first", "n", TOTAL_COUNT, NULL, NULL},   {"none", "n", TOTAL_SUM, NULL, NULL},
        {"none", "n", TOTAL_MAX, NULL, NULL},      {"first", "n", TOTAL_MAX, NULL, "0.0,\" k\""},
        {"elsewhere", "n", TOTAL_MAX, NULL, NULL},
    };
    static const struct report_look look = {.figures = figures, .nfigures = ROWS_COUNT(figures)};
    static const struct result_look hidden = {.hidden = true, .tab_color = -1};
    struct document doc = rows_document;
    const struct set sets[] = {PLAIN_SET("first", "First", &hidden, 1000),
                               PLAIN_SET("none", "None", NULL, 0)};
    doc.look = &look;
    char *text = page_of(&doc, defaults, sets, 2);
    ck_has(text, "<dl class=\"figures\">\n"
                 "<div><dt dir=\"auto\">All &lt;of&gt; them</dt><dd class=\"medium\" dir=\"auto\">"
                 "1,002,000</dd></div>\n"
                 "<div><dt dir=\"auto\">Number</dt><dd dir=\"auto\">501</dd></div>\n"
                 "<div><dt dir=\"auto\">Day</dt><dd class=\"medium\" dir=\"auto\">2026-11-01</dd>"
                 "</div>\n"
                 "<div><dt dir=\"auto\">Day</dt><dd dir=\"auto\">Mon</dd></div>\n"
                 "<div><dt dir=\"auto\">Number</dt><dd dir=\"auto\">2,000</dd></div>\n"
                 "<div><dt dir=\"auto\">Number</dt><dd dir=\"auto\">0</dd></div>\n"
                 "<div><dt dir=\"auto\">Number</dt><dd dir=\"auto\">–</dd></div>\n"
                 "<div><dt dir=\"auto\">Number</dt><dd dir=\"auto\">1.0 k</dd></div>\n</dl>");
    free(text);
}
END_TEST

START_TEST(test_charts)
{
    static const char *const y[] = {"n"}, *const nothing[] = {"m"};
    static const struct chart_look charts[] = {
        {.kind = CHART_LINE, .x = "day", .y = y, .ny = 1},
        {.kind = CHART_PIE, .x = "day", .y = y, .ny = 1, .place = CHART_COVER},
        {.kind = CHART_BAR, .x = "day", .y = nothing, .ny = 1},
    };
    static const struct result_look look = {.charts = charts, .ncharts = 3, .tab_color = -1};
    const struct set sets[] = {PLAIN_SET("first", "First", &look, 501),
                               PLAIN_SET("none", "None", &look, 0)};
    char *text = page_of(&rows_document, defaults, sets, 2);
    ck_assert_uint_eq(count(text, "<figure"), 2);
    ck_assert_uint_eq(count(text, "<svg"), 4);
    ck_has(text, "<p class=\"note\">The chart shows the first 1,000 of 1,002 rows.</p>");
    ck_has(text, "<div class=\"pair\">");
    ck_assert(strstr(text, "class=\"piece") < strstr(text, "<section"));
    ck_assert(strstr(text, "class=\"line") > strstr(text, "<section"));
    free(text);
}
END_TEST

/* A PNG of one pixel, as far as its header goes. */
static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x01\x08\6\0\0\0";

START_TEST(test_logo)
{
    struct document doc = rows_document;
    struct err e = {0};
    struct report_look look = {.logo = rows_path("logo.png")};
    const struct set set = PLAIN_SET("first", "First", NULL, 1);
    rows_put(look.logo, png, sizeof(png) - 1);
    doc.look = &look;
    char *text = page_of(&doc, defaults, &set, 1);
    ck_has(text, "<img class=\"logo\" alt=\"\" width=\"96\" height=\"48\" "
                 "src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAA=\"/>");
    free(text);
    const char *path = rows_path("none.html");
    rows_put(look.logo, "GIF89a", 6);
    ck_error(write_page(&doc, defaults, &set, 1, path, NULL, &e), &e, "neither a PNG nor a JPEG");
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(test_same_bytes)
{
    const struct set sets[] = {PLAIN_SET("first", "First", NULL, 20),
                               PLAIN_SET("second", "Second", NULL, 3)};
    char *a = page_of(&rows_document, defaults, sets, 2);
    char *b = page_of(&rows_document, defaults, sets, 2);
    ck_assert_str_eq(a, b);
    free(a);
    free(b);
}
END_TEST

int main(void)
{
    return unit_main("html",
                     (const TTest *const[]){test_page, test_max_rows, test_totals, test_figures,
                                            test_charts, test_logo, test_same_bytes, NULL});
}
