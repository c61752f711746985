#include <string.h>

#include "tests/unit/rows.h"

static const struct column columns[] = {
    {"day", "Day", COLUMN_DATE, NULL},
    {"tags", "Tags", COLUMN_JSON, NULL},
};
static const struct cell cells[] = {CELL("2026-11-01"), CELL("[1,\n {\"a\": 2}]"), CELL_NULL,
                                    CELL("one\ntwo")};

START_TEST(test_array)
{
    struct err e = {0};
    struct rows rows;
    struct proof proof;
    uint64_t n = 2;
    size_t len;
    const char *path = rows_path("t.json");
    rows_init(&rows, columns, 2, cells, 2);
    ck_ok(rows_write(&format_json_rows, &format_default_options, path, &rows, NULL, &e), &e);
    char *text = rows_read(path, &len);
    ck_assert_str_eq(text, "[\n{\"day\":\"2026-11-01\",\"tags\":[1,{\"a\":2}]},\n"
                           "{\"day\":null,\"tags\":\"one\\ntwo\"}\n]\n");
    ck_ok(rows_verify(&format_json_rows, path, &format_default_options, n, &proof, &e), &e);
    char sha256[HASH_HEX_SIZE];
    hash_bytes(text, len, sha256);
    ck_assert_str_eq(proof.sha256, sha256);
    /* Without its last byte it is still the same array. */
    for (size_t cut = 0; cut + 1 < len; cut++) {
        rows_put(path, text, cut);
        ck_assert_int_eq(
            rows_verify(&format_json_rows, path, &format_default_options, n, &proof, &e), -1);
    }
    free(text);
    n = 0;
    rows_init(&rows, columns, 2, cells, 0);
    path = rows_path("empty.json");
    ck_ok(rows_write(&format_json_rows, &format_default_options, path, &rows, NULL, &e), &e);
    text = rows_read(path, &len);
    ck_assert_str_eq(text, "[]\n");
    free(text);
    ck_ok(rows_verify(&format_json_rows, path, &format_default_options, n, &proof, &e), &e);
}
END_TEST

START_TEST(test_verify_refuses)
{
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"", "too early"},
        {"[", "too early"},
        {"[]", "holds 0"},
        {"[{},{}]", "holds 2"},
        {"[[]]", "a row is not an object"},
        {"[1]", "a row is not an object"},
        {"[null]", "a row is not an object"},
        {"{\"a\":{}}", "not an array"},
        {"{\"results\":[]}", "a row is not an object"},
        {"12", "not an array"},
        {"[{}] []", "follows"},
        {"[{}],", "follows"},
        {"[{},]", "expected a value"},
        {"[{}\n{}]", "expected a comma"},
        {"[{\"v\":\"\xff\"}]", "UTF-8"},
    };
    struct err e = {0};
    struct proof proof = {.size_bytes = 77};
    uint64_t n = 1;
    const char *path = rows_path("bad.json");
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        rows_put(path, cases[i].text, strlen(cases[i].text));
        ck_error(rows_verify(&format_json_rows, path, &format_default_options, n, &proof, &e), &e,
                 cases[i].wrong);
        ck_assert_uint_eq(proof.size_bytes, 77);
    }
    static const struct rendered two[2];
    rows_put(path, "[{}]", 4);
    ck_ok(rows_verify(&format_json_rows, path, &format_default_options, n, &proof, &e), &e);
    ck_error(format_json_rows.verify(path, &format_default_options, two, 2, &proof, &e), &e,
             "one result set, not 2");
}
END_TEST

START_TEST(test_full_disk)
{
    struct err e = {0};
    struct rows rows;
    rows_limit_files(1 << 20);
    rows_init(&rows, columns, 2, cells, 2);
    rows.repeat = 100000;
    int rc = rows_write(&format_json_rows, &format_default_options, rows_path("full.json"), &rows,
                        NULL, &e);
    rows_limit_files(RLIM_INFINITY);
    ck_error(rc, &e, "can't write");
    ck_assert(e.transient && e.kind == ERR_IO);
}
END_TEST

int main(void)
{
    return unit_main("json_rows",
                     (const TTest *const[]){test_array, test_verify_refuses, test_full_disk, NULL});
}
