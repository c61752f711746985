#include <string.h>
#include <unistd.h>

#include "tests/unit/xlsx_parts.h"

/* Writes one column and proves it; returns the data sheet's XML. */
static char *column_xml(enum column_type type, const char *number_format, const struct cell *cells,
                        size_t n, const struct format_options *options, struct render_notes *notes)
{
    struct err e = {0};
    const struct column_look look = {.number_format = number_format};
    struct column column = {"v", "V", type, &look};
    struct rows rows;
    struct proof proof;
    uint64_t nrows = n;
    const char *path = rows_path("column.xlsx");
    rows_init(&rows, &column, 1, cells, n);
    ck_ok(rows_write(&format_xlsx, options, path, &rows, notes, &e), &e);
    ck_ok(rows_verify(&format_xlsx, path, options, nrows, &proof, &e), &e);
    return parts_read(path, "xl/worksheets/sheet2.xml");
}

START_TEST(test_values)
{
    static const struct {
        enum column_type type;
        struct cell cell;
        const char *want; /* in cell A2 */
        unsigned numbers, dates, replaced;
    } cases[] = {
        {COLUMN_TEXT, CELL("plain"), " t=\"inlineStr\"><is><t>plain</t></is></c>", 0, 0, 0},
        {COLUMN_TEXT, CELL("=1+1"), " t=\"inlineStr\"><is><t>=1+1</t></is></c>", 0, 0, 0},
        {COLUMN_TEXT, CELL("http://x"), " t=\"inlineStr\"><is><t>http://x</t></is></c>", 0, 0, 0},
        {COLUMN_TEXT, CELL("</t>]]>&\""), "<t>&lt;/t&gt;]]&gt;&amp;\"</t>", 0, 0, 0},
        {COLUMN_TEXT, CELL("_x0041_"), "<t>_x005F_x0041_</t>", 0, 0, 0},
        {COLUMN_TEXT, CELL("a\x01\x0b\x1b\r"), "<t>a_x0001__x000B__x001B__x000D_</t>", 0, 0, 0},
        {COLUMN_TEXT, CELL(" blank\n"), "<t xml:space=\"preserve\"> blank\n</t>", 0, 0, 0},
        {COLUMN_TEXT, CELL("a\0b"),
         "<t>a\xef\xbf\xbd"
         "b</t>",
         0, 0, 1},
        {COLUMN_TEXT, CELL("\xff\xfe"), "<t>\xef\xbf\xbd\xef\xbf\xbd</t>", 0, 0, 2},
        {COLUMN_TEXT, CELL("\xef\xbf\xbe|\xed\xa0\x80"), "<t>\xef\xbf\xbd|\xef\xbf\xbd</t>", 0, 0,
         2},
        {COLUMN_TEXT, CELL("😀 é"), "<t>😀 é</t>", 0, 0, 0},
        {COLUMN_TEXT, CELL(""), "<c r=\"A2\"/>", 0, 0, 0},
        {COLUMN_TEXT, CELL_NULL, "<c r=\"A2\"/>", 0, 0, 0},
        {COLUMN_INTEGER, CELL("-5"), "<v>-5</v>", 0, 0, 0},
        {COLUMN_INTEGER, CELL("999999999999999"), "<v>999999999999999</v>", 0, 0, 0},
        {COLUMN_INTEGER, CELL("12345678901234567890"), "<t>12345678901234567890</t>", 1, 0, 0},
        {COLUMN_DECIMAL, CELL("12.50"), "<v>12.5</v>", 0, 0, 0},
        {COLUMN_DECIMAL, CELL("9.950"), "<v>9.95</v>", 0, 0, 0},
        {COLUMN_DECIMAL, CELL("0.1234567890123456"), "<t>0.1234567890123456</t>", 1, 0, 0},
        {COLUMN_FLOAT, CELL("1e308"), "<v>1E+308</v>", 0, 0, 0},
        {COLUMN_BOOLEAN, CELL("1"), " t=\"b\"><v>1</v>", 0, 0, 0},
        {COLUMN_BOOLEAN, CELL("2"), "<v>2</v>", 0, 0, 0},
        {COLUMN_DATE, CELL("2026-11-23"), "<v>46349</v>", 0, 0, 0},
        {COLUMN_DATE, CELL("0000-00-00"), "<t>0000-00-00</t>", 0, 1, 0},
        {COLUMN_DATE, CELL("1600-01-01"), "<t>1600-01-01</t>", 0, 1, 0},
        {COLUMN_DATETIME, CELL("2026-11-23 12:00:00"), "<v>46349.5</v>", 0, 0, 0},
        {COLUMN_TIME, CELL("36:00:00"), "<v>1.5</v>", 0, 0, 0},
        {COLUMN_TIME, CELL("-838:59:59"), "<t>-838:59:59</t>", 0, 1, 0},
        {COLUMN_JSON, CELL("[\"a\", \"b\", 3]"), "<t>a, b, 3</t>", 0, 0, 0},
        {COLUMN_JSON, CELL("{\"a\": 1}"), "<t>{\"a\":1}</t>", 0, 0, 0},
        {COLUMN_JSON, CELL("oops"), "<t>oops</t>", 0, 0, 0},
        {COLUMN_BINARY, CELL("\x00\xff"), "<t>00ff</t>", 0, 0, 0},
    };
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct render_notes notes;
        char *xml =
            column_xml(cases[i].type, NULL, &cases[i].cell, 1, &format_default_options, &notes);
        char *row = strstr(xml, "<row r=\"2\"");
        ck_assert_ptr_nonnull(row);
        parts_has(row, cases[i].want);
        ck_assert_ptr_null(strstr(xml, "<f>"));
        ck_assert_ptr_null(strstr(xml, "hyperlink"));
        ck_assert_msg(notes.numbers_as_text == cases[i].numbers, "case %zu: numbers", i);
        ck_assert_msg(notes.dates_as_text == cases[i].dates, "case %zu: dates", i);
        ck_assert_msg(notes.replaced_characters == cases[i].replaced, "case %zu: replaced", i);
        free(xml);
    }
}
END_TEST

START_TEST(test_what_is_no_number_fails)
{
    static const struct cell cells[] = {CELL("nan"), CELL("inf"), CELL("-inf"), CELL("1e309")};
    static const struct column column = {"v", "V", COLUMN_FLOAT, NULL};
    struct err e = {0};
    for (size_t i = 0; i < ROWS_COUNT(cells); i++) {
        struct rows rows;
        rows_init(&rows, &column, 1, &cells[i], 1);
        ck_error(rows_write(&format_xlsx, &format_default_options, rows_path("nan.xlsx"), &rows,
                            NULL, &e),
                 &e, "column \"v\"");
        ck_assert_int_eq(e.kind, ERR_DATA);
    }
}
END_TEST

START_TEST(test_long_texts)
{
    static const struct column column = {"v", "V", COLUMN_TEXT, NULL};
    struct format_options options = format_default_options;
    struct render_notes notes;
    struct err e = {0};
    struct rows rows;
    size_t len = 4 * 32767;
    char *emoji = xmalloc(len);
    for (size_t i = 0; i < len; i += 4)
        memcpy(emoji + i, "😀", 4);
    struct cell cell = {emoji, len};
    rows_init(&rows, &column, 1, &cell, 1);
    ck_error(rows_write(&format_xlsx, &options, rows_path("long.xlsx"), &rows, NULL, &e), &e,
             "column \"v\": a text of 65534 characters");
    ck_assert_int_eq(e.kind, ERR_DATA);
    ck_assert_ptr_nonnull(strstr(e.hint, "too_long"));
    options.xlsx_truncate = true;
    char *xml = column_xml(COLUMN_TEXT, NULL, &cell, 1, &options, &notes);
    parts_has(xml, "😀… [cut]</t>");
    ck_assert_uint_eq(notes.truncated_texts, 1);
    free(xml);
    free(emoji);
}
END_TEST

START_TEST(test_sheet)
{
    static const struct column_look percent = {.number_format = "0.0%", .width = 12.5};
    static const struct column columns[] = {
        {"id", "Id", COLUMN_INTEGER, NULL},
        {"rate", "Error rate", COLUMN_DECIMAL, &percent},
        {"note", "Note", COLUMN_TEXT, NULL},
    };
    static const struct cell cells[] = {CELL("1"), CELL("0.25"), CELL("x"),
                                        CELL_NULL, CELL_NULL,    CELL_NULL};
    struct err e = {0};
    struct rows rows;
    struct proof proof;
    uint64_t n = 2;
    const char *path = rows_path("sheet.xlsx");
    rows_init(&rows, columns, 3, cells, 2);
    ck_ok(rows_write(&format_xlsx, &format_default_options, path, &rows, NULL, &e), &e);
    ck_ok(rows_verify(&format_xlsx, path, &format_default_options, n, &proof, &e), &e);
    char sha256[HASH_HEX_SIZE];
    ck_ok(hash_file(path, sha256, &e), &e);
    ck_assert_str_eq(proof.sha256, sha256);
    char *xml = parts_read(path, "xl/worksheets/sheet2.xml");
    parts_has(xml,
              "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>");
    parts_has(xml, "<autoFilter ref=\"A1:C3\"/>");
    parts_has(xml, "width=\"13.2"); /* 12.5 and the library's padding */
    parts_has(xml, "<row r=\"3\"");
    free(xml);
    xml = parts_read(path, "xl/styles.xml");
    parts_has(xml, "formatCode=\"0.0%\"");
    free(xml);
    xml = parts_read(path, "xl/workbook.xml");
    parts_has(xml, "<sheet name=\"About\"");
    parts_has(xml, "<sheet name=\"Videos\"");
    free(xml);
    xml = parts_read(path, "xl/worksheets/sheet1.xml");
    parts_has(xml, "Daily report");
    parts_has(xml, "Müller &amp; Söhne");
    parts_has(xml, "November 2026");
    parts_has(xml, "2026-11-01 00:00 UTC");
    parts_has(xml, "2026-12-01 00:00 UTC");
    parts_has(xml, "2026-12-01 02:00 UTC");
    parts_has(xml, "Videos");
    free(xml);
    xml = parts_read(path, "docProps/core.xml");
    parts_has(xml, "2026-12-01T02:00:00Z");
    parts_has(xml, "<dc:creator>pressrun</dc:creator>");
    free(xml);
}
END_TEST

START_TEST(test_no_rows)
{
    struct render_notes notes;
    char *xml = column_xml(COLUMN_TEXT, NULL, NULL, 0, &format_default_options, &notes);
    parts_has(xml, "<autoFilter ref=\"A1\"/>");
    parts_has(xml, "There is nothing to report for this period.");
    parts_has_not(xml, "<row r=\"3\"");
    free(xml);
}
END_TEST

/* Rows beyond a sheet's last go on in the next one; the check knows which sheet has how many. */
START_TEST(test_more_rows_than_a_sheet)
{
    static const struct column column = {"v", "V", COLUMN_INTEGER, NULL};
    static const struct cell cell = CELL("7");
    enum { LIMIT = 5 };
    struct err e = {0};
    struct proof proof;
    for (uint64_t n = 0; n <= 9; n++) {
        const char *path = rows_path("many.xlsx");
        struct result a = {"a", "Videos", NULL, &column, 1}, b = {"b", "videos", NULL, &column, 1};
        struct writer *w = NULL;
        struct rendered rows[2] = {{.rows = n}, {.rows = 9 - n}};
        ck_ok(xlsx_open_limited(&w, path, unit_temp_dir(), &rows_document, &format_default_options,
                                LIMIT, &e),
              &e);
        for (int k = 0; k < 2; k++) {
            ck_ok(format_xlsx.begin(w, k ? &b : &a, &e), &e);
            for (uint64_t i = 0; i < rows[k].rows; i++)
                ck_ok(format_xlsx.row(w, &cell, &e), &e);
            ck_ok(format_xlsx.end(w, &e), &e);
        }
        ck_ok(format_xlsx.finish(w, &e), &e);
        format_xlsx.free(w);
        ck_ok(xlsx_check(path, rows, 2, LIMIT, &proof, &e), &e);
        rows[0].rows++;
        ck_assert_int_eq(xlsx_check(path, rows, 2, LIMIT, &proof, &e), -1);
        ck_assert_int_eq(e.kind, ERR_IO);
        if (n != 9)
            continue;
        char *xml = parts_read(path, "xl/workbook.xml");
        parts_has(xml, "\"Videos\"");
        parts_has(xml, "\"Videos (2)\"");
        parts_has(xml, "\"Videos (3)\"");
        parts_has(xml, "\"videos (4)\"");
        free(xml);
        xml = parts_read(path, "xl/worksheets/sheet4.xml");
        parts_has(xml, "<autoFilter ref=\"A1:A2\"/>");
        free(xml);
    }
}
END_TEST

START_TEST(test_same_bytes)
{
    static const struct column columns[] = {{"a", "A", COLUMN_TEXT, NULL},
                                            {"b", "B", COLUMN_DATETIME, NULL}};
    static const struct cell cells[] = {CELL("x"), CELL("2026-11-23 10:00:00")};
    static const char *const zones[] = {"UTC", "Asia/Tokyo", "America/New_York"};
    struct err e = {0};
    struct rows rows;
    uint64_t n = 100;
    struct proof proof[3];
    for (size_t i = 0; i < 3; i++) {
        const char *path = rows_path("same.xlsx");
        setenv("TZ", zones[i], 1);
        tzset();
        if (i == 2)
            sleep(3); /* the clock must not be in it: ZIP times have two seconds */
        rows_init(&rows, columns, 2, cells, 1);
        rows.repeat = n;
        ck_ok(rows_write(&format_xlsx, &format_default_options, path, &rows, NULL, &e), &e);
        ck_ok(rows_verify(&format_xlsx, path, &format_default_options, n, &proof[i], &e), &e);
    }
    ck_assert_str_eq(proof[0].sha256, proof[1].sha256);
    ck_assert_str_eq(proof[0].sha256, proof[2].sha256);
}
END_TEST

START_TEST(test_hostile_document)
{
    static const struct column column = {"v", "<&\">\x01", COLUMN_TEXT, NULL};
    static const struct cell cell = CELL("x");
    struct document doc = rows_document;
    struct result r = {"r", "</sheet>&[\"'", NULL, &column, 1};
    struct writer *w = NULL;
    struct err e = {0};
    struct proof proof;
    uint64_t n = 1;
    const char *path = rows_path("hostile.xlsx");
    doc.title = "</title>\x01\xef\xbf\xbe & \"x\"";
    doc.description = "=1+1\n<b>";
    doc.tenant_name = "_x0041_ =cmd|x \x1b[31m";
    doc.timezone = "Mars/Olympus";
    ck_ok(format_xlsx.open(&w, path, unit_temp_dir(), &doc, &format_default_options, &e), &e);
    ck_ok(format_xlsx.begin(w, &r, &e), &e);
    ck_ok(format_xlsx.row(w, &cell, &e), &e);
    ck_ok(format_xlsx.end(w, &e), &e);
    ck_ok(format_xlsx.finish(w, &e), &e);
    format_xlsx.free(w);
    ck_ok(rows_verify(&format_xlsx, path, &format_default_options, n, &proof, &e), &e);
}
END_TEST

/*
 * A full disk, whatever is being written when it fills: our own writes say so, and of what the
 * library wrote nothing is believed. From a size at which all of the workbook fits, down to none.
 */
START_TEST(test_full_disk)
{
    static const struct column columns[] = {{"a", "A", COLUMN_TEXT, NULL},
                                            {"b", "B", COLUMN_TEXT, NULL}};
    enum { NROWS = 1000, REPEAT = 8 };
    struct arena arena = {0};
    struct cell *cells = rows_random(&arena, NROWS * 2);
    struct err e = {0};
    struct rows rows;
    struct proof proof;
    unsigned whole = 0, refused = 0;
    for (rlim_t size = 1 << 21; size; size -= size / 3 + 1) {
        const char *path = rows_path("full.xlsx");
        rows_init(&rows, columns, 2, cells, NROWS);
        rows.repeat = REPEAT;
        rows_limit_files(size);
        int rc = rows_write(&format_xlsx, &format_default_options, path, &rows, NULL, &e);
        rows_limit_files(RLIM_INFINITY);
        if (rc == 0) {
            whole++;
            ck_ok(rows_verify(&format_xlsx, path, &format_default_options, NROWS * REPEAT, &proof,
                              &e),
                  &e);
            ck_assert_uint_le(proof.size_bytes, size);
        } else {
            refused++;
            ck_assert_msg(e.kind == ERR_IO && e.transient && e.hint[0], "%llu bytes: %s",
                          (unsigned long long)size, e.msg);
        }
    }
    ck_assert(whole > 0 && refused > 20);
    arena_release(&arena);
}
END_TEST

int main(void)
{
    return unit_main("xlsx", (const TTest *const[]){test_values, test_what_is_no_number_fails,
                                                    test_long_texts, test_sheet, test_no_rows,
                                                    test_more_rows_than_a_sheet, test_same_bytes,
                                                    test_hostile_document, test_full_disk, NULL});
}
