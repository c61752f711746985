#include <dirent.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "formats/output.h"
#include "formats/render.h"
#include "tests/unit/rows.h"

/* What becomes of the bytes that write(2) was given, although it reports success. */
enum fault { NONE, LOST, CUT, FLIPPED, NFAULTS };
static const char *const complaints[] = {
    [LOST] = "bytes where", [CUT] = "bytes where", [FLIPPED] = "other bytes than were written"};

static enum fault fault;
static unsigned strike, calls; /* the call of write() that it meets, from 1, and those so far */
static bool halves;            /* and it takes half of what it gets, and says so */

/* In place of libc's. */
ssize_t write(int fd, const void *p, size_t len)
{
    calls++;
    if (halves && len > 1)
        return syscall(SYS_write, fd, p, len / 2);
    if (fault == NONE || calls != strike)
        return syscall(SYS_write, fd, p, len);
    if (fault == FLIPPED) {
        char *copy = xmalloc(len);
        memcpy(copy, p, len);
        copy[len / 2] ^= 1;
        ck_assert(syscall(SYS_write, fd, copy, len) == (long)len);
        free(copy);
    } else if (fault == CUT) {
        ck_assert(syscall(SYS_write, fd, p, len - 1) == (long)len - 1);
    }
    return (ssize_t)len;
}

static const struct column columns[] = {{"a", "A", COLUMN_TEXT, NULL},
                                        {"n", "N", COLUMN_INTEGER, NULL}};
static const struct cell cells[] = {CELL("some text"), CELL("1"), CELL("other text"), CELL("22")};
enum { ROWS = 60000 }; /* some 900 KB as CSV */

static struct render *render;
static const char *directory;

/* Up to what render_finish() proves. */
static void render_rows(const struct format *const *format, const struct codec *codec,
                        struct format_options *options)
{
    struct err e = {0};
    struct rows rows;
    uint64_t n;
    *options = format_default_options;
    options->compress[format_index(*format)] = codec;
    directory = rows_path("output");
    ck_assert_int_eq(mkdir(directory, 0700), 0);
    rows_init(&rows, columns, 2, cells, 2);
    rows.repeat = ROWS / 2;
    ck_ok(render_open(&render, directory, &rows_document, format, 1, options, 1, &e), &e);
    ck_ok(render_result(render, &(const struct result){.name = "first", .title = "First"},
                        &rows.source, &n, &e),
          &e);
    ck_assert_uint_eq(n, ROWS);
}

static unsigned leftovers(void)
{
    unsigned n = 0;
    DIR *d = opendir(directory);
    ck_assert_ptr_nonnull(d);
    for (struct dirent *entry; (entry = readdir(d)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(d);
    return n;
}

static void must_succeed(void)
{
    struct err e = {0};
    const struct artifact *artifacts;
    size_t n;
    char path[1024];
    struct stat st;
    char sha256[HASH_HEX_SIZE];
    ck_ok(render_finish(render, &artifacts, &n, &e), &e);
    ck_assert_uint_eq(n, 1);
    ck_assert_uint_eq(artifacts[0].rows, ROWS);
    snprintf(path, sizeof(path), "%s/%s", directory, artifacts[0].name);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(artifacts[0].size_bytes, (uint64_t)st.st_size);
    ck_ok(hash_file(path, sha256, &e), &e);
    ck_assert_str_eq(artifacts[0].sha256, sha256);
    render_free(render);
}

static void must_fail(const char *complaint)
{
    struct err e = {0};
    const struct artifact *artifacts;
    size_t n;
    ck_error(render_finish(render, &artifacts, &n, &e), &e, complaint);
    ck_assert_ptr_nonnull(strstr(e.msg, "reading it back"));
    ck_assert(e.kind == ERR_IO && e.transient && e.hint[0]);
    render_free(render);
    ck_assert_uint_eq(leftovers(), 0);
}

static void meet_faults(const struct format *const *format, const struct codec *codec)
{
    struct format_options options;
    calls = 0;
    render_rows(format, codec, &options);
    must_succeed();
    unsigned writes = calls;
    ck_assert_uint_ge(writes, codec ? 1 : 4);
    for (strike = 1; strike <= writes; strike++) {
        for (fault = LOST; fault < NFAULTS; fault++) {
            calls = 0;
            render_rows(format, codec, &options);
            must_fail(complaints[fault]);
        }
        fault = NONE;
    }
    /* What write(2) admits is no fault. */
    calls = 0;
    halves = true;
    render_rows(format, codec, &options);
    must_succeed();
    halves = false;
    ck_assert_uint_gt(calls, writes);
}

/* Each write of each file once, and each way: what the disk does not hold is not published. */
START_TEST(test_faults)
{
    static const struct format *const formats[] = {&format_csv, &format_json, &format_json_rows,
                                                   &format_ndjson};
    static const struct codec *const codecs[] = {NULL, &codec_gzip, &codec_zstd};
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 3; k++)
            meet_faults(&formats[i], codecs[k]);
    }
}
END_TEST

/* Between the last write and the proof: the file is closed, and then it changes. */
START_TEST(test_changed)
{
    static const struct format *const csv[] = {&format_csv};
    struct format_options options;
    char path[1024];
    for (int fewer = -1; fewer <= 1; fewer++) {
        render_rows(csv, NULL, &options);
        snprintf(path, sizeof(path), "%s/daily.first.csv", directory);
        struct stat st;
        ck_assert_int_eq(stat(path, &st), 0);
        FILE *f = fopen(path, "r+");
        ck_assert_ptr_nonnull(f);
        ck_assert_int_eq(fseek(f, 100000, SEEK_SET), 0);
        ck_assert_int_ne(fputc('#', f), EOF);
        ck_assert_int_eq(fclose(f), 0);
        ck_assert_int_eq(truncate(path, st.st_size - fewer), 0);
        must_fail(fewer ? "bytes where" : "other bytes than were written");
    }
    render_rows(csv, NULL, &options);
    must_succeed();
}
END_TEST

START_TEST(test_written)
{
    struct err e = {0};
    struct output o;
    char sha256[HASH_HEX_SIZE];
    const char *path = rows_path("counted");
    ck_ok(output_open(&o, path, NULL, &e), &e);
    output_add_str(&o, "two\nrows\n");
    ck_ok(output_end_row(&o, &e), &e);
    ck_ok(output_end_row(&o, &e), &e);
    ck_assert(!o.written.known);
    ck_ok(output_close(&o, &e), &e);
    hash_bytes("two\nrows\n", 9, sha256);
    ck_assert(o.written.known && o.written.rows == 2);
    ck_assert_uint_eq(o.written.proof.size_bytes, 9);
    ck_assert_str_eq(o.written.proof.sha256, sha256);
    output_release(&o);
    output_release(&o);
}
END_TEST

/* A writer that passes over rows is found out, whatever its file looks like. */
static int skip_row(struct writer *w, const struct cell *row, struct err *e)
{
    static unsigned n;
    return ++n % 1000 ? format_csv.row(w, row, e) : 0;
}

START_TEST(test_skipped_row)
{
    struct format careless = format_csv;
    const struct format *format = &careless;
    struct format_options options = format_default_options;
    struct err e = {0};
    struct rows rows;
    uint64_t n;
    const struct artifact *artifacts;
    size_t count;
    careless.row = skip_row;
    directory = rows_path("output");
    ck_assert_int_eq(mkdir(directory, 0700), 0);
    rows_init(&rows, columns, 2, cells, 2);
    rows.repeat = ROWS / 2;
    ck_ok(render_open(&render, directory, &rows_document, &format, 1, &options, 1, &e), &e);
    ck_ok(render_result(render, &(const struct result){.name = "first", .title = "First"},
                        &rows.source, &n, &e),
          &e);
    ck_error(render_finish(render, &artifacts, &count, &e), &e, "59940 rows were written, 60000");
    ck_assert_int_eq(e.kind, ERR_INTERNAL);
    render_free(render);
    ck_assert_uint_eq(leftovers(), 0);
}
END_TEST

int main(void)
{
    return unit_main("output", (const TTest *const[]){test_faults, test_changed, test_written,
                                                      test_skipped_row, NULL});
}
