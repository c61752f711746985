#include <string.h>

#include "formats/csv.h"
#include "tests/unit/rows.h"

#define BOM "\xef\xbb\xbf"

static const struct column text_column[] = {{"v", "V", COLUMN_TEXT, NULL}};

/* Writes one cell of one column; returns the record behind the header without the line's end. */
static char *one_cell(enum column_type type, struct cell cell, const struct format_options *options,
                      struct render_notes *notes)
{
    struct err e = {0};
    struct column column = {"v", "V", type, NULL};
    struct rows rows;
    struct proof proof;
    uint64_t n = 1;
    const char *path = rows_path("cell.csv");
    rows_init(&rows, &column, 1, &cell, 1);
    ck_ok(rows_write(&format_csv, options, path, &rows, notes, &e), &e);
    ck_ok(rows_verify(&format_csv, path, options, n, &proof, &e), &e);
    size_t len;
    char *text = rows_read(path, &len), head[16];
    const char *line_end = options->csv_lf ? "\n" : "\r\n";
    size_t before = (size_t)snprintf(head, sizeof(head), "%s%s%s", options->csv_bom ? BOM : "",
                                     options->csv_quote_all ? "\"V\"" : "V", line_end);
    ck_assert_uint_ge(len, before + strlen(line_end));
    ck_assert_int_eq(memcmp(text, head, before), 0);
    len -= strlen(line_end);
    ck_assert_str_eq(text + len, line_end);
    text[len] = '\0';
    memmove(text, text + before, len - before + 1);
    return text;
}

static const struct {
    enum column_type type;
    struct cell cell;
    const char *want;
    unsigned guarded, replaced;
} values[] = {
    {COLUMN_TEXT, CELL("plain"), "plain", 0, 0},
    {COLUMN_TEXT, CELL(""), "\"\"", 0, 0},
    {COLUMN_TEXT, CELL_NULL, "", 0, 0},
    {COLUMN_TEXT, CELL("a,b"), "\"a,b\"", 0, 0},
    {COLUMN_TEXT, CELL("say \"hi\""), "\"say \"\"hi\"\"\"", 0, 0},
    {COLUMN_TEXT, CELL("\"\""), "\"\"\"\"\"\"", 0, 0},
    {COLUMN_TEXT, CELL("two\nlines\r\n"), "\"two\nlines\r\n\"", 0, 0},
    {COLUMN_TEXT, CELL(" blanks "), " blanks ", 0, 0},
    {COLUMN_TEXT, CELL("Grüße, 😀"), "\"Grüße, 😀\"", 0, 0},
    {COLUMN_TEXT, CELL("=1+1"), "'=1+1", 1, 0},
    {COLUMN_TEXT, CELL("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0", 1, 0},
    {COLUMN_TEXT, CELL("=HYPERLINK(\"x\",1)"), "\"'=HYPERLINK(\"\"x\"\",1)\"", 1, 0},
    {COLUMN_TEXT, CELL("+49 30"), "'+49 30", 1, 0},
    {COLUMN_TEXT, CELL("-5"), "'-5", 1, 0},
    {COLUMN_TEXT, CELL("@SUM(A1)"), "'@SUM(A1)", 1, 0},
    {COLUMN_TEXT, CELL("\tx"), "'\tx", 1, 0},
    {COLUMN_TEXT, CELL("\rx"), "\"'\rx\"", 1, 0},
    {COLUMN_TEXT, CELL("\nx"), "\"'\nx\"", 1, 0},
    {COLUMN_TEXT, CELL("＝1"), "'＝1", 1, 0},
    {COLUMN_TEXT, CELL("＋1"), "'＋1", 1, 0},
    {COLUMN_TEXT, CELL("－1"), "'－1", 1, 0},
    {COLUMN_TEXT, CELL("＠1"), "'＠1", 1, 0},
    {COLUMN_TEXT, CELL("1=1"), "1=1", 0, 0},
    {COLUMN_TEXT, CELL("a\xff\xfe z"), "a\xef\xbf\xbd\xef\xbf\xbd z", 0, 2},
    {COLUMN_TEXT, CELL("\xed\xa0\x80"), "\xef\xbf\xbd", 0, 1},
    {COLUMN_TEXT, CELL("\xef\xbf\xbe"), "\xef\xbf\xbd", 0, 1},
    {COLUMN_TEXT, CELL("a\0b"),
     "a\xef\xbf\xbd"
     "b",
     0, 1},
    {COLUMN_INTEGER, CELL("-5"), "-5", 0, 0},
    {COLUMN_INTEGER, CELL("18446744073709551615"), "18446744073709551615", 0, 0},
    {COLUMN_INTEGER, CELL("00042"), "00042", 0, 0},
    {COLUMN_DECIMAL, CELL("-12.50"), "-12.50", 0, 0},
    {COLUMN_FLOAT, CELL("1e20"), "1e20", 0, 0},
    {COLUMN_BOOLEAN, CELL("1"), "true", 0, 0},
    {COLUMN_BOOLEAN, CELL("0"), "false", 0, 0},
    {COLUMN_BOOLEAN, CELL("2"), "2", 0, 0},
    {COLUMN_BOOLEAN, CELL("-1"), "-1", 0, 0},
    {COLUMN_DATE, CELL("0000-00-00"), "0000-00-00", 0, 0},
    {COLUMN_TIME, CELL("-838:59:59"), "-838:59:59", 0, 0},
    {COLUMN_DATETIME, CELL("2026-11-23 10:00:00.123456"), "2026-11-23 10:00:00.123456", 0, 0},
    {COLUMN_JSON, CELL("{\"a\": 1}"), "\"{\"\"a\"\": 1}\"", 0, 0},
    {COLUMN_JSON, CELL("-5"), "'-5", 1, 0},
    {COLUMN_BINARY, CELL("\x00\xff="), "00ff3d", 0, 0},
    {COLUMN_BINARY, CELL(""), "\"\"", 0, 0},
};

START_TEST(test_values)
{
    struct render_notes notes;
    for (size_t i = 0; i < ROWS_COUNT(values); i++) {
        char *got = one_cell(values[i].type, values[i].cell, &format_default_options, &notes);
        ck_assert_msg(strcmp(got, values[i].want) == 0, "case %zu: got \"%s\", want \"%s\"", i, got,
                      values[i].want);
        ck_assert_msg(notes.guarded_formulas == values[i].guarded, "case %zu: guarded", i);
        ck_assert_msg(notes.replaced_characters == values[i].replaced, "case %zu: replaced", i);
        free(got);
    }
}
END_TEST

START_TEST(test_options)
{
    struct render_notes notes;
    struct format_options options = format_default_options;
    options.csv_bom = false;
    options.csv_formula_guard = false;
    options.csv_delimiter = ';';
    options.csv_null = "NULL";
    static const struct {
        struct cell cell;
        const char *want;
    } cases[] = {
        {CELL("=1+1"), "=1+1"}, {CELL("a,b"), "a,b"},       {CELL("a;b"), "\"a;b\""},
        {CELL_NULL, "NULL"},    {CELL("NULL"), "\"NULL\""}, {CELL(""), ""},
    };
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        char *got = one_cell(COLUMN_TEXT, cases[i].cell, &options, &notes);
        ck_assert_str_eq(got, cases[i].want);
        ck_assert_uint_eq(notes.guarded_formulas, 0);
        free(got);
    }
}
END_TEST

/* What each option makes of a cell: for `quoting` and `line_ends` they must not matter elsewhere.
 */
static const struct {
    enum column_type type;
    struct cell cell;
    const char *plain, *comma, *all; /* by default; decimal_sign ","; that and quoting all */
} option_cases[] = {
    {COLUMN_TEXT, CELL("plain"), "plain", "plain", "\"plain\""},
    {COLUMN_TEXT, CELL(""), "\"\"", "\"\"", "\"\""},
    {COLUMN_TEXT, CELL_NULL, "", "", ""},
    {COLUMN_TEXT, CELL("1.5"), "1.5", "1.5", "\"1.5\""},
    {COLUMN_TEXT, CELL("=1+1"), "'=1+1", "'=1+1", "\"'=1+1\""},
    {COLUMN_TEXT, CELL("a\"b"), "\"a\"\"b\"", "\"a\"\"b\"", "\"a\"\"b\""},
    {COLUMN_TEXT, CELL("a\nb"), "\"a\nb\"", "\"a\nb\"", "\"a\nb\""},
    {COLUMN_TEXT, CELL("a\rb"), "\"a\rb\"", "\"a\rb\"", "\"a\rb\""},
    {COLUMN_JSON, CELL("1.5"), "1.5", "1.5", "\"1.5\""},
    {COLUMN_INTEGER, CELL("-15"), "-15", "-15", "\"-15\""},
    {COLUMN_INTEGER, CELL_NULL, "", "", ""},
    {COLUMN_DECIMAL, CELL("-12.50"), "-12.50", "\"-12,50\"", "\"-12,50\""},
    {COLUMN_DECIMAL, CELL("12"), "12", "12", "\"12\""},
    {COLUMN_DECIMAL, CELL_NULL, "", "", ""},
    {COLUMN_FLOAT, CELL("-1.5e-07"), "-1.5e-07", "\"-1,5e-07\"", "\"-1,5e-07\""},
    {COLUMN_FLOAT, CELL("1e+20"), "1e+20", "1e+20", "\"1e+20\""},
    {COLUMN_BOOLEAN, CELL("1"), "true", "true", "\"true\""},
    {COLUMN_DATE, CELL("2026-11-24"), "2026-11-24", "2026-11-24", "\"2026-11-24\""},
    {COLUMN_DATETIME, CELL("2026-11-24 10:00:00.5"), "2026-11-24 10:00:00.5",
     "2026-11-24 10:00:00.5", "\"2026-11-24 10:00:00.5\""},
    {COLUMN_TIME, CELL("10:00:00.5"), "10:00:00.5", "10:00:00.5", "\"10:00:00.5\""},
    {COLUMN_BINARY, CELL("\x15"), "15", "15", "\"15\""},
    /* A job may call a text a number. */
    {COLUMN_DECIMAL, CELL("1.2.3"), "1.2.3", "1.2.3", "\"1.2.3\""},
    {COLUMN_DECIMAL, CELL("n.a."), "n.a.", "n.a.", "\"n.a.\""},
    {COLUMN_DECIMAL, CELL("1.5\xff"), "1.5\xef\xbf\xbd", "1.5\xef\xbf\xbd", "\"1.5\xef\xbf\xbd\""},
};

START_TEST(test_decimal_sign_quoting_and_line_ends)
{
    struct render_notes notes;
    for (size_t i = 0; i < 2 * ROWS_COUNT(option_cases); i++) {
        size_t k = i / 2;
        struct format_options options = format_default_options;
        options.csv_lf = i % 2;
        char *plain = one_cell(option_cases[k].type, option_cases[k].cell, &options, &notes);
        options.csv_decimal = ',';
        char *comma = one_cell(option_cases[k].type, option_cases[k].cell, &options, &notes);
        options.csv_quote_all = true;
        char *all = one_cell(option_cases[k].type, option_cases[k].cell, &options, &notes);
        ck_assert_msg(strcmp(plain, option_cases[k].plain) == 0 &&
                          strcmp(comma, option_cases[k].comma) == 0 &&
                          strcmp(all, option_cases[k].all) == 0,
                      "case %zu: got %s %s %s", k, plain, comma, all);
        free(plain);
        free(comma);
        free(all);
    }
}
END_TEST

/* A number is quoted where its sign is the delimiter, and not where it isn't; NULL reads as NULL.
 */
START_TEST(test_options_together)
{
    static const struct {
        char delimiter;
        bool all;
        const char *null;
        enum column_type type;
        struct cell cell;
        const char *want;
    } cases[] = {
        {';', false, "", COLUMN_DECIMAL, CELL("1.50"), "1,50"},
        {',', false, "", COLUMN_DECIMAL, CELL("1.50"), "\"1,50\""},
        {';', true, "", COLUMN_DECIMAL, CELL("1.50"), "\"1,50\""},
        {';', true, "NULL", COLUMN_TEXT, CELL_NULL, "NULL"},
        {';', true, "NULL", COLUMN_TEXT, CELL("NULL"), "\"NULL\""},
        {';', true, "NULL", COLUMN_TEXT, CELL(""), "\"\""},
        {';', false, "true", COLUMN_BOOLEAN, CELL("1"), "\"true\""},
        {';', false, "true", COLUMN_BOOLEAN, CELL_NULL, "true"},
        {';', false, "0.5", COLUMN_DECIMAL, CELL("0.5"), "0,5"},
        {';', false, "0.5", COLUMN_TEXT, CELL("0.5"), "\"0.5\""},
    };
    struct render_notes notes;
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct format_options options = format_default_options;
        options.csv_decimal = ',';
        options.csv_delimiter = cases[i].delimiter;
        options.csv_quote_all = cases[i].all;
        options.csv_null = cases[i].null;
        char *got = one_cell(cases[i].type, cases[i].cell, &options, &notes);
        ck_assert_msg(strcmp(got, cases[i].want) == 0, "case %zu: got %s", i, got);
        free(got);
    }
}
END_TEST

/* "Not said" can be told from the value that is taken then. */
START_TEST(test_header_and_records)
{
    static const struct column columns[] = {
        {"a", "Day, of week", COLUMN_DATE, NULL},
        {"b", "=evil", COLUMN_TEXT, NULL},
        {"c", "C", COLUMN_INTEGER, NULL},
    };
    static const struct cell cells[] = {CELL("2026-11-01"), CELL_NULL,    CELL("1"),
                                        CELL_NULL,          CELL("x\"y"), CELL_NULL};
    struct err e = {0};
    struct rows rows;
    struct proof proof;
    uint64_t n = 2;
    size_t len;
    const char *path = rows_path("t.csv");
    rows_init(&rows, columns, 3, cells, 2);
    ck_ok(rows_write(&format_csv, &format_default_options, path, &rows, NULL, &e), &e);
    char *text = rows_read(path, &len);
    ck_assert_str_eq(text,
                     "\xef\xbb\xbf\"Day, of week\",'=evil,C\r\n2026-11-01,,1\r\n,\"x\"\"y\",\r\n");
    ck_ok(rows_verify(&format_csv, path, &format_default_options, n, &proof, &e), &e);
    ck_assert_uint_eq(proof.size_bytes, len);
    char sha256[HASH_HEX_SIZE];
    hash_bytes(text, len, sha256);
    ck_assert_str_eq(proof.sha256, sha256);
    free(text);
    n = 3;
    ck_error(rows_verify(&format_csv, path, &format_default_options, n, &proof, &e), &e,
             "3 rows were written, but the file holds 2");
    rows_init(&rows, columns, 3, cells, 0);
    path = rows_path("empty.csv");
    n = 0;
    ck_ok(rows_write(&format_csv, &format_default_options, path, &rows, NULL, &e), &e);
    ck_ok(rows_verify(&format_csv, path, &format_default_options, n, &proof, &e), &e);
    /* A file that is there is never overwritten. */
    ck_error(rows_write(&format_csv, &format_default_options, path, &rows, NULL, &e), &e,
             "can't create");
}
END_TEST

START_TEST(test_verify_refuses)
{
    static const struct {
        const char *text;
        const char *wrong;
    } cases[] = {
        {"", "ends inside record 1"},
        {"a,b\r\n1,2", "ends inside record 2"},
        {"a,b\r\n1,2\r", "ends inside record 2"},
        {"a,b\r\n1,\"2\r\n", "ends inside record 2"},
        {"a,b\r\n1\r\n", "more or fewer fields"},
        {"a,b\r\n1,2,3\r\n", "more or fewer fields"},
        {"a,b\n1,2\r\n", "a quote or line feed"},
        {"a,b\r1,2\r\n", "without its line feed"},
        {"a,b\r\n1,2\"\r\n", "a quote or line feed"},
        {"a,b\r\n1,\"2\"3\r\n", "a quote or line feed"},
        {"a,b\r\n1,\xff\r\n", "not valid UTF-8"},
        {"a,b\r\n1,2\r\n\xc3", "inside a character"},
        {"a,b\r\n", "1 rows were written, but the file holds 0"},
        {"a,b\r\n1,2\r\n3,4\r\n", "1 rows were written, but the file holds 2"},
        {"\xef\xbb\xbf"
         "a,b\r\n1,2\r\n",
         "byte order mark"},
    };
    struct format_options options = format_default_options;
    options.csv_bom = false;
    struct err e = {0};
    struct proof proof;
    uint64_t n = 1;
    const char *path = rows_path("bad.csv");
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        rows_put(path, cases[i].text, strlen(cases[i].text));
        ck_error(rows_verify(&format_csv, path, &options, n, &proof, &e), &e, cases[i].wrong);
    }
    rows_put(path, "a\r\n\0\r\n", 6);
    ck_error(rows_verify(&format_csv, path, &options, n, &proof, &e), &e, "NUL");
    rows_put(path, "a,b\r\n1,2\r\n", 10);
    ck_ok(rows_verify(&format_csv, path, &options, n, &proof, &e), &e);
}
END_TEST

/* A file with other line ends or quotes than were asked for is another file. */
START_TEST(test_verify_knows_the_options)
{
    static const struct {
        bool lf, all;
        const char *null, *text, *wrong; /* wrong: NULL for a file that is as it must be */
    } cases[] = {
        {true, false, "", "a,b\n1,2\n", NULL},
        {true, false, "", "a,b\n1,\"x\r\ny\"\n", NULL},
        {true, false, "", "a,b\r\n1,2\r\n", "a quote or carriage return"},
        {true, false, "", "a,b\n1,2", "ends inside record 2"},
        {true, false, "", "a,b\n1\n", "more or fewer fields"},
        {true, false, "", "a,b\n1,\"2\"3\n", "a quote or carriage return"},
        {false, true, "", "\"a\",\"b\"\r\n\"1\",\r\n", NULL},
        {false, true, "", "\"a\",\"b\"\r\n,\"\"\r\n", NULL},
        {false, true, "", "\"a\",\"b\"\r\n\"1\",2\r\n", "not NULL stands without quotes"},
        {false, true, "", "\"a\",b\r\n\"1\",\"2\"\r\n", "not NULL stands without quotes"},
        {false, true, "", "\"a\",\"b\"\n\"1\",\"2\"\r\n", "a quote or line feed"},
        {false, true, "NULL", "\"a\",\"b\"\r\nNULL,NULL\r\n", NULL},
        {false, true, "NULL", "\"a\",\"b\"\r\nNUL,\"1\"\r\n", "not NULL stands without quotes"},
        {false, true, "NULL", "\"a\",\"b\"\r\n\"1\",NULLS\r\n", "not NULL stands without quotes"},
        {false, true, "NULL", "\"a\",\"b\"\r\n\"1\",\r\n", "not NULL stands without quotes"},
        {true, true, "NULL", "\"a\",\"b\"\nNULL,NULL\n", NULL},
        {true, true, "NULL", "\"a\",\"b\"\n\"1\",NULL", "ends inside record 2"},
    };
    struct err e = {0};
    struct proof proof;
    uint64_t n = 1;
    const char *path = rows_path("options.csv");
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct format_options options = format_default_options;
        options.csv_bom = false;
        options.csv_lf = cases[i].lf;
        options.csv_quote_all = cases[i].all;
        options.csv_null = cases[i].null;
        rows_put(path, cases[i].text, strlen(cases[i].text));
        int rc = rows_verify(&format_csv, path, &options, n, &proof, &e);
        if (cases[i].wrong)
            ck_error(rc, &e, cases[i].wrong);
        else
            ck_ok(rc, &e);
    }
}
END_TEST

/* Whatever byte the file is cut at, the check sees it; also where a block of the reader ends. */
START_TEST(test_verify_sees_every_cut)
{
    static const struct cell cells[] = {CELL("Grüße \"an\" alle,\r\nüberall"), CELL_NULL};
    struct err e = {0};
    struct rows rows;
    struct proof proof;
    uint64_t n = 40;
    size_t len;
    for (unsigned i = 0; i < 4; i++) {
        struct format_options options = format_default_options;
        options.csv_lf = i & 1;
        options.csv_quote_all = i & 2;
        options.csv_null = "NULL";
        const char *path = rows_path("cut.csv");
        rows_init(&rows, text_column, 1, cells, 2);
        rows.repeat = n / 2;
        ck_ok(rows_write(&format_csv, &options, path, &rows, NULL, &e), &e);
        char *text = rows_read(path, &len);
        for (size_t cut = 0; cut < len; cut++) {
            rows_put(path, text, cut);
            ck_assert_int_eq(rows_verify(&format_csv, path, &options, n, &proof, &e), -1);
        }
        rows_put(path, text, len);
        ck_ok(rows_verify(&format_csv, path, &options, n, &proof, &e), &e);
        free(text);
    }
}
END_TEST

START_TEST(test_large_cells_and_blocks)
{
    struct err e = {0};
    struct rows rows;
    struct proof proof;
    size_t len = 3 * 1000 * 1000;
    char *big = xmalloc(len);
    for (size_t i = 0; i < len; i += 3)
        memcpy(big + i, "€", 3);
    for (size_t shift = 0; shift < 4; shift++) {
        struct cell cell = {big + 3 * shift, len - 3 * shift - 3};
        uint64_t n = 3;
        const char *path = rows_path("large.csv");
        rows_init(&rows, text_column, 1, &cell, 1);
        rows.repeat = n;
        ck_ok(rows_write(&format_csv, &format_default_options, path, &rows, NULL, &e), &e);
        ck_ok(rows_verify(&format_csv, path, &format_default_options, n, &proof, &e), &e);
        ck_assert_uint_eq(proof.size_bytes, 6 + 3 * (cell.len + 2));
    }
    free(big);
}
END_TEST

START_TEST(test_full_disk)
{
    static const struct cell cells[] = {CELL("0123456789012345678901234567890123456789")};
    struct err e = {0};
    struct rows rows;
    rows_limit_files(1 << 20);
    rows_init(&rows, text_column, 1, cells, 1);
    rows.repeat = 100000;
    int rc =
        rows_write(&format_csv, &format_default_options, rows_path("full.csv"), &rows, NULL, &e);
    rows_limit_files(RLIM_INFINITY);
    ck_error(rc, &e, "can't write");
    ck_assert(e.transient && e.kind == ERR_IO);
}
END_TEST

/* What a job says counts; what it does not say is as the reader's spreadsheet expects it. */
START_TEST(test_locale)
{
    struct format_options options = format_default_options;
    ck_assert_int_eq(csv_decimal_sign(&options), '.');
    ck_assert_int_eq(csv_delimiter(&options), ',');
    options.locale = locale_by_tag("de");
    ck_assert_int_eq(csv_decimal_sign(&options), ',');
    ck_assert_int_eq(csv_delimiter(&options), ';');
    options.locale = locale_by_tag("de-CH");
    ck_assert_int_eq(csv_decimal_sign(&options), '.');
    ck_assert_int_eq(csv_delimiter(&options), ',');
    options.locale = locale_by_tag("fr");
    options.csv_decimal = '.';
    options.csv_delimiter = '|';
    ck_assert_int_eq(csv_decimal_sign(&options), '.');
    ck_assert_int_eq(csv_delimiter(&options), '|');
}
END_TEST

int main(void)
{
    return unit_main("csv", (const TTest *const[]){
                                test_values, test_options, test_decimal_sign_quoting_and_line_ends,
                                test_options_together, test_locale, test_header_and_records,
                                test_verify_refuses, test_verify_knows_the_options,
                                test_verify_sees_every_cut, test_large_cells_and_blocks,
                                test_full_disk, NULL});
}
