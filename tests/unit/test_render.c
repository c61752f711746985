#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/render.h"
#include "tests/unit/rows.h"

static const struct format *const all[] = {&format_xlsx,      &format_csv,    &format_json,
                                           &format_json_rows, &format_ndjson, &format_html};
static const struct format *const texts[] = {&format_csv, &format_json, &format_json_rows,
                                             &format_ndjson};
enum { NALL = ROWS_COUNT(all) };
static const struct column columns[] = {{"a", "A", COLUMN_TEXT, NULL},
                                        {"n", "N", COLUMN_INTEGER, NULL}};
static const struct cell cells[] = {CELL("=x"), CELL("1"), CELL("\xff"),
                                    CELL("12345678901234567890")};

/* A directory of its own for each render. */
static const char *fresh_dir(void)
{
    const char *dir = rows_path("render");
    ck_assert_int_eq(mkdir(dir, 0700), 0);
    return dir;
}

static unsigned count_files(const char *dir)
{
    unsigned n = 0;
    struct dirent *entry;
    DIR *d = opendir(dir);
    ck_assert_ptr_nonnull(d);
    while ((entry = readdir(d)) != NULL)
        n += entry->d_name[0] != '.';
    closedir(d);
    return n;
}

START_TEST(test_all_formats)
{
    static const char *const names[] = {
        "daily.xlsx",       "daily.json",        "daily.html",
        "daily.first.csv",  "daily.first.json",  "daily.first.ndjson",
        "daily.second.csv", "daily.second.json", "daily.second.ndjson",
    };
    static const uint64_t counts[] = {5, 5, 5, 2, 2, 2, 3, 3, 3};
    struct err e = {0};
    struct render *r = NULL;
    struct rows rows;
    uint64_t n = 0;
    const struct artifact *artifacts;
    size_t nartifacts;
    char path[1024], sha256[HASH_HEX_SIZE];
    struct stat st;
    const char *dir = fresh_dir();
    ck_ok(render_open(&r, dir, &rows_document, all, NALL, &format_default_options, 2, &e), &e);
    rows_init(&rows, columns, 2, cells, 2);
    ck_ok(render_result(r, &(const struct result){.name = "first", .title = "First"}, &rows.source,
                        &n, &e),
          &e);
    ck_assert_uint_eq(n, 2);
    rows_init(&rows, columns, 2, cells, 1);
    rows.repeat = 3;
    ck_ok(render_result(r, &(const struct result){.name = "second", .title = "Second"},
                        &rows.source, &n, &e),
          &e);
    ck_assert_uint_eq(n, 3);
    ck_ok(render_finish(r, &artifacts, &nartifacts, &e), &e);
    ck_assert_uint_eq(nartifacts, 9);
    for (size_t i = 0; i < nartifacts; i++) {
        const struct artifact *a = &artifacts[i];
        ck_assert_str_eq(a->name, names[i]);
        ck_assert_str_eq(a->result, i < 3 ? "" : i < 6 ? "first" : "second");
        ck_assert_uint_eq(a->rows, counts[i]);
        snprintf(path, sizeof(path), "%s/%s", dir, a->name);
        ck_ok(hash_file(path, sha256, &e), &e);
        ck_assert_str_eq(a->sha256, sha256);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(a->size_bytes, (uint64_t)st.st_size);
    }
    ck_assert_uint_eq(artifacts[0].notes.numbers_as_text, 1);
    ck_assert_uint_eq(artifacts[0].notes.replaced_characters, 1);
    ck_assert_uint_eq(artifacts[1].notes.replaced_characters, 1);
    ck_assert_uint_eq(artifacts[2].notes.replaced_characters, 1);
    ck_assert_uint_eq(artifacts[3].notes.guarded_formulas, 1);
    ck_assert_uint_eq(artifacts[6].notes.guarded_formulas, 3);
    render_free(r);
    ck_assert_uint_eq(count_files(dir), 9);
}
END_TEST

/* Each format by itself: how one is compressed says nothing about the others. */
START_TEST(test_compressed)
{
    static const struct {
        const char *name, *media_type;
    } files[] = {
        {"daily.json.gz", "application/gzip"},
        {"daily.first.csv.zst", "application/zstd"},
        {"daily.first.json.gz", "application/gzip"},
        {"daily.first.ndjson", "application/x-ndjson"},
    };
    struct err e = {0};
    struct render *r = NULL;
    struct rows rows;
    uint64_t n;
    const struct artifact *artifacts;
    size_t nartifacts;
    char path[1024], sha256[HASH_HEX_SIZE];
    struct format_options options = format_default_options;
    const char *dir = fresh_dir();
    options.compress[format_index(&format_json)] = &codec_gzip;
    options.compress[format_index(&format_json_rows)] = &codec_gzip;
    options.compress[format_index(&format_csv)] = &codec_zstd;
    ck_ok(render_open(&r, dir, &rows_document, texts, 4, &options, 1, &e), &e);
    rows_init(&rows, columns, 2, cells, 2);
    ck_ok(render_result(r, &(const struct result){.name = "first", .title = "First"}, &rows.source,
                        &n, &e),
          &e);
    ck_ok(render_finish(r, &artifacts, &nartifacts, &e), &e);
    ck_assert_uint_eq(nartifacts, 4);
    for (size_t i = 0; i < nartifacts; i++) {
        const struct artifact *a = &artifacts[i];
        ck_assert_str_eq(a->name, files[i].name);
        ck_assert_str_eq(artifact_media_type(a), files[i].media_type);
        ck_assert_ptr_eq(a->codec, format_codec(&options, a->format));
        snprintf(path, sizeof(path), "%s/%s", dir, a->name);
        ck_ok(hash_file(path, sha256, &e), &e);
        ck_assert_str_eq(a->sha256, sha256);
    }
    render_free(r);
}
END_TEST

/* Names as long as jobs and result sets may have them. */
START_TEST(test_longest_name)
{
    char job[LIMIT_NAME_BYTES + 1], result[LIMIT_NAME_BYTES + 1];
    memset(job, 'j', sizeof(job));
    memset(result, 'r', sizeof(result));
    job[LIMIT_NAME_BYTES] = result[LIMIT_NAME_BYTES] = '\0';
    struct document doc = rows_document;
    struct format_options options = format_default_options;
    struct err e = {0};
    struct render *r = NULL;
    struct rows rows;
    uint64_t n;
    const struct artifact *artifacts;
    size_t nartifacts;
    doc.job = job;
    for (size_t i = 0; i < 4; i++)
        options.compress[format_index(texts[i])] = &codec_zstd;
    ck_ok(render_open(&r, fresh_dir(), &doc, texts, 4, &options, 1, &e), &e);
    rows_init(&rows, columns, 2, cells, 2);
    ck_ok(render_result(r, &(const struct result){.name = result, .title = "First"}, &rows.source,
                        &n, &e),
          &e);
    ck_ok(render_finish(r, &artifacts, &nartifacts, &e), &e);
    const char *name = artifacts[3].name;
    ck_assert_str_eq(name + strlen(name) - strlen("r.ndjson.zst"), "r.ndjson.zst");
    ck_assert_uint_eq(strlen(name), 2 * LIMIT_NAME_BYTES + strlen("..ndjson.zst"));
    render_free(r);
}
END_TEST

/* Renders once; the artifacts' hashes go into `hashes`. */
static void render_hashes(char hashes[NALL][HASH_HEX_SIZE])
{
    struct err e = {0};
    struct render *r = NULL;
    struct rows rows;
    uint64_t n;
    const struct artifact *artifacts;
    size_t nartifacts;
    ck_ok(render_open(&r, fresh_dir(), &rows_document, all, NALL, &format_default_options, 1, &e),
          &e);
    rows_init(&rows, columns, 2, cells, 2);
    ck_ok(render_result(r, &(const struct result){.name = "first", .title = "First"}, &rows.source,
                        &n, &e),
          &e);
    ck_ok(render_finish(r, &artifacts, &nartifacts, &e), &e);
    ck_assert_uint_eq(nartifacts, NALL);
    for (size_t i = 0; i < NALL; i++)
        memcpy(hashes[i], artifacts[i].sha256, HASH_HEX_SIZE);
    render_free(r);
}

START_TEST(test_same_bytes)
{
    char a[NALL][HASH_HEX_SIZE], b[NALL][HASH_HEX_SIZE];
    render_hashes(a);
    render_hashes(b);
    for (size_t i = 0; i < NALL; i++)
        ck_assert_str_eq(a[i], b[i]);
}
END_TEST

/* Renders one result set that must fail, and leaves nothing behind. */
static void must_fail(const struct column *cols, size_t ncols, const struct cell *values,
                      int fail_at, const char *wrong, struct err *e)
{
    struct render *r = NULL;
    struct rows rows;
    uint64_t n = 77;
    const char *dir = fresh_dir();
    ck_ok(render_open(&r, dir, &rows_document, all, NALL, &format_default_options, 1, e), e);
    rows_init(&rows, cols, ncols, values, 1);
    rows.repeat = 10;
    rows.fail_at = fail_at;
    ck_error(render_result(r, &(const struct result){.name = "first", .title = "First"},
                           &rows.source, &n, e),
             e, wrong);
    ck_assert_uint_eq(n, 77);
    render_free(r);
    ck_assert_uint_eq(count_files(dir), 0);
}

START_TEST(test_failures_leave_nothing)
{
    static const struct column twins[] = {{"a", "A", COLUMN_TEXT, NULL},
                                          {"a", "B", COLUMN_TEXT, NULL}};
    static const struct column cases[] = {{"a", "A", COLUMN_TEXT, NULL},
                                          {"A", "B", COLUMN_FLOAT, NULL}};
    static const struct cell nan[] = {CELL("x"), CELL("nan")};
    struct err e = {0};
    must_fail(twins, 2, cells, 0, "result set \"first\": two columns are called \"a\"", &e);
    ck_assert_int_eq(e.kind, ERR_DATA);
    ck_assert_ptr_nonnull(strstr(e.hint, "AS"));
    must_fail(columns, 0, cells, 0, "no columns", &e);
    must_fail(columns, 2, cells, 7, "result set \"first\": the connection was lost", &e);
    ck_assert_int_eq(e.kind, ERR_DATABASE);
    must_fail(cases, 2, nan, 0,
              "result set \"first\": file \"daily.xlsx\": row 1: column \"A\": \"nan\"", &e);
    ck_assert_int_eq(e.kind, ERR_DATA);
}
END_TEST

START_TEST(test_column_limit)
{
    struct column *many = xcalloc(LIMIT_COLUMNS + 1, sizeof(*many));
    char names[LIMIT_COLUMNS + 1][8];
    struct cell *values = xcalloc(LIMIT_COLUMNS + 1, sizeof(*values));
    struct err e = {0};
    for (unsigned i = 0; i <= LIMIT_COLUMNS; i++) {
        snprintf(names[i], sizeof(names[i]), "c%u", i);
        many[i] = (struct column){names[i], names[i], COLUMN_TEXT, NULL};
        values[i] = CELL_NULL;
    }
    must_fail(many, LIMIT_COLUMNS + 1, values, 0, "1001 columns", &e);
    struct render *r = NULL;
    struct rows rows;
    uint64_t n;
    const struct artifact *artifacts;
    size_t nartifacts;
    ck_ok(render_open(&r, fresh_dir(), &rows_document, all, NALL, &format_default_options, 1, &e),
          &e);
    rows_init(&rows, many, LIMIT_COLUMNS, values, 1);
    ck_ok(render_result(r, &(const struct result){.name = "first", .title = "First"}, &rows.source,
                        &n, &e),
          &e);
    ck_ok(render_finish(r, &artifacts, &nartifacts, &e), &e);
    render_free(r);
    free(many);
    free(values);
}
END_TEST

START_TEST(test_misuse)
{
    struct err e = {0};
    struct render *r = NULL;
    struct rows rows;
    uint64_t n;
    const struct artifact *artifacts;
    size_t nartifacts;
    const char *dir = fresh_dir();
    ck_ok(render_open(&r, dir, &rows_document, all, NALL, &format_default_options, 2, &e), &e);
    rows_init(&rows, columns, 2, cells, 2);
    ck_ok(render_result(r, &(const struct result){.name = "first", .title = "First"}, &rows.source,
                        &n, &e),
          &e);
    ck_error(render_finish(r, &artifacts, &nartifacts, &e), &e, "1 of 2 result sets");
    render_free(r);
    ck_assert_uint_eq(count_files(dir), 0);
    render_free(NULL);
    /* A name that is taken is an error, and what is there stays. */
    char path[1024];
    snprintf(path, sizeof(path), "%s/daily.json", dir);
    rows_put(path, "mine", 4);
    ck_error(render_open(&r, dir, &rows_document, all, NALL, &format_default_options, 1, &e), &e,
             "file \"daily.json\": can't create");
    ck_assert_uint_eq(count_files(dir), 1);
    ck_error(
        render_open(&r, "/nonexistent", &rows_document, all, NALL, &format_default_options, 1, &e),
        &e, "can't create");
}
END_TEST

/* A full disk, whatever is being written when it fills: the render fails and publishes nothing. */
START_TEST(test_full_disk)
{
    static const struct column two[] = {{"a", "A", COLUMN_TEXT, NULL},
                                        {"b", "B", COLUMN_TEXT, NULL}};
    enum { NROWS = 1000, REPEAT = 20 }; /* over 1 MB of each */
    struct arena arena = {0};
    struct cell *random = rows_random(&arena, NROWS * 2);
    struct err e = {0};
    struct format_options options = format_default_options;
    options.html_max_rows = 0;
    for (size_t f = 0; f < NALL; f++) {
        for (rlim_t size = 1 << 19; size >= 1 << 12; size /= 2) {
            struct render *r = NULL;
            struct rows rows;
            uint64_t n;
            const struct artifact *artifacts;
            size_t nartifacts;
            const char *dir = fresh_dir();
            rows_init(&rows, two, 2, random, NROWS);
            rows.repeat = REPEAT;
            rows_limit_files(size);
            int rc = render_open(&r, dir, &rows_document, &all[f], 1, &options, 1, &e);
            if (rc == 0)
                rc = render_result(r, &(const struct result){.name = "first", .title = "First"},
                                   &rows.source, &n, &e);
            if (rc == 0)
                rc = render_finish(r, &artifacts, &nartifacts, &e);
            rows_limit_files(RLIM_INFINITY);
            ck_assert_int_eq(rc, -1);
            ck_assert(e.kind == ERR_IO && e.transient && e.hint[0]);
            render_free(r);
            ck_assert_uint_eq(count_files(dir), 0);
        }
    }
    arena_release(&arena);
}
END_TEST

START_TEST(test_registry)
{
    ck_assert_ptr_eq(format_by_name("csv"), &format_csv);
    ck_assert_ptr_eq(format_by_name("ndjson"), &format_ndjson);
    ck_assert_ptr_null(format_by_name("CSV"));
    ck_assert_ptr_null(format_by_name(""));
    size_t n = 0;
    while (format_at(n))
        n++;
    ck_assert_uint_eq(n, NALL);
    ck_assert_ptr_null(format_at(99));
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_eq(format_index(format_at(i)), i);
    const struct format_options *plain = &format_default_options;
    char name[ARTIFACT_NAME_SIZE], longest[LIMIT_NAME_BYTES + 1] = "";
    ck_assert_int_eq(format_file_name(&format_csv, plain, "job", "rows", name), 0);
    ck_assert_str_eq(name, "job.rows.csv");
    ck_assert_int_eq(format_file_name(&format_html, plain, "job", "", name), 0);
    ck_assert_str_eq(name, "job.html");
    memset(longest, 'x', LIMIT_NAME_BYTES);
    ck_assert_int_eq(format_file_name(&format_ndjson, plain, longest, longest, name), 0);
    ck_assert_int_eq(format_file_name(&format_ndjson, plain, "../job", "", name), -1);
    enum column_type type;
    for (int i = COLUMN_TEXT; i <= COLUMN_BINARY; i++) {
        ck_assert(column_type_by_name(column_type_name((enum column_type)i), &type));
        ck_assert_int_eq((int)type, i);
    }
    ck_assert(!column_type_by_name("varchar", &type));
}
END_TEST

int main(void)
{
    return unit_main("render", (const TTest *const[]){
                                   test_all_formats, test_compressed, test_longest_name,
                                   test_same_bytes, test_failures_leave_nothing, test_column_limit,
                                   test_misuse, test_full_disk, test_registry, NULL});
}
