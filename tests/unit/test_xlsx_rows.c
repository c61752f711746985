#include <spawn.h>
#include <sys/wait.h>

#include "formats/xlsx_number.h"
#include "formats/zip_read.h"
#include "tests/unit/xlsx_samples.h"

extern char **environ;

static int keep(void *ctx, const char *p, size_t len, struct err *e)
{
    (void)e;
    buf_add(ctx, p, len);
    return 0;
}

/* The reference lies beside this program. */
static void write_reference(uint64_t seed, const char *path)
{
    char program[4096], number[32];
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);
    ck_assert_int_gt(n, 0);
    program[n] = '\0';
    memcpy(strrchr(program, '/') + 1, "xlsx_reference", sizeof("xlsx_reference"));
    snprintf(number, sizeof(number), "%llu", (unsigned long long)seed);
    char *const arguments[] = {program, number, (char *)(uintptr_t)path,
                               (char *)(uintptr_t)unit_temp_dir(), NULL};
    pid_t pid;
    int status = -1;
    ck_assert_int_eq(posix_spawn(&pid, program, NULL, NULL, arguments, environ), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(status == 0, "seed %s: the reference failed", number);
}

/* What ours does without: the library says it of the rows that it writes once it knows that the
 * sheet has bars, which is the last one. Excel does without it everywhere else. */
static void drop_descent(struct buf *xml)
{
    static const char descent[] = " x14ac:dyDescent=\"0.25\"";
    for (char *at = xml->data; (at = strstr(at, "<row ")) != NULL; at++) {
        char *end = strchr(at, '>'),
             *found = memmem(at, (size_t)(end - at), descent, strlen(descent));
        if (!found)
            continue;
        memmove(found, found + strlen(descent), strlen(found + strlen(descent)) + 1);
        xml->len -= strlen(descent);
    }
}

/* At most 15 digits, and no zeros that say nothing. */
static void is_numeral(const char *s, size_t len)
{
    const char *digits = s + (*s == '-'), *point = memchr(s, '.', len);
    ck_assert_msg(strspn(s, "-.0123456789") == len, "%.*s", (int)len, s);
    ck_assert_msg(len - (size_t)(digits - s) - (point != NULL) <= 15, "%.*s", (int)len, s);
    ck_assert_msg(digits[0] != '0' || digits[1] == '.', "%.*s", (int)len, s);
    ck_assert_msg(!point || (s[len - 1] != '0' && s[len - 1] != '.'), "%.*s", (int)len, s);
}

/* Ours has the digits that the database gave, the library 16 of the same double. */
static void write_16_digits(struct buf *xml)
{
    struct buf out;
    const char *from = xml->data, *at;
    buf_init(&out, SIZE_MAX / 2);
    for (; (at = strstr(from, "<v>")) != NULL; from = at) {
        char number[64], *end;
        at += strlen("<v>");
        double value = strtod(at, &end);
        buf_add(&out, from, (size_t)(at - from));
        if (end == at || strncmp(end, "</v>", 4) != 0)
            continue;
        size_t len = (size_t)snprintf(number, sizeof(number), "%.16G", value);
        if (len != (size_t)(end - at) || memcmp(at, number, len) != 0)
            is_numeral(at, (size_t)(end - at));
        buf_add(&out, number, len);
        at = end;
    }
    buf_add_str(&out, from);
    buf_release(xml);
    *xml = out;
}

/* Where two texts differ, for people. */
static void same(uint64_t seed, const char *name, const struct buf *ours, const struct buf *theirs)
{
    size_t i = 0;
    while (i < ours->len && i < theirs->len && ours->data[i] == theirs->data[i])
        i++;
    size_t from = i < 60 ? 0 : i - 60;
    ck_assert_msg(i == ours->len && i == theirs->len,
                  "seed %llu, %s differs at byte %zu:\nours:   %.120s\ntheirs: %.120s",
                  (unsigned long long)seed, name, i, ours->data + from, theirs->data + from);
}

static size_t compare(uint64_t seed, const char *ours, const char *theirs)
{
    struct zip a, b;
    struct err e = {0};
    struct buf x, y;
    size_t sheets = 0;
    ck_ok(zip_read_open(&a, ours, &e), &e);
    ck_ok(zip_read_open(&b, theirs, &e), &e);
    ck_assert_uint_eq(a.n, b.n);
    for (size_t i = 0; i < a.n; i++) {
        ck_assert_str_eq(a.members[i].name, b.members[i].name);
        buf_init(&x, SIZE_MAX / 2);
        buf_init(&y, SIZE_MAX / 2);
        ck_ok(zip_read_member(&a, &a.members[i], keep, &x, &e), &e);
        ck_ok(zip_read_member(&b, &b.members[i], keep, &y, &e), &e);
        drop_descent(&y);
        write_16_digits(&x);
        same(seed, a.members[i].name, &x, &y);
        sheets += strncmp(a.members[i].name, "xl/worksheets/sheet", 19) == 0;
        buf_release(&x);
        buf_release(&y);
    }
    zip_read_release(&a);
    zip_read_release(&b);
    return sheets;
}

/* Every part of every workbook is, byte by byte, what libxlsxwriter alone would have written, but
 * for what those two make up for. */
START_TEST(test_equal_to_the_library)
{
    struct err e = {0};
    size_t sheets = 0;
    const char *more = getenv("XLSX_SEEDS");
    uint64_t n = more ? strtoull(more, NULL, 10) : 25;
    for (uint64_t seed = 1; seed <= n; seed++) {
        const char *ours = rows_path("ours.xlsx"), *theirs = rows_path("theirs.xlsx");
        ck_assert_msg(sample_write(seed, ours, unit_temp_dir(), NULL, &e) == 0, "seed %llu: %s",
                      (unsigned long long)seed, e.msg);
        write_reference(seed, theirs);
        sheets += compare(seed, ours, theirs);
        unlink(ours);
        unlink(theirs);
    }
    ck_assert_uint_gt(sheets, 3 * n);
}
END_TEST

static void check_number(double v)
{
    char want[64], got[XLSX_NUMBER_BYTES];
    snprintf(want, sizeof(want), "%.16G", v);
    size_t n = xlsx_number_text(v, got);
    ck_assert_msg(n == strlen(want) && memcmp(got, want, n) == 0, "%.*s instead of %s", (int)n, got,
                  want);
}

START_TEST(test_numbers)
{
    static const double edges[] = {0,
                                   -0.0,
                                   0.1,
                                   0.01,
                                   0.001,
                                   0.0001,
                                   0.00099999,
                                   1e15,
                                   1e16,
                                   1e22,
                                   1e-5,
                                   9.95,
                                   0.5,
                                   2.5,
                                   1e308,
                                   5e-324,
                                   9.9999999999999995,
                                   99999.99999999999,
                                   999999999999999.9,
                                   9007199254740992,
                                   0.1 + 0.2,
                                   46349.5};
    struct sample s = {.state = 7};
    for (size_t i = 0; i < ROWS_COUNT(edges); i++) {
        check_number(edges[i]);
        check_number(-edges[i]);
        for (double v = edges[i], up = v, i2 = 0; i2 < 20; i2++) {
            check_number(up = __builtin_nextafter(up, 1e300));
            check_number(v = __builtin_nextafter(v, -1e300));
        }
    }
    for (int i = 0; i < 300000; i++) {
        uint64_t bits = sample_below(&s, UINT64_MAX);
        double v;
        memcpy(&v, &bits, sizeof(v));
        if (i % 4 == 0)
            v = (double)sample_below(&s, 1000000000) / 1000;
        else if (i % 4 == 1)
            v = (double)sample_below(&s, 1ull << 53) / (double)(1ull << sample_below(&s, 60));
        else if (i % 4 == 2)
            v = (double)(40000 + sample_below(&s, 9999)) + (double)sample_below(&s, 86400) / 86400;
        if (v == v && v - v == 0)
            check_number(v);
    }
}
END_TEST

START_TEST(test_columns)
{
    static const struct {
        unsigned column;
        const char *name;
    } cases[] = {{0, "A"},    {25, "Z"},    {26, "AA"},   {51, "AZ"},    {52, "BA"},
                 {701, "ZZ"}, {702, "AAA"}, {728, "ABA"}, {16383, "XFD"}};
    char name[XLSX_COLUMN_BYTES];
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        ck_assert_uint_eq(xlsx_number_column(cases[i].column, name), strlen(cases[i].name));
        ck_assert_str_eq(name, cases[i].name);
    }
}
END_TEST

/* In a small file a cell only says where it is when it is not right of the one before. */
START_TEST(test_small)
{
    static const struct column columns[] = {{"a", "A", COLUMN_INTEGER, NULL},
                                            {"b", "B", COLUMN_TEXT, NULL},
                                            {"c", "C", COLUMN_FLOAT, NULL}};
    static const struct cell cells[] = {CELL("1"), CELL_NULL, CELL("2.5"),
                                        CELL_NULL, CELL("x"), CELL("3")};
    struct format_options options = format_default_options;
    struct rows rows;
    struct proof proof;
    struct err e = {0};
    struct zip z;
    struct buf xml;
    const char *path = rows_path("small.xlsx");
    options.xlsx_small = true;
    rows_init(&rows, columns, 3, cells, 2);
    ck_ok(rows_write(&format_xlsx, &options, path, &rows, NULL, &e), &e);
    ck_ok(rows_verify(&format_xlsx, path, &options, 2, &proof, &e), &e);
    ck_ok(zip_read_open(&z, path, &e), &e);
    buf_init(&xml, 1 << 20);
    ck_ok(zip_read_member(&z, zip_read_find(&z, "xl/worksheets/sheet2.xml"), keep, &xml, &e), &e);
    ck_assert_ptr_nonnull(strstr(xml.data, "<row r=\"2\"><c s=\"1\"><v>1</v></c>"
                                           "<c r=\"C2\"><v>2.5</v></c></row>"
                                           "<row r=\"3\"><c/><c t=\"inlineStr\"><is><t>x</t></is>"
                                           "</c><c><v>3</v></c></row></sheetData>"));
    ck_assert_ptr_nonnull(strstr(xml.data, "<dimension ref=\"A1:C3\"/>"));
    buf_release(&xml);
    zip_read_release(&z);
}
END_TEST

int main(void)
{
    return unit_main("xlsx_rows", (const TTest *const[]){test_equal_to_the_library, test_numbers,
                                                         test_columns, test_small, NULL});
}
