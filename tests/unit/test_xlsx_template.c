/* Packages of libxlsxwriter are taken only when they are whole, and serve other tenants without a
 * trace of those they were made for. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "formats/deflate.h"
#include "formats/xlsx_library.h"
#include "formats/xlsx_templates.h"
#include "formats/zip_write.h"
#undef CELL /* the library's, and no business of ours */
#include "tests/unit/xlsx_parts.h"
#include "tests/unit/xlsx_samples.h"

/* ---- what the library made ---- */

enum { MAX_PARTS = 32, FIRST_ROW = 1000000 };

/* A package as the library makes it, but for one part: all that is in the file. */
struct package {
    struct zip zip;
    struct buf parts[MAX_PARTS];
};

static void describe(struct xlsx_frame *f)
{
    static const struct xlsx_properties properties = {"Title", "Subject", "Company", "Comments",
                                                      1796090400};
    static const struct xlsx_point points[] = {{"é", 0, false}, {NULL, 2, true}};
    static char formula[] = "'Rows'!$A$2:$A$9";
    const struct xlsx_series series = {"s", {formula, points, 2}, {formula, points, 2}};
    const struct xlsx_chart chart = {
        .kind = CHART_COLUMN, .title = "Chart", .series = &series, .nseries = 1};
    const double widths[] = {10, 20};
    struct xlsx_style style = {.bold = true};
    xlsx_frame_init(f);
    xlsx_frame_properties(f, &properties);
    xlsx_frame_cover(f, xlsx_frame_sheet(f, "About", "'About'", "&Lfooter", false), 4, 26, 80);
    xlsx_frame_extent(f, 0, 0, 12, 3);
    unsigned sheet = xlsx_frame_sheet(f, "Rows", "'Rows'", "&Lfooter", false);
    xlsx_frame_style(f, &style);
    xlsx_frame_table(f, sheet, -1, false);
    xlsx_frame_filter(f, sheet, 8, 1);
    xlsx_frame_bars(f, sheet, 1, 8);
    xlsx_frame_widths(f, sheet, widths, 2);
    xlsx_frame_extent(f, sheet, 0, 9, 1);
    xlsx_frame_place_chart(f, sheet, 1, 3, xlsx_frame_chart(f, &chart), "Chart");
}

static void make_package(struct package *p, const struct xlsx_frame *f)
{
    struct err e = {0};
    struct xlsx_library l;
    const char *path = rows_path("library.xlsx");
    ck_ok(xlsx_library_open(&l, f, path, unit_temp_dir(), &e), &e);
    ck_assert_uint_eq(l.first_row, FIRST_ROW);
    ck_ok(xlsx_library_run(&l, &e), &e);
    ck_ok(xlsx_library_close(&l, &e), &e);
    xlsx_library_release(&l);
    ck_ok(zip_read_open(&p->zip, path, &e), &e);
    ck_assert_uint_le(p->zip.n, MAX_PARTS);
    for (size_t i = 0; i < p->zip.n; i++) {
        buf_init(&p->parts[i], 1 << 24);
        ck_ok(zip_read_member(&p->zip, &p->zip.members[i], parts_keep, &p->parts[i], &e), &e);
    }
}

static void release(struct package *p, struct xlsx_frame *f)
{
    for (size_t i = 0; i < p->zip.n; i++)
        buf_release(&p->parts[i]);
    zip_read_release(&p->zip);
    xlsx_frame_release(f);
}

/* Takes the package, in which one part has other bytes. */
static int take(const struct package *p, const struct xlsx_frame *f, size_t other, const char *text,
                size_t len, struct err *e)
{
    struct zip_write z;
    const char *path = rows_path("package.xlsx");
    ck_ok(zip_write_open(&z, path, e), e);
    for (size_t i = 0; i < p->zip.n; i++) {
        const char *s = i == other ? text : p->parts[i].data;
        size_t n = i == other ? len : p->parts[i].len;
        const struct zip_member m = {
            .name = p->zip.members[i].name, .packed = n, .size = n, .crc = deflate_crc32(0, s, n)};
        zip_write_member(&z, &m);
        output_add(&z.out, s, n);
    }
    ck_ok(zip_write_close(&z, e), e);
    zip_write_release(&z);
    int fd = open(path, O_RDONLY);
    struct xlsx_template *t = xlsx_template_read(fd, f, FIRST_ROW, e);
    int rc = t ? 0 : -1;
    xlsx_template_free(t);
    close(fd);
    unlink(path);
    return rc;
}

/* On a full disk the library writes half of a part, or nothing of it, and reports success. */
START_TEST(test_cut_parts)
{
    struct package p;
    struct xlsx_frame f;
    struct err e = {0};
    describe(&f);
    make_package(&p, &f);
    ck_ok(take(&p, &f, MAX_PARTS, NULL, 0, &e), &e);
    for (size_t i = 0; i < p.zip.n; i++) {
        size_t len = p.parts[i].len;
        ck_ok(take(&p, &f, i, p.parts[i].data, len, &e), &e);
        for (size_t cut = 0; cut + 1 < len; cut += cut + 80 < len ? 61 : 1) {
            int rc = take(&p, &f, i, p.parts[i].data, cut, &e);
            ck_assert_msg(rc == -1 && e.kind == ERR_IO, "%s cut at %zu of %zu",
                          p.zip.members[i].name, cut, len);
        }
    }
    release(&p, &f);
}
END_TEST

/* Whole parts, but without a mark, or with one that nobody asked for. */
START_TEST(test_lost_marks)
{
    static const struct {
        const char *part, *from, *to, *error;
    } cases[] = {
        {"docProps/core.xml", XLSX_MARK "1" XLSX_MARK, "Other", "left out value 1"},
        {"docProps/core.xml", XLSX_LIBRARY_CREATED_TEXT, "2034-05-18T03:33:20Z",
         "left out value 0"},
        {"docProps/core.xml", XLSX_MARK "1" XLSX_MARK, XLSX_MARK "99" XLSX_MARK, "broke a mark"},
        {"docProps/core.xml", XLSX_MARK "1" XLSX_MARK, XLSX_MARK "1", "broke a mark"},
        {"xl/worksheets/sheet1.xml", "1000001", "1000009", "left out row 0"},
        {"xl/worksheets/sheet2.xml", "sheetData", "sheetNone", "no place for the rows of sheet 2"},
        {"xl/charts/chart1.xml", "</c:f>", "<a/></c:f>", "broke a mark"},
        {"xl/charts/chart1.xml", "<c:f>", "<c:f>\xff", "UTF-8"},
    };
    struct package p;
    struct xlsx_frame f;
    struct err e = {0};
    describe(&f);
    make_package(&p, &f);
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        size_t k = 0;
        while (strcmp(p.zip.members[k].name, cases[i].part) != 0)
            ck_assert_uint_lt(++k, p.zip.n);
        struct buf other;
        buf_init(&other, 1 << 24);
        const char *s = p.parts[k].data, *at;
        while ((at = strstr(s, cases[i].from)) != NULL) {
            buf_add(&other, s, (size_t)(at - s));
            buf_add_str(&other, cases[i].to);
            s = at + strlen(cases[i].from);
        }
        buf_add_str(&other, s);
        ck_assert(s != p.parts[k].data);
        ck_error(take(&p, &f, k, other.data, other.len, &e), &e, cases[i].error);
        buf_release(&other);
    }
    release(&p, &f);
}
END_TEST

/* ---- one template for many ---- */

static const struct column_look summed = {.total = TOTAL_SUM, .bar = true};
static const struct column columns[] = {{"t", "Text", COLUMN_TEXT, NULL},
                                        {"n", "Number", COLUMN_INTEGER, &summed},
                                        {"d", "Price", COLUMN_DECIMAL, NULL},
                                        {"at", "At", COLUMN_DATETIME, NULL}};
static const char *const ys[] = {"n"};
static const struct chart_look charts[] = {
    {CHART_LINE, false, CHART_BESIDE, NULL, "t", ys, 1, NULL, NULL, NULL},
    {CHART_BAR, false, CHART_COVER, NULL, "t", ys, 1, NULL, NULL, NULL},
    {CHART_PIE, false, CHART_SHEET, NULL, "t", ys, 1, NULL, NULL, NULL}};
static const struct result_look look = {.charts = charts, .ncharts = 3, .tab_color = -1};
static const struct figure_look figures[] = {{"a", "t", TOTAL_FIRST, NULL, NULL},
                                             {"a", "n", TOTAL_SUM, NULL, NULL}};
static const struct report_look report = {.figures = figures, .nfigures = 2};
static const struct result result = {"a", "Sales", &look, columns, ROWS_COUNT(columns)};

/* A tenant's workbook; all that is the tenant's says `word`, and the length of that decides how
 * many rows there are, and where a value is missing in the first. Returns its path. */
static const char *write_tenant(const char *word, struct xlsx_templates *templates, struct err *e)
{
    struct arena arena = {0};
    struct format_options options = format_default_options;
    struct document doc = rows_document;
    struct writer *w = NULL;
    const char *path = rows_path("tenant.xlsx");
    bool ok = true;
    options.xlsx_templates = templates;
    doc.tenant_id = doc.tenant_name = doc.title = doc.description = doc.period = doc.period_text =
        word;
    doc.look = &report;
    doc.generated_at += word[0];
    ck_ok(format_xlsx.open(&w, path, unit_temp_dir(), &doc, &options, e), e);
    ok = format_xlsx.begin(w, &result, e) == 0;
    for (size_t i = 0; ok && i < 100 + strlen(word); i++) {
        const char *text = arena_printf(&arena, "%s %zu", word, i),
                   *number = arena_printf(&arena, "%zu", strlen(word) * 1000 + i);
        struct cell cells[] = {{text, strlen(text)},
                               {number, strlen(number)},
                               CELL("1.50"),
                               CELL("2026-11-01 10:00:00")};
        if (i == 0)
            cells[2 + strlen(word) % 2] = CELL_NULL;
        ok = format_xlsx.row(w, cells, e) == 0;
    }
    ok = ok && format_xlsx.end(w, e) == 0 && format_xlsx.finish(w, e) == 0;
    format_xlsx.free(w);
    arena_release(&arena);
    return ok ? path : NULL;
}

/* In how many parts of the workbook a text is. */
static size_t count_parts(const char *path, const char *text)
{
    struct zip z;
    struct err e = {0};
    size_t n = 0;
    ck_ok(zip_read_open(&z, path, &e), &e);
    for (size_t i = 0; i < z.n; i++) {
        char *part = parts_read(path, z.members[i].name);
        n += strstr(part, text) != NULL;
        free(part);
    }
    zip_read_release(&z);
    return n;
}

static void same_bytes(const char *a, const char *b)
{
    char x[HASH_HEX_SIZE], y[HASH_HEX_SIZE];
    struct err e = {0};
    ck_ok(hash_file(a, x, &e), &e);
    ck_ok(hash_file(b, y, &e), &e);
    ck_assert_str_eq(x, y);
}

/* From here on one more file can be opened, and the library needs more than that. */
static void limit_open_files(bool limited)
{
    static struct rlimit before;
    if (before.rlim_cur == 0 && getrlimit(RLIMIT_NOFILE, &before) != 0)
        abort();
    struct rlimit limit = before;
    int next = dup(STDOUT_FILENO);
    close(next);
    if (limited)
        limit.rlim_cur = (rlim_t)next + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* The second workbook comes from the template of the first: the library is not called again. And
 * nothing in it is of the first. */
START_TEST(test_no_trace_of_others)
{
    struct err e = {0};
    struct xlsx_templates *templates = xlsx_templates_new();
    const char *first = write_tenant("CANARY", templates, &e);
    ck_assert_msg(first != NULL, "%s", e.msg);
    /* Both sheets, three charts, both documents' properties. */
    ck_assert_uint_eq(count_parts(first, "CANARY"), 7);
    limit_open_files(true);
    ck_assert_ptr_null(write_tenant("CANARY", NULL, &e));
    const char *second = write_tenant("Another & <longer> one!", templates, &e);
    limit_open_files(false);
    ck_assert_msg(second != NULL, "%s", e.msg);
    ck_assert_uint_eq(count_parts(second, "CANARY"), 0);
    ck_assert_uint_eq(count_parts(second, "Another &amp; &lt;longer&gt; one!"), 7);
    /* The last rows: in charts, filters and names. */
    ck_assert_uint_eq(count_parts(first, "$107"), 4);
    ck_assert_uint_eq(count_parts(second, "$107"), 0);
    ck_assert_uint_eq(count_parts(second, "$124"), 4);
    same_bytes(second, write_tenant("Another & <longer> one!", NULL, &e));
    same_bytes(first, write_tenant("CANARY", templates, &e));
    xlsx_templates_free(templates);
}
END_TEST

/* Whatever came before, a workbook is the same; and so many kinds of them that some are forgotten.
 */
START_TEST(test_same_as_alone)
{
    struct err e = {0};
    struct xlsx_templates *templates = xlsx_templates_new();
    for (uint64_t i = 0; i < 40; i++) {
        uint64_t seed = i % 25;
        const char *alone = rows_path("alone.xlsx"), *kept = rows_path("kept.xlsx");
        ck_ok(sample_write(seed, alone, unit_temp_dir(), NULL, &e), &e);
        ck_ok(sample_write(seed, kept, unit_temp_dir(), templates, &e), &e);
        same_bytes(alone, kept);
        unlink(alone);
        unlink(kept);
    }
    xlsx_templates_free(templates);
}
END_TEST

/* Texts of the job that look like the marks of rows stay as they are. */
START_TEST(test_numbers_like_marks)
{
    static const struct look_rule rule = {TEST_IS, "A1000001 1000002", COLOR_BAD};
    static const struct column_look ruled = {.rules = &rule, .nrules = 1};
    static const struct column column = {"t", "1000001", COLUMN_TEXT, &ruled};
    static const struct cell cells[] = {CELL("A1000001"), CELL("x"), CELL("y")};
    static const struct parts_sheet sheet = {{"a", "A1000001", NULL, &column, 1}, cells, 3};
    const char *path = parts_make(&rows_document, &sheet, 1, XLSX_MAX_ROWS);
    char *xml = parts_read(path, "xl/worksheets/sheet2.xml");
    parts_has(xml, "<formula>A2=\"A1000001 1000002\"</formula>");
    parts_has(xml, "<conditionalFormatting sqref=\"A2:A4\">");
    parts_has(xml, "<dimension ref=\"A1:A4\"/>");
    parts_has(xml, "<autoFilter ref=\"A1:A4\"/>");
    free(xml);
    xml = parts_read(path, "xl/workbook.xml");
    parts_has(xml, "<sheet name=\"A1000001\"");
    parts_has(xml, "'A1000001'!$A$1:$A$4<");
    free(xml);
}
END_TEST

int main(void)
{
    return unit_main("xlsx_template", (const TTest *const[]){
                                          test_cut_parts, test_lost_marks, test_no_trace_of_others,
                                          test_same_as_alone, test_numbers_like_marks, NULL});
}
