#include "tests/unit/pages.h"

/* What stands between <tr> and </tr> of a row of one cell. */
static char *one_cell(enum column_type type, struct cell cell, const struct column_look *look,
                      const char *locale, struct render_notes *notes)
{
    struct err e = {0};
    struct proof proof;
    size_t len;
    const char *path = rows_path("cell.html");
    const struct column column = {"v", "V", type, look};
    const struct set set = {{"videos", "Videos", NULL, &column, 1}, &cell, 1, 1};
    struct document doc = rows_document;
    doc.locale = locale_by_tag(locale);
    ck_ok(write_page(&doc, defaults, &set, 1, path, notes, &e), &e);
    ck_ok(verify_page(defaults, &set, 1, path, &proof, &e), &e);
    char *text = rows_read(path, &len);
    char *start = strstr(text, "<tbody>\n<tr>"), *end = strstr(text, "</tr>\n</tbody>");
    ck_assert(start && end);
    char *row = strndup(start + 12, (size_t)(end - start) - 12);
    free(text);
    return row;
}

#define LONG10  "0123456789"
#define LONG100 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10

#define LONG600 LONG100 LONG100 LONG100 LONG100 LONG100 LONG100

static const struct {
    enum column_type type;
    struct cell cell;
    const char *locale, *want;
    unsigned replaced;
} values[] = {
    {COLUMN_TEXT, CELL("plain"), "en", "<td>plain</td>", 0},
    {COLUMN_TEXT, CELL(""), "en", "<td></td>", 0},
    {COLUMN_TEXT, CELL_NULL, "en", "<td></td>", 0},
    {COLUMN_TEXT, CELL("</td></table><script>alert(1)</script>"), "en",
     "<td>&lt;/td&gt;&lt;/table&gt;&lt;script&gt;alert(1)&lt;/script&gt;</td>", 0},
    {COLUMN_TEXT, CELL("\"'& &amp; &#0; ]]> <!-- -->"), "en",
     "<td>&quot;'&amp; &amp;amp; &amp;#0; ]]&gt; &lt;!-- --&gt;</td>", 0},
    {COLUMN_TEXT, CELL("a\r\n\tb"), "en", "<td>a&#13;\n\tb</td>", 0},
    {COLUMN_TEXT,
     CELL("a\x01\x0b\x1b\x7f"
          "b"),
     "en",
     "<td>a\ufffd\ufffd\ufffd\ufffd"
     "b</td>",
     4},
    {COLUMN_TEXT,
     CELL("a\xc2\x80\xc2\x9f\xc2\xa0"
          "b"),
     "en", "<td dir=\"auto\">a\ufffd\ufffd\u00a0b</td>", 2},
    {COLUMN_TEXT, CELL("a\0b\xff"), "en", "<td dir=\"auto\">a\ufffdb\ufffd</td>", 2},
    {COLUMN_TEXT, CELL("\xef\xbf\xbe\xef\xbf\xbf"), "en", "<td dir=\"auto\">\ufffd\ufffd</td>", 2},
    {COLUMN_TEXT, CELL("\u202eabc\u2028\u200f"), "en",
     "<td dir=\"auto\">\u202eabc\u2028\u200f</td>", 0},
    {COLUMN_TEXT, CELL("שלום"), "en", "<td dir=\"auto\">שלום</td>", 0},
    {COLUMN_TEXT, CELL(LONG100 LONG100 LONG100 LONG100 LONG100 LONG100), "en",
     "<td>" LONG100 LONG100 LONG100 LONG100 LONG100 LONG100 "</td>", 0},
    {COLUMN_TEXT, CELL(LONG100 LONG100 LONG100 "0123456789 " LONG100 LONG100 LONG100 LONG100), "en",
     "<td><details class=\"long\"><summary>" LONG100 LONG100 LONG100
     "0123456789 " LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10
     "012345678</summary>9" LONG10 LONG100 LONG100 LONG100 "</details></td>",
     0},
    {COLUMN_TEXT, CELL("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14"), "en",
     "<td><details "
     "class=\"long\"><summary>1\n2\n3\n4\n5\n6\n7\n8</summary>\n9\n10\n11\n12\n13\n14</details></"
     "td>",
     0},
    {COLUMN_TEXT, CELL("\n\n\n\n \n\t\n\n\n\n\n\n\n\n15"), "en",
     "<td><div class=\"flat long\">\n\n\n\n \n\t\n\n\n\n\n\n\n\n15</div></td>", 0},
    {COLUMN_INTEGER, CELL("-5"), "de", "<td>-5</td>", 0},
    {COLUMN_INTEGER, CELL("18446744073709551615"), "en", "<td>18446744073709551615</td>", 0},
    {COLUMN_DECIMAL, CELL("-1234.50"), "en", "<td>-1234.50</td>", 0},
    {COLUMN_DECIMAL, CELL("-1234.50"), "de", "<td>-1234,50</td>", 0},
    {COLUMN_FLOAT, CELL("1e20"), "de", "<td>1e20</td>", 0},
    {COLUMN_FLOAT, CELL("nan"), "de", "<td>nan</td>", 0},
    {COLUMN_BOOLEAN, CELL("1"), "en", "<td>yes</td>", 0},
    {COLUMN_BOOLEAN, CELL("0"), "fr", "<td>non</td>", 0},
    {COLUMN_BOOLEAN, CELL("1"), "it", "<td dir=\"auto\">sì</td>", 0},
    {COLUMN_BOOLEAN, CELL("2"), "en", "<td>2</td>", 0},
    {COLUMN_DATE, CELL("2026-11-23"), "en",
     "<td><time datetime=\"2026-11-23\">2026-11-23</time></td>", 0},
    {COLUMN_DATE, CELL("2026-11-23"), "de",
     "<td><time datetime=\"2026-11-23\">23.11.2026</time></td>", 0},
    {COLUMN_DATE, CELL("0000-00-00"), "de", "<td>0000-00-00</td>", 0},
    {COLUMN_DATE, CELL("2026-11-00"), "en", "<td>2026-11-00</td>", 0},
    {COLUMN_DATETIME, CELL("2026-11-23 01:02:03"), "en-US",
     "<td><time datetime=\"2026-11-23 01:02:03\">11/23/2026 01:02:03</time></td>", 0},
    {COLUMN_DATETIME, CELL("2026-11-23 01:02:03.000000"), "en",
     "<td><time datetime=\"2026-11-23 01:02:03.000\">2026-11-23 01:02:03</time></td>", 0},
    {COLUMN_DATETIME, CELL("2026-11-23 01:02:03.456789"), "de",
     "<td><time datetime=\"2026-11-23 01:02:03.456\">23.11.2026 01:02:03,456789</time></td>", 0},
    {COLUMN_DATETIME, CELL("0000-00-00 00:00:00"), "en", "<td>0000-00-00 00:00:00</td>", 0},
    {COLUMN_TIME, CELL("-838:59:59"), "en", "<td>-838:59:59</td>", 0},
    {COLUMN_TIME, CELL("100:00:00.500000"), "de", "<td>100:00:00,500000</td>", 0},
    {COLUMN_TIME, CELL("12:00:00.000"), "de", "<td>12:00:00</td>", 0},
    /* what a job calls a number or a date, and is none */
    {COLUMN_INTEGER, CELL("<b>\xff"), "de", "<td dir=\"auto\">&lt;b&gt;\ufffd</td>", 1},
    {COLUMN_DECIMAL, CELL("1.\x01"), "de", "<td>1,\ufffd</td>", 1},
    {COLUMN_DATETIME, CELL("\"\xff.5"), "de", "<td>&quot;\ufffd.5</td>", 1},
    {COLUMN_TIME, CELL("a\0<.5"), "de", "<td>a\ufffd&lt;,5</td>", 1},
    {COLUMN_JSON, CELL("[\"a\", \"<b>\", 1]"), "en", "<td>a, &lt;b&gt;, 1</td>", 0},
    {COLUMN_JSON, CELL("{\"a\": [1]}"), "en", "<td>{&quot;a&quot;:[1]}</td>", 0},
    {COLUMN_JSON, CELL("{broken"), "en", "<td>{broken</td>", 0},
    {COLUMN_BINARY, CELL("\x00\xff="), "en", "<td>00ff3d</td>", 0},
};

START_TEST(test_values)
{
    for (size_t i = 0; i < ROWS_COUNT(values); i++) {
        struct render_notes notes = {0};
        char *got = one_cell(values[i].type, values[i].cell, NULL, values[i].locale, &notes);
        ck_assert_msg(strcmp(got, values[i].want) == 0, "case %zu: got %s, want %s", i, got,
                      values[i].want);
        ck_assert_msg(notes.replaced_characters == values[i].replaced, "case %zu: replaced", i);
        free(got);
    }
}
END_TEST

/* A text of 60 KB, in one word and without end, is there whole. */
START_TEST(test_long_text)
{
    struct render_notes notes;
    size_t len = 60000;
    char *text = xmalloc(len);
    for (size_t i = 0; i < len; i += 3)
        memcpy(text + i, "€", 3);
    char *got = one_cell(COLUMN_TEXT, (struct cell){text, len}, NULL, "en", &notes);
    ck_assert_uint_eq(strlen(got),
                      len + strlen("<td dir=\"auto\"><details class=\"long\"><summary></summary>"
                                   "</details></td>"));
    ck_assert_uint_eq(count(got, "€"), len / 3);
    free(got);
    free(text);
}
END_TEST

START_TEST(test_looks)
{
    static const struct look_rule rules[] = {
        {TEST_IS, "Failed", COLOR_BAD},      {TEST_IS, "7", COLOR_NEUTRAL},
        {TEST_BELOW, "0", COLOR_WARNING},    {TEST_AT_MOST, "1", COLOR_INFO},
        {TEST_AT_LEAST, "10.5", COLOR_GOOD}, {TEST_ABOVE, "5", COLOR_WARNING},
    };
    static const struct column_look colored = {.rules = rules, .nrules = ROWS_COUNT(rules)};
    static const struct look_rule any[] = {{TEST_IS, LONG600 "x", COLOR_BAD}};
    static const struct column_look folded = {.rules = any, .nrules = 1};
    static const struct column_look bar = {.bar = true, .number_format = "#,##0"};
    static const struct column_look odd = {.number_format = "# ?/?"};
    static const struct column_look day = {.number_format = "ddd d mmm"};
    static const struct {
        enum column_type type;
        struct cell cell;
        const struct column_look *look;
        const char *want;
    } cases[] = {
        {COLUMN_TEXT, CELL("FAILED"), &colored, "<td><span class=\"bad\">FAILED</span></td>"},
        {COLUMN_TEXT, CELL("failed "), &colored, "<td>failed </td>"},
        {COLUMN_TEXT, CELL("-1"), &colored, "<td>-1</td>"}, /* no number */
        {COLUMN_TEXT, CELL_NULL, &colored, "<td></td>"},
        {COLUMN_INTEGER, CELL("-1"), &colored, "<td><span class=\"warning\">-1</span></td>"},
        {COLUMN_DECIMAL, CELL("1.00"), &colored, "<td><span class=\"info\">1.00</span></td>"},
        {COLUMN_DECIMAL, CELL("7.00"), &colored, "<td><span class=\"neutral\">7.00</span></td>"},
        {COLUMN_DECIMAL, CELL("10.5"), &colored, "<td><span class=\"good\">10.5</span></td>"},
        {COLUMN_DECIMAL, CELL("10.4"), &colored, "<td><span class=\"warning\">10.4</span></td>"},
        {COLUMN_DECIMAL, CELL("3"), &colored, "<td>3</td>"},
        {COLUMN_TEXT, CELL(LONG600 "x"), &folded,
         "<td><details class=\"bad\"><summary>" LONG100 LONG100 LONG100 LONG100
         "</summary>" LONG100 LONG100 "x</details></td>"},
        {COLUMN_INTEGER, CELL("1234"), &bar, "<td class=\"bar\" style=\"--v:1234\">1,234</td>"},
        {COLUMN_INTEGER, CELL("-1234"), &bar,
         "<td class=\"bar below\" style=\"--v:-1234\">-1,234</td>"},
        {COLUMN_INTEGER, CELL_NULL, &bar, "<td></td>"},
        {COLUMN_DECIMAL, CELL("5.5"), &odd, "<td>5.5</td>"},
        {COLUMN_DATE, CELL("2026-11-23"), &day,
         "<td><time datetime=\"2026-11-23\">Mon 23 Nov</time></td>"},
    };
    struct render_notes notes;
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        char *got = one_cell(cases[i].type, cases[i].cell, cases[i].look, "en", &notes);
        ck_assert_msg(strcmp(got, cases[i].want) == 0, "case %zu: got %s, want %s", i, got,
                      cases[i].want);
        free(got);
    }
}
END_TEST

int main(void)
{
    return unit_main("html_value",
                     (const TTest *const[]){test_values, test_long_text, test_looks, NULL});
}
