#include <string.h>

#include "formats/aside.h"
#include "formats/deflate.h"
#include "formats/zip_write.h"
#include "lib/buf.h"
#include "tests/unit/rows.h"

static void collect(void *ctx, const char *p, size_t len)
{
    buf_add(ctx, p, len);
}

static int compare(void *ctx, const char *p, size_t len, struct err *e)
{
    const char **want = ctx;
    int rc = memcmp(*want, p, len) == 0 ? 0 : err_set(e, ERR_IO, "other bytes");
    *want += len;
    return rc;
}

static int ignore(void *ctx, const char *p, size_t len, struct err *e)
{
    (void)ctx, (void)p, (void)len, (void)e;
    return 0;
}

/* Segments made apart are one stream, and CRCs are joined as they are. */
START_TEST(test_segments)
{
    enum { N = 300000 };
    struct err e = {0};
    struct zip_write w;
    struct zip z;
    struct buf packed;
    char *text = xmalloc(N);
    for (size_t i = 0; i < N; i++)
        text[i] = (char)('a' + i * i % 23);
    for (size_t cut = 0; cut <= N; cut += N / 3) {
        const char *path = rows_path("segments.zip"), *want = text;
        struct deflate *d = deflate_new();
        buf_init(&packed, 1 << 20);
        deflate_add(d, text, cut / 2, DEFLATE_MORE, collect, &packed);
        deflate_add(d, text + cut / 2, cut - cut / 2, DEFLATE_SEGMENT, collect, &packed);
        deflate_add(d, text + cut, N - cut, DEFLATE_STREAM, collect, &packed);
        deflate_free(d);
        uint32_t crc = deflate_crc32_join(deflate_crc32(0, text, cut),
                                          deflate_crc32(0, text + cut, N - cut), N - cut);
        ck_assert_uint_eq(crc, deflate_crc32(0, text, N));
        struct zip_member m = {
            .name = "a", .packed = packed.len, .size = N, .crc = crc, .method = 8};
        ck_ok(zip_write_open(&w, path, &e), &e);
        zip_write_member(&w, &m);
        output_add(&w.out, packed.data, packed.len);
        ck_ok(zip_write_close(&w, &e), &e);
        zip_write_release(&w);
        ck_ok(zip_read_open(&z, path, &e), &e);
        ck_ok(zip_read_member(&z, &z.members[0], compare, &want, &e), &e);
        ck_assert_ptr_eq(want, text + N);
        zip_read_release(&z);
        buf_release(&packed);
    }
    free(text);
}
END_TEST

/* A member of over 4 GiB unpacked, made of one segment many times over, and one behind it. */
START_TEST(test_zip64)
{
    enum { PIECE = 1 << 20, PIECES = 4200 };
    struct err e = {0};
    struct zip_write w;
    struct zip z;
    struct buf piece, end;
    const char *path = rows_path("large.zip");
    char *zeros = xcalloc(PIECE, 1);
    struct deflate *d = deflate_new();
    buf_init(&piece, PIECE);
    buf_init(&end, PIECE);
    deflate_add(d, zeros, PIECE, DEFLATE_SEGMENT, collect, &piece);
    deflate_add(d, zeros, 0, DEFLATE_STREAM, collect, &end);
    deflate_free(d);
    uint32_t one = deflate_crc32(0, zeros, PIECE), crc = 0;
    for (int i = 0; i < PIECES; i++)
        crc = deflate_crc32_join(crc, one, PIECE);
    struct zip_member large = {.name = "large",
                               .packed = piece.len * PIECES + end.len,
                               .size = (uint64_t)PIECE * PIECES,
                               .crc = crc,
                               .method = 8};
    struct zip_member small = {.name = "small", .packed = 4, .size = 4};
    small.crc = deflate_crc32(0, "text", 4);
    ck_ok(zip_write_open(&w, path, &e), &e);
    zip_write_member(&w, &large);
    for (int i = 0; i < PIECES; i++)
        output_add(&w.out, piece.data, piece.len);
    output_add(&w.out, end.data, end.len);
    zip_write_member(&w, &small);
    output_add(&w.out, "text", 4);
    ck_ok(zip_write_close(&w, &e), &e);
    zip_write_release(&w);
    ck_ok(zip_read_open(&z, path, &e), &e);
    ck_assert_uint_eq(z.n, 2);
    ck_assert_uint_gt(z.members[0].size, UINT32_MAX);
    ck_ok(zip_read_member(&z, &z.members[0], ignore, NULL, &e), &e);
    ck_ok(zip_read_member(&z, &z.members[1], ignore, NULL, &e), &e);
    zip_read_release(&z);
    buf_release(&piece);
    buf_release(&end);
    free(zeros);
}
END_TEST

/* Each part of what was put aside comes back, from memory, from the file, and over the seam. */
START_TEST(test_aside)
{
    enum { PIECE = 1000, PIECES = 1000 };
    struct aside a;
    struct err e = {0};
    char piece[PIECE];
    aside_open(&a, unit_temp_dir());
    for (int i = 0; i < PIECES; i++) {
        memset(piece, i, PIECE);
        aside_add(&a, piece, PIECE);
    }
    ck_assert_uint_eq(aside_size(&a), (uint64_t)PIECE * PIECES);
    ck_assert(a.written > 0 && a.used > 0);
    for (uint64_t at = 0; at + 2500 <= (uint64_t)PIECE * PIECES; at += 2500) {
        struct output out;
        size_t len;
        const char *path = rows_path("aside");
        ck_ok(output_open(&out, path, NULL, &e), &e);
        ck_ok(aside_copy(&a, at, 2500, &out, &e), &e);
        ck_ok(output_close(&out, &e), &e);
        output_release(&out);
        char *got = rows_read(path, &len);
        ck_assert_uint_eq(len, 2500);
        for (size_t i = 0; i < len; i++)
            ck_assert((unsigned char)got[i] == (unsigned char)((at + i) / PIECE));
        free(got);
        unlink(path);
    }
    struct output none = {0};
    ck_error(aside_copy(&a, 0, (uint64_t)PIECE * PIECES + 1, &none, &e), &e, "put aside");
    aside_release(&a);
}
END_TEST

START_TEST(test_aside_fails)
{
    struct aside a;
    struct err e = {0};
    char *block = xcalloc(1 << 20, 1);
    aside_open(&a, "/nonexistent");
    aside_add(&a, block, 1000);
    ck_ok(aside_ok(&a, &e), &e);
    aside_add(&a, block, 1 << 20);
    ck_error(aside_ok(&a, &e), &e, "\"/nonexistent\"");
    aside_release(&a);
    aside_open(&a, unit_temp_dir());
    rows_limit_files(300000);
    aside_add(&a, block, 1 << 20);
    int rc = aside_ok(&a, &e);
    rows_limit_files(RLIM_INFINITY);
    ck_assert_int_eq(rc, -1);
    ck_assert(e.kind == ERR_IO && e.transient);
    aside_release(&a);
    free(block);
}
END_TEST

int main(void)
{
    return unit_main("zip_write", (const TTest *const[]){test_segments, test_zip64, test_aside,
                                                         test_aside_fails, NULL});
}
