#include <string.h>

#include "formats/json_text.h"
#include "tests/unit/rows.h"

/* Writes one cell of one column; returns its value in the document and checks that it verifies. */
static char *one_cell(enum column_type type, struct cell cell, struct render_notes *notes)
{
    static const char before[] = "\n{\"v\":", after[] = "}\n], \"row_count\": 1}\n]}\n";
    struct err e = {0};
    struct column column = {"v", "V", type, NULL};
    struct rows rows;
    struct proof proof;
    uint64_t n = 1;
    size_t len;
    const char *path = rows_path("cell.json");
    rows_init(&rows, &column, 1, &cell, 1);
    ck_ok(rows_write(&format_json, &format_default_options, path, &rows, notes, &e), &e);
    ck_ok(rows_verify(&format_json, path, &format_default_options, n, &proof, &e), &e);
    char *text = rows_read(path, &len);
    char *start = strstr(text, before), *end = strstr(text, after);
    ck_assert_msg(start && end, "%s", text);
    start += strlen(before);
    char *value = xcalloc(1, (size_t)(end - start) + 1);
    memcpy(value, start, (size_t)(end - start));
    free(text);
    return value;
}

static const struct {
    enum column_type type;
    struct cell cell;
    const char *want;
    unsigned replaced;
} values[] = {
    {COLUMN_TEXT, CELL("plain"), "\"plain\"", 0},
    {COLUMN_TEXT, CELL(""), "\"\"", 0},
    {COLUMN_TEXT, CELL_NULL, "null", 0},
    {COLUMN_TEXT, CELL("a\"b\\c/"), "\"a\\\"b\\\\c/\"", 0},
    {COLUMN_TEXT, CELL("\b\f\n\r\t\x01\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"", 0},
    {COLUMN_TEXT, CELL("a\0b"), "\"a\\u0000b\"", 0},
    {COLUMN_TEXT, CELL("Grüße 😀"), "\"Grüße 😀\"", 0},
    {COLUMN_TEXT, CELL("\xe2\x80\xa8|\xe2\x80\xa9|\xe2\x80\xa6"), "\"\\u2028|\\u2029|…\"", 0},
    {COLUMN_TEXT, CELL("=1+1"), "\"=1+1\"", 0},
    {COLUMN_TEXT, CELL("\xff\xfe"), "\"\xef\xbf\xbd\xef\xbf\xbd\"", 2},
    {COLUMN_TEXT, CELL("\xed\xa0\x80 \xef\xbf\xbe"), "\"\xef\xbf\xbd \xef\xbf\xbd\"", 2},
    {COLUMN_INTEGER, CELL("0"), "0", 0},
    {COLUMN_INTEGER, CELL("-5"), "-5", 0},
    {COLUMN_INTEGER, CELL("00042"), "42", 0},
    {COLUMN_INTEGER, CELL("000"), "0", 0},
    {COLUMN_INTEGER, CELL("9007199254740992"), "9007199254740992", 0},
    {COLUMN_INTEGER, CELL("-9007199254740992"), "-9007199254740992", 0},
    {COLUMN_INTEGER, CELL("9007199254740993"), "\"9007199254740993\"", 0},
    {COLUMN_INTEGER, CELL("-9007199254740993"), "\"-9007199254740993\"", 0},
    {COLUMN_INTEGER, CELL("18446744073709551615"), "\"18446744073709551615\"", 0},
    {COLUMN_DECIMAL, CELL("-12.50"), "\"-12.50\"", 0},
    {COLUMN_DECIMAL, CELL("3"), "\"3\"", 0},
    {COLUMN_FLOAT, CELL("0.5"), "0.5", 0},
    {COLUMN_FLOAT, CELL("-1.5e-7"), "-1.5e-7", 0},
    {COLUMN_FLOAT, CELL("1e20"), "1e20", 0},
    {COLUMN_FLOAT, CELL("1e+20"), "1e+20", 0},
    {COLUMN_FLOAT, CELL("0001.5"), "1.5", 0},
    {COLUMN_BOOLEAN, CELL("1"), "true", 0},
    {COLUMN_BOOLEAN, CELL("0"), "false", 0},
    {COLUMN_BOOLEAN, CELL("2"), "2", 0},
    {COLUMN_DATE, CELL("0000-00-00"), "\"0000-00-00\"", 0},
    {COLUMN_TIME, CELL("-838:59:59"), "\"-838:59:59\"", 0},
    {COLUMN_DATETIME, CELL("2026-11-23 10:00:00.5"), "\"2026-11-23 10:00:00.5\"", 0},
    {COLUMN_JSON, CELL("{\"a\": [1, 2.5, null],\n \"b c\": \"d  e\"}"),
     "{\"a\":[1,2.5,null],\"b c\":\"d  e\"}", 0},
    {COLUMN_JSON, CELL(" \"\xe2\x80\xa8\" "), "\"\\u2028\"", 0},
    {COLUMN_JSON, CELL("12"), "12", 0},
    {COLUMN_JSON, CELL("null"), "null", 0},
    {COLUMN_JSON, CELL("{oops"), "\"{oops\"", 0},
    {COLUMN_JSON, CELL(""), "\"\"", 0},
    {COLUMN_JSON, CELL("\"\\ud800\""), "\"\\\"\\\\ud800\\\"\"", 0},
    {COLUMN_JSON, CELL("\"\\ud83d\\ude00\""), "\"\\ud83d\\ude00\"", 0},
    {COLUMN_JSON, CELL("[1,]"), "\"[1,]\"", 0},
    {COLUMN_JSON, CELL("NaN"), "\"NaN\"", 0},
    {COLUMN_BINARY, CELL("\x00\xff="), "\"00ff3d\"", 0},
};

START_TEST(test_values)
{
    struct render_notes notes;
    for (size_t i = 0; i < ROWS_COUNT(values); i++) {
        char *got = one_cell(values[i].type, values[i].cell, &notes);
        ck_assert_msg(strcmp(got, values[i].want) == 0, "case %zu: got %s, want %s", i, got,
                      values[i].want);
        ck_assert_msg(notes.replaced_characters == values[i].replaced, "case %zu: replaced", i);
        free(got);
    }
}
END_TEST

/* The value of column `v` in the only row, in each of the three kinds of JSON. */
static void check_everywhere(struct cell cell, const char *want)
{
    static const struct {
        const struct format *format;
        const char *before, *after; /* what stands around the row */
    } kinds[] = {
        {&format_json, "\"rows\": [\n{\"v\":", "}\n], \"row_count\": 1}\n]}\n"},
        {&format_json_rows, "[\n{\"v\":", "}\n]\n"},
        {&format_ndjson, "{\"v\":", "}\n"},
    };
    static const struct column column = {"v", "V", COLUMN_JSON, NULL};
    for (size_t i = 0; i < ROWS_COUNT(kinds); i++) {
        struct err e = {0};
        struct rows rows;
        struct proof proof;
        uint64_t n = 1;
        size_t len;
        const char *path = rows_path("nested.json");
        rows_init(&rows, &column, 1, &cell, 1);
        ck_ok(rows_write(kinds[i].format, &format_default_options, path, &rows, NULL, &e), &e);
        ck_ok(rows_verify(kinds[i].format, path, &format_default_options, n, &proof, &e), &e);
        char *text = rows_read(path, &len);
        const char *value = strstr(text, kinds[i].before);
        ck_assert_msg(value != NULL, "%s: %s", kinds[i].format->name, text);
        value += strlen(kinds[i].before);
        ck_assert_msg(strncmp(value, want, strlen(want)) == 0 &&
                          strcmp(value + strlen(want), kinds[i].after) == 0,
                      "%s: got %s, want %s", kinds[i].format->name, value, want);
        free(text);
    }
}

/* Columns that hold JSON are JSON in the file: as they are, but on one line. */
START_TEST(test_nested)
{
    static const struct {
        struct cell cell;
        const char *want;
    } cases[] = {
        {CELL("{\"a\": {\"b\": [1, {\"c\": null}]}}"), "{\"a\":{\"b\":[1,{\"c\":null}]}}"},
        {CELL("[[], {}, [[]], \"\"]"), "[[],{},[[]],\"\"]"},
        {CELL("\"text\""), "\"text\""},
        {CELL("-0.50e+3"), "-0.50e+3"},
        {CELL("12345678901234567890"), "12345678901234567890"},
        {CELL("true"), "true"},
        {CELL("null"), "null"},
        {CELL_NULL, "null"},
        /* A reader may take either; the text is not ours to change. */
        {CELL("{\"a\": 1, \"a\": 2}"), "{\"a\":1,\"a\":2}"},
        {CELL("{\"rows\": [], \"row_count\": 9, \"results\": [{}]}"),
         "{\"rows\":[],\"row_count\":9,\"results\":[{}]}"},
        {CELL("{\"line\":\n\"a\\nb\"}\n"), "{\"line\":\"a\\nb\"}"},
        {CELL("{\"a\": 1"), "\"{\\\"a\\\": 1\""},
        {CELL("{'a': 1}"), "\"{'a': 1}\""},
        {CELL("1 2"), "\"1 2\""},
        {CELL("Infinity"), "\"Infinity\""},
    };
    for (size_t i = 0; i < ROWS_COUNT(cases); i++)
        check_everywhere(cases[i].cell, cases[i].want);
}
END_TEST

/* As deep as the database takes it; what is deeper can only come from a text, and is one. */
START_TEST(test_nested_deeply)
{
    enum { DEEP = 100 };
    char text[2 * DEEP + 3], quoted[sizeof(text) + 2];
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    text[2 * DEEP] = '\0';
    check_everywhere((struct cell){text, 2 * DEEP}, text);
    memset(text, '[', DEEP + 1);
    memset(text + DEEP + 1, ']', DEEP + 1);
    text[2 * DEEP + 2] = '\0';
    snprintf(quoted, sizeof(quoted), "\"%s\"", text);
    check_everywhere((struct cell){text, 2 * DEEP + 2}, quoted);
}
END_TEST

START_TEST(test_what_is_no_number_fails)
{
    static const struct {
        enum column_type type;
        struct cell cell;
    } cases[] = {
        {COLUMN_FLOAT, CELL("nan")}, {COLUMN_FLOAT, CELL("inf")}, {COLUMN_FLOAT, CELL("-inf")},
        {COLUMN_FLOAT, CELL("")},    {COLUMN_FLOAT, CELL("1.")},  {COLUMN_FLOAT, CELL(".5")},
        {COLUMN_FLOAT, CELL("1e")},  {COLUMN_FLOAT, CELL("0x1")}, {COLUMN_INTEGER, CELL("1.5")},
        {COLUMN_INTEGER, CELL("")},  {COLUMN_INTEGER, CELL("-")}, {COLUMN_BOOLEAN, CELL("yes")},
    };
    struct err e = {0};
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct column column = {"v", "V", cases[i].type, NULL};
        struct rows rows;
        rows_init(&rows, &column, 1, &cases[i].cell, 1);
        ck_error(rows_write(&format_json, &format_default_options, rows_path("nan.json"), &rows,
                            NULL, &e),
                 &e, "column \"v\"");
        ck_assert_int_eq(e.kind, ERR_DATA);
    }
}
END_TEST

START_TEST(test_document)
{
    static const struct column columns[] = {
        {"day", "Day", COLUMN_DATE, NULL},
        {"vide\"os", "Videos added", COLUMN_INTEGER, NULL},
    };
    static const struct cell cells[] = {CELL("2026-11-01"), CELL("5"), CELL("2026-11-02"),
                                        CELL_NULL};
    static const char want[] =
        "{\"schema\": \"pressrun.report/1\", \"job\": \"daily\", \"title\": \"Daily report\", "
        "\"description\": \"What happened\", \"tenant\": {\"id\": \"42\", \"name\": "
        "\"Müller & Söhne\"}, \"period\": {\"label\": \"2026-11\", \"start\": "
        "\"2026-11-01T00:00:00Z\", \"end\": \"2026-12-01T00:00:00Z\", \"timezone\": \"UTC\"}, "
        "\"generated_at\": \"2026-12-01T02:00:00Z\", \"results\": [\n"
        "{\"name\": \"videos\", \"title\": \"Videos\", \"columns\": [{\"name\": \"day\", "
        "\"title\": \"Day\", \"type\": \"date\"}, {\"name\": \"vide\\\"os\", \"title\": "
        "\"Videos added\", \"type\": \"integer\"}], \"rows\": [\n"
        "{\"day\":\"2026-11-01\",\"vide\\\"os\":5},\n"
        "{\"day\":\"2026-11-02\",\"vide\\\"os\":null}\n"
        "], \"row_count\": 2}\n"
        "]}\n";
    struct err e = {0};
    struct rows rows;
    struct proof proof;
    uint64_t n = 2;
    size_t len;
    const char *path = rows_path("t.json");
    rows_init(&rows, columns, 2, cells, 2);
    ck_ok(rows_write(&format_json, &format_default_options, path, &rows, NULL, &e), &e);
    char *text = rows_read(path, &len);
    ck_assert_str_eq(text, want);
    ck_ok(rows_verify(&format_json, path, &format_default_options, n, &proof, &e), &e);
    char sha256[HASH_HEX_SIZE];
    hash_bytes(text, len, sha256);
    ck_assert_str_eq(proof.sha256, sha256);
    for (size_t cut = 0; cut + 1 < len; cut++) {
        rows_put(path, text, cut);
        ck_assert_int_eq(rows_verify(&format_json, path, &format_default_options, n, &proof, &e),
                         -1);
    }
    free(text);
}
END_TEST

START_TEST(test_platform_and_no_rows)
{
    static const struct column column = {"v", "V", COLUMN_TEXT, NULL};
    struct document doc = rows_document;
    struct result a = {"a", "A", NULL, &column, 1}, b = {"b", "B", NULL, &column, 1};
    struct cell cell = CELL("x");
    struct writer *w = NULL;
    struct err e = {0};
    struct proof proof;
    size_t len;
    const char *path = rows_path("two.json");
    doc.tenant_id = "";
    ck_ok(format_json.open(&w, path, "/tmp", &doc, &format_default_options, &e), &e);
    ck_ok(format_json.begin(w, &a, &e), &e);
    ck_ok(format_json.end(w, &e), &e);
    ck_ok(format_json.begin(w, &b, &e), &e);
    ck_ok(format_json.row(w, &cell, &e), &e);
    ck_ok(format_json.end(w, &e), &e);
    ck_ok(format_json.finish(w, &e), &e);
    format_json.free(w);
    char *text = rows_read(path, &len);
    ck_assert_ptr_nonnull(strstr(text, "\"tenant\": null"));
    ck_assert_ptr_nonnull(strstr(text, "\"rows\": [], \"row_count\": 0},\n{\"name\": \"b\""));
    free(text);
    static const struct {
        struct rendered rows[3];
        size_t n;
        const char *wrong;
    } cases[] = {
        {{{.rows = 0}, {.rows = 1}}, 2, NULL},
        {{{.rows = 1}, {.rows = 1}}, 2, "not as many"},
        {{{.rows = 0}, {.rows = 2}}, 2, "not as many"},
        {{{.rows = 0}}, 1, "more result sets"},
        {{{.rows = 0}, {.rows = 1}, {.rows = 0}}, 3, "not the result sets"},
    };
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        int rc = format_json.verify(path, &format_default_options, cases[i].rows, cases[i].n,
                                    &proof, &e);
        if (cases[i].wrong)
            ck_error(rc, &e, cases[i].wrong);
        else
            ck_ok(rc, &e);
    }
}
END_TEST

START_TEST(test_verify_refuses)
{
    static const struct {
        const char *text;
        const char *wrong;
    } cases[] = {
        {"", "ends too early"},
        {"\xef\xbb\xbf{\"results\":[]}", "expected a value"},
        {"{}", "no \"results\""},
        {"[]", "no \"results\""},
        {"{\"results\":[]} x", "follows the document"},
        {"{\"results\":[],}", "expected a name"},
        {"{\"results\" []}", "expected a colon"},
        {"{'results':[]}", "expected a name"},
        {"{\"results\":[}", "expected a value"},
        {"{\"results\":[]]", "expected a comma"},
        {"{\"a\":tru,\"results\":[]}", "true, false or null"},
        {"{\"a\":01,\"results\":[]}", "expected a comma"},
        {"{\"a\":1.,\"results\":[]}", "cut short"},
        {"{\"a\":-,\"results\":[]}", "cut short"},
        {"{\"a\":+1,\"results\":[]}", "expected a value"},
        {"{\"a\":\"\n\",\"results\":[]}", "control character"},
        {"{\"a\":\"\\x\",\"results\":[]}", "unknown escape"},
        {"{\"a\":\"\\u12g4\",\"results\":[]}", "hexadecimal"},
        {"{\"a\":\"\\udc00\",\"results\":[]}", "surrogate"},
        {"{\"a\":\"\\ud800x\",\"results\":[]}", "surrogate"},
        {"{\"a\":\"\\ud800\\n\",\"results\":[]}", "surrogate"},
        {"{\"a\":\"\\ud800\\u0041\",\"results\":[]}", "surrogate"},
        {"{\"a\":\"\xff\",\"results\":[]}", "UTF-8"},
        {"{\"results\":[],\"results\":[]}", "not the result sets"},
        {"{\"results\":[{\"rows\":[]}]}", "more result sets"},
    };
    struct err e = {0};
    struct proof proof;
    struct rendered none = {0};
    const char *path = rows_path("bad.json");
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        rows_put(path, cases[i].text, strlen(cases[i].text));
        ck_error(format_json.verify(path, &format_default_options, &none, 0, &proof, &e), &e,
                 cases[i].wrong);
    }
    char deep[400];
    memset(deep, '[', sizeof(deep));
    rows_put(path, deep, sizeof(deep));
    ck_error(format_json.verify(path, &format_default_options, &none, 0, &proof, &e), &e,
             "nested too deeply");
    rows_put(path, "{\"results\":[{\"rows\":[]}]}", 25);
    ck_error(rows_verify(&format_json, path, &format_default_options, none.rows, &proof, &e), &e,
             "row_count");
    rows_put(path, "{\"a\":[{\"rows\":[]}],\"results\":[]}", 33);
    ck_error(format_json.verify(path, &format_default_options, &none, 0, &proof, &e), &e,
             "more result sets");
}
END_TEST

START_TEST(test_text)
{
    static const struct {
        const char *text, *readable;
    } cases[] = {
        {"[\"a\", \"b\",\"c\"]", "a, b, c"},
        {"[1, 2.50, true, null]", "1, 2.50, true, null"},
        {"[]", ""},
        {"[ \"x,]\\\" y\\u00e9\\ud83d\\ude00\\n\" ]", "x,]\" yé😀\n"},
        {"\"just text\"", "just text"},
        {" 12 ", "12"},
        {"{\"a\": [1, 2]}", "{\"a\":[1,2]}"},
        {"[[1], 2]", "[[1],2]"},
        {"[\"[\", \"{\"]", "[, {"},
    };
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        ck_assert(json_text_valid(cases[i].text, strlen(cases[i].text)));
        json_text_readable(&out, cases[i].text, strlen(cases[i].text));
        ck_assert_str_eq(out.data, cases[i].readable);
    }
    buf_release(&out);
    char deep[202];
    memset(deep, '[', 101);
    memset(deep + 101, ']', 101);
    ck_assert(!json_text_valid(deep, 202)); /* 101 deep */
    ck_assert(json_text_valid(deep + 1, 200));
}
END_TEST

START_TEST(test_full_disk)
{
    static const struct column column = {"v", "V", COLUMN_TEXT, NULL};
    static const struct cell cells[] = {CELL("0123456789012345678901234567890123456789")};
    struct err e = {0};
    struct rows rows;
    rows_limit_files(1 << 20);
    rows_init(&rows, &column, 1, cells, 1);
    rows.repeat = 100000;
    int rc =
        rows_write(&format_json, &format_default_options, rows_path("full.json"), &rows, NULL, &e);
    rows_limit_files(RLIM_INFINITY);
    ck_error(rc, &e, "can't write");
    ck_assert(e.transient && e.kind == ERR_IO);
}
END_TEST

int main(void)
{
    return unit_main("json", (const TTest *const[]){test_values, test_nested, test_nested_deeply,
                                                    test_what_is_no_number_fails, test_document,
                                                    test_platform_and_no_rows, test_verify_refuses,
                                                    test_text, test_full_disk, NULL});
}
