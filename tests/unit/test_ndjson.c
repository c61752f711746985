#include <string.h>

#include "tests/unit/rows.h"

static const struct column columns[] = {
    {"day", "Day", COLUMN_DATE, NULL},
    {"tags", "Tags", COLUMN_JSON, NULL},
};
static const struct cell cells[] = {CELL("2026-11-01"), CELL("[1,\n 2]"), CELL_NULL,
                                    CELL("one\ntwo")};

START_TEST(test_lines)
{
    struct err e = {0};
    struct rows rows;
    struct proof proof;
    uint64_t n = 2;
    size_t len;
    const char *path = rows_path("t.ndjson");
    rows_init(&rows, columns, 2, cells, 2);
    ck_ok(rows_write(&format_ndjson, &format_default_options, path, &rows, NULL, &e), &e);
    char *text = rows_read(path, &len);
    ck_assert_str_eq(text, "{\"day\":\"2026-11-01\",\"tags\":[1,2]}\n"
                           "{\"day\":null,\"tags\":\"one\\ntwo\"}\n");
    ck_ok(rows_verify(&format_ndjson, path, &format_default_options, n, &proof, &e), &e);
    for (size_t cut = 0; cut < len; cut++) {
        rows_put(path, text, cut);
        ck_assert_int_eq(rows_verify(&format_ndjson, path, &format_default_options, n, &proof, &e),
                         -1);
    }
    free(text);
    n = 0;
    rows_init(&rows, columns, 2, cells, 0);
    path = rows_path("empty.ndjson");
    ck_ok(rows_write(&format_ndjson, &format_default_options, path, &rows, NULL, &e), &e);
    ck_ok(rows_verify(&format_ndjson, path, &format_default_options, n, &proof, &e), &e);
    ck_assert_uint_eq(proof.size_bytes, 0);
}
END_TEST

START_TEST(test_verify_refuses)
{
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"{}\n\n", "line 2"},       {"[]\n", "not an object"}, {"1\n", "not an object"},
        {"{} {}\n", "follows"},     {"{\n}\n", "too early"},   {"{}\n{}\n", "holds 2"},
        {"{}\n{\"a\":1", "line 2"},
    };
    struct err e = {0};
    struct proof proof;
    uint64_t n = 1;
    const char *path = rows_path("bad.ndjson");
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        rows_put(path, cases[i].text, strlen(cases[i].text));
        ck_error(rows_verify(&format_ndjson, path, &format_default_options, n, &proof, &e), &e,
                 cases[i].wrong);
    }
}
END_TEST

/* Rows of all lengths, so that lines and characters lie across the ends of blocks. */
START_TEST(test_blocks)
{
    static const struct column column = {"v", "V", COLUMN_TEXT, NULL};
    enum { N = 700 };
    struct cell *many = xcalloc(N, sizeof(*many));
    char *text = xmalloc(4 * N);
    for (size_t i = 0; i < N; i++)
        memcpy(text + 4 * i, "😀", 4);
    for (size_t i = 0; i < N; i++)
        many[i] = (struct cell){text, 4 * i};
    struct err e = {0};
    struct rows rows;
    struct proof proof;
    uint64_t n = N;
    const char *path = rows_path("blocks.ndjson");
    rows_init(&rows, &column, 1, many, N);
    ck_ok(rows_write(&format_ndjson, &format_default_options, path, &rows, NULL, &e), &e);
    ck_ok(rows_verify(&format_ndjson, path, &format_default_options, n, &proof, &e), &e);
    ck_assert_uint_eq(proof.size_bytes, N * (8 + 2) - N + 4 * N * (N - 1) / 2);
    free(text);
    free(many);
}
END_TEST

START_TEST(test_full_disk)
{
    struct err e = {0};
    struct rows rows;
    rows_limit_files(1 << 20);
    rows_init(&rows, columns, 2, cells, 2);
    rows.repeat = 100000;
    int rc = rows_write(&format_ndjson, &format_default_options, rows_path("full.ndjson"), &rows,
                        NULL, &e);
    rows_limit_files(RLIM_INFINITY);
    ck_error(rc, &e, "can't write");
}
END_TEST

int main(void)
{
    return unit_main("ndjson", (const TTest *const[]){test_lines, test_verify_refuses, test_blocks,
                                                      test_full_disk, NULL});
}
