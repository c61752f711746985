#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "formats/xml_parse.h"
#include "tests/unit/xlsx_parts.h"

/* A workbook of ours with two rows; the caller frees it. */
static char *make(size_t *len)
{
    static const struct column columns[] = {{"a", "A", COLUMN_TEXT, NULL},
                                            {"b", "B", COLUMN_INTEGER, NULL}};
    static const struct cell cells[] = {CELL("Grüße"), CELL("1"), CELL("x"), CELL("2")};
    struct err e = {0};
    struct rows rows;
    const char *path = rows_path("good.xlsx");
    rows_init(&rows, columns, 2, cells, 2);
    ck_ok(rows_write(&format_xlsx, &format_default_options, path, &rows, NULL, &e), &e);
    return rows_read(path, len);
}

static int check(const char *data, size_t len, uint64_t rows, struct err *e)
{
    struct proof proof;
    const char *path = rows_path("check.xlsx");
    rows_put(path, data, len);
    return rows_verify(&format_xlsx, path, &format_default_options, rows, &proof, e);
}

START_TEST(test_counts)
{
    size_t len;
    struct err e = {0};
    char *data = make(&len);
    ck_ok(check(data, len, 2, &e), &e);
    ck_error(check(data, len, 1, &e), &e, "holds 3 rows with its header, 2 were written");
    ck_error(check(data, len, 3, &e), &e, "holds 3 rows with its header, 4 were written");
    ck_error(check(data, len, 2000000, &e), &e, "xl/worksheets/sheet2.xml");
    free(data);
}
END_TEST

START_TEST(test_cuts)
{
    size_t len;
    struct err e = {0};
    char *data = make(&len);
    for (size_t cut = 0; cut < len; cut += cut < len - 100 ? 13 : 1)
        ck_assert_msg(check(data, cut, 2, &e) == -1, "cut at %zu", cut);
    free(data);
}
END_TEST

/* All that is in the file: names and contents, one behind the other. */
static void unpack(const char *data, size_t len, struct buf *out)
{
    struct zip z;
    struct err e = {0};
    const char *path = rows_path("unpack.xlsx");
    buf_clear(out);
    rows_put(path, data, len);
    ck_ok(zip_read_open(&z, path, &e), &e);
    for (size_t i = 0; i < z.n; i++) {
        buf_add_str(out, z.members[i].name);
        ck_ok(zip_read_member(&z, &z.members[i], parts_keep, out, &e), &e);
    }
    zip_read_release(&z);
}

/*
 * What a flipped bit may do unseen is nothing: times and versions in headers, and other ways for
 * deflate to say the same. The contents must be what they were.
 */
START_TEST(test_flips)
{
    size_t len, unseen = 0;
    struct err e = {0};
    struct buf before, after;
    char *data = make(&len);
    buf_init(&before, 1 << 24);
    buf_init(&after, 1 << 24);
    unpack(data, len, &before);
    for (size_t i = 0; i < len; i += 5) {
        char was = data[i];
        data[i] = (char)(was ^ 1 << i % 8);
        if (check(data, len, 2, &e) == 0) {
            unseen++;
            unpack(data, len, &after);
            ck_assert_msg(after.len == before.len &&
                              memcmp(after.data, before.data, before.len) == 0,
                          "flip at %zu", i);
        }
        data[i] = was;
    }
    ck_assert_msg(unseen < len / 10, "%zu of %zu flips", unseen, len / 5);
    buf_release(&before);
    buf_release(&after);
    free(data);
}
END_TEST

static void put(struct buf *b, uint64_t value, unsigned n)
{
    for (; n; n--, value >>= 8)
        buf_add_char(b, (char)(value & 0xff));
}

/* A ZIP file with stored members, by the book but for what a test wants to be wrong. */
struct part {
    const char *name, *text;
};

static void add_member(struct buf *file, struct buf *directory, const struct part *p)
{
    size_t len = strlen(p->text), name = strlen(p->name);
    unsigned long crc = crc32(0, (const unsigned char *)p->text, (unsigned)len);
    size_t offset = file->len;
    for (int local = 1; local >= 0; local--) {
        struct buf *b = local ? file : directory;
        buf_add(b, local ? "PK\3\4" : "PK\1\2\0", 4);
        put(b, 20, local ? 2 : 4);
        put(b, 0, 8); /* flags, method, time */
        put(b, crc, 4);
        put(b, len, 4);
        put(b, len, 4);
        put(b, name, 2);
        put(b, 0, local ? 2 : 12);
        if (!local)
            put(b, offset, 4);
        buf_add(b, p->name, name);
    }
    buf_add(file, p->text, len);
}

/* Puts the parts together; the caller releases the file. */
static void pack(const struct part *parts, size_t n, struct buf *file)
{
    struct buf directory;
    buf_init(file, 1 << 20);
    buf_init(&directory, 1 << 20);
    for (size_t i = 0; i < n; i++)
        add_member(file, &directory, &parts[i]);
    size_t at = file->len;
    buf_add(file, directory.data, directory.len);
    buf_add(file, "PK\5\6\0\0\0\0", 8);
    put(file, n, 2);
    put(file, n, 2);
    put(file, directory.len, 4);
    put(file, at, 4);
    put(file, 0, 2);
    buf_release(&directory);
}

static int check_parts(const struct part *parts, size_t n, uint64_t rows, struct err *e)
{
    struct buf file;
    pack(parts, n, &file);
    int rc = check(file.data, file.len, rows, e);
    buf_release(&file);
    return rc;
}

START_TEST(test_parts)
{
    static const char row2[] = "<worksheet><row r=\"1\"/><row r=\"2\"/></worksheet>";
    static const struct part good[] = {
        {"[Content_Types].xml", "<a/>"},    {"_rels/.rels", "<a/>"},
        {"xl/workbook.xml", "<a/>"},        {"xl/_rels/workbook.xml.rels", "<a/>"},
        {"xl/styles.xml", "<a/>"},          {"xl/worksheets/sheet1.xml", "<worksheet/>"},
        {"xl/worksheets/sheet2.xml", row2},
    };
    enum { N = sizeof(good) / sizeof(good[0]) };
    static const struct {
        size_t replace;
        struct part part;
        const char *wrong;
    } cases[] = {
        {0, {"x.xml", "<a/>"}, "\"[Content_Types].xml\" is missing"},
        {4, {"styles.xml", "<a/>"}, "\"xl/styles.xml\" is missing"},
        {4, {"xl/vbaProject.bin", "x"}, "is missing"},
        {6, {"evil.bin", "x"}, "doesn't belong"},
        {6, {"xl/worksheets/sheet2.xml", "<worksheet><row/><row/>"}, "ends before"},
        {6, {"xl/worksheets/sheet2.xml", "<worksheet><row/><row/></work>"}, "another element"},
        {6, {"xl/worksheets/sheet2.xml", "<worksheet><row/></worksheet>"}, "holds 1 rows"},
        {6, {"xl/worksheets/sheet2.xml", "<other><row/><row/></other>"}, "not a worksheet"},
        {6, {"xl/worksheets/sheet3.xml", row2}, "sheet3.xml"},
        {6, {"xl/worksheets/sheet2.xml", "<worksheet>\xff</worksheet>"}, "UTF-8"},
        {6, {"xl/worksheets/sheet2.xml", "<worksheet>\xc3"}, "inside a character"},
        {6, {"xl/other.xml", "<a/>"}, "2 sheets were written, but the file holds 1"},
    };
    struct err e = {0};
    ck_ok(check_parts(good, N, 1, &e), &e);
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct part parts[N];
        memcpy(parts, good, sizeof(good));
        parts[cases[i].replace] = cases[i].part;
        ck_error(check_parts(parts, N, 1, &e), &e, cases[i].wrong);
    }
}
END_TEST

/* ---- what is lost or added in a sheet ---- */

static const struct column_look sum = {.total = TOTAL_SUM};
static const struct column total_columns[] = {{"a", "A", COLUMN_TEXT, NULL},
                                              {"b", "B", COLUMN_INTEGER, &sum}};
static const struct cell total_cells[] = {CELL("x"), CELL("1"), CELL("y"), CELL("2")};

/* Takes a row out of a sheet's XML, or puts it in twice. */
static char *with_row(const char *xml, const char *row, int times)
{
    struct buf out;
    const char *begin = strstr(xml, row);
    ck_assert_msg(begin != NULL, "no %s in %s", row, xml);
    const char *end = strstr(begin, "</row>") + strlen("</row>");
    buf_init(&out, 1 << 20);
    buf_add(&out, xml, (size_t)(begin - xml));
    for (int i = 0; i < times; i++)
        buf_add(&out, begin, (size_t)(end - begin));
    buf_add_str(&out, end);
    return out.data;
}

/* Checks a workbook again, in which a part has another text. */
static int check_with(const char *path, const struct parts_sheet *sheets, size_t n,
                      const char *part, const char *text, struct err *e)
{
    struct zip z;
    struct part parts[64];
    struct buf texts[64], file;
    ck_ok(zip_read_open(&z, path, e), e);
    ck_assert_uint_le(z.n, ROWS_COUNT(parts));
    for (size_t i = 0; i < z.n; i++) {
        buf_init(&texts[i], 1 << 20);
        ck_ok(zip_read_member(&z, &z.members[i], parts_keep, &texts[i], e), e);
        bool other = strcmp(z.members[i].name, part) == 0;
        parts[i] = (struct part){z.members[i].name, other ? text : texts[i].data};
    }
    pack(parts, z.n, &file);
    const char *copy = rows_path("mutated.xlsx");
    rows_put(copy, file.data, file.len);
    int rc = parts_check(copy, sheets, n, XLSX_MAX_ROWS, e);
    for (size_t i = 0; i < z.n; i++)
        buf_release(&texts[i]);
    buf_release(&file);
    zip_read_release(&z);
    return rc;
}

START_TEST(test_lost_rows)
{
    static const struct parts_sheet sheet = PARTS_SHEET("a", "A", NULL, total_columns, total_cells);
    static const char part[] = "xl/worksheets/sheet2.xml";
    static const struct {
        const char *row, *what;
    } cases[] = {{"<row r=\"1\"", "header"}, {"<row r=\"3\"", "data"}, {"<row r=\"4\"", "totals"}};
    struct err e = {0};
    const char *path = parts_make(&rows_document, &sheet, 1, XLSX_MAX_ROWS);
    char *xml = parts_read(path, part);
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        char *same = with_row(xml, cases[i].row, 1), *lost = with_row(xml, cases[i].row, 0),
             *twice = with_row(xml, cases[i].row, 2);
        ck_assert_str_eq(same, xml);
        ck_ok(check_with(path, &sheet, 1, part, same, &e), &e);
        ck_error(check_with(path, &sheet, 1, part, lost, &e), &e,
                 "holds 3 rows with its header, 4 were written");
        ck_error(check_with(path, &sheet, 1, part, twice, &e), &e,
                 "holds 5 rows with its header, 4 were written");
        free(same);
        free(lost);
        free(twice);
    }
    free(xml);
}
END_TEST

/* A sheet without rows is as long as one with one row. */
START_TEST(test_none_or_one)
{
    static const struct column columns[] = {{"a", "A", COLUMN_TEXT, NULL}};
    static const struct cell cells[] = {CELL("x")};
    static const struct parts_sheet one = PARTS_SHEET("a", "A", NULL, columns, cells),
                                    none = {{"a", "A", NULL, columns, 1}, NULL, 0};
    struct err e = {0};
    const char *path = parts_make(&rows_document, &one, 1, XLSX_MAX_ROWS);
    ck_error(parts_check(path, &none, 1, XLSX_MAX_ROWS, &e), &e, "holds a row, none was written");
    path = parts_make(&rows_document, &none, 1, XLSX_MAX_ROWS);
    ck_error(parts_check(path, &one, 1, XLSX_MAX_ROWS, &e), &e,
             "says that there are no rows, but some were written");
}
END_TEST

START_TEST(test_xml)
{
    static const struct {
        const char *text;
        const char *wrong; /* NULL: well-formed */
    } cases[] = {
        {"<a/>", NULL},
        {"<?xml version=\"1.0\"?>\n<a b=\"c\" d='e'><x:f/>t&amp;&#9;&#x20AC;</a>\n", NULL},
        {"<a >é&lt;&gt;&quot;&apos;</a>", NULL},
        {"", "ends before"},
        {"<a>", "ends before"},
        {"<a", "ends before"},
        {"x<a/>", "outside"},
        {"<a/>x", "outside"},
        {"<a/><b/>", "outside"},
        {"<a></b>", "another element"},
        {"</a>", "without its element"},
        {"<a><b></a></b>", "another element"},
        {"<a b></a>", "without a value"},
        {"<a b=c/>", "without quotes"},
        {"<a b=\"c\"d=\"e\"/>", "wrong character inside a tag"},
        {"<a b=\"<\"/>", "a < inside"},
        {"<a>></a>", "a > inside"},
        {"<a>&nbsp;</a>", "unknown entity"},
        {"<a>& </a>", "unfinished entity"},
        {"<a>&#0;</a>", "unknown entity"},
        {"<a>&#xD800;</a>", "unknown entity"},
        {"<a>&#xFFFF;</a>", "unknown entity"},
        {"<a>&#x110000;</a>", "unknown entity"},
        {"<a>&#;</a>", "unknown entity"},
        {"<a>\x01</a>", "XML forbids"},
        {"<a>\xef\xbf\xbe</a>", "XML forbids"},
        {"<a>\xef\xbf\xbd</a>", NULL},
        {"<a b=\"\x1b\"/>", "XML forbids"},
        {"<!DOCTYPE a><a/>", "wrong character"},
        {"<a><![CDATA[x]]></a>", "wrong character"},
        {"<1/>", "wrong character"},
    };
    struct xml_parser p;
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        xml_parse_init(&p, "f");
        int rc = xml_parse_feed(&p, cases[i].text, strlen(cases[i].text));
        if (rc == 0)
            rc = xml_parse_end(&p);
        ck_assert_msg((rc == 0) == (cases[i].wrong == NULL), "%s: %s", cases[i].text,
                      rc ? p.wrong : "taken");
        if (cases[i].wrong)
            ck_assert_msg(strstr(p.wrong, cases[i].wrong) != NULL, "%s: %s", cases[i].text,
                          p.wrong);
    }
    xml_parse_init(&p, "a");
    for (int i = 0; i < XML_MAX_DEPTH; i++)
        ck_assert_int_eq(xml_parse_feed(&p, "<a>", 3), 0);
    ck_assert_uint_eq(p.count, XML_MAX_DEPTH);
    ck_assert_int_eq(xml_parse_feed(&p, "<a>", 3), -1);
}
END_TEST

int main(void)
{
    return unit_main("xlsx_check",
                     (const TTest *const[]){test_counts, test_cuts, test_flips, test_parts,
                                            test_lost_rows, test_none_or_one, test_xml, NULL});
}
