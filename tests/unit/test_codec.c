#include "formats/codec.h"

#include <zstd.h>

#include "formats/input.h"
#include "formats/output.h"
#include "lib/buf.h"
#include "tests/unit/rows.h"

static const struct codec *const codecs[] = {&codec_gzip, &codec_zstd};
static const struct format *const formats[] = {&format_csv, &format_json, &format_json_rows,
                                               &format_ndjson};

/* Text that compresses a little, the same each time. */
static char *text_of(size_t len)
{
    char *text = xmalloc(len + 1);
    uint32_t x = 1;
    for (size_t i = 0; i < len; i++) {
        x = x * 1664525 + 1013904223;
        text[i] = (char)('a' + (x >> 24) % 26);
    }
    text[len] = '\0';
    return text;
}

static void write_text(const struct codec *codec, const char *path, const char *text, size_t len)
{
    struct err e = {0};
    struct output out;
    ck_ok(output_open(&out, path, codec, &e), &e);
    output_add(&out, text, len);
    ck_ok(output_close(&out, &e), &e);
    output_release(&out);
}

/* Reads a file back; 0 and what it holds (the caller's to free), or -1. */
static int read_text(const struct codec *codec, const char *path, char **text, size_t *len,
                     struct err *e)
{
    struct input in = {0};
    struct buf all;
    const char *p;
    size_t n;
    int got;
    buf_init(&all, 64 << 20);
    ck_ok(input_open(&in, path, codec, e), e);
    while ((got = input_next(&in, &p, &n, e)) == 1)
        buf_add(&all, p, n);
    input_release(&in);
    *len = all.len;
    *text = xstrdup(all.data);
    buf_release(&all);
    return got;
}

static int verdict(const struct codec *codec, const char *path, struct err *e)
{
    char *text;
    size_t len;
    int rc = read_text(codec, path, &text, &len, e);
    free(text);
    return rc;
}

START_TEST(test_what_goes_in_comes_out)
{
    static const size_t sizes[] = {0,
                                   1,
                                   1000,
                                   OUTPUT_BLOCK_BYTES - 1,
                                   OUTPUT_BLOCK_BYTES,
                                   OUTPUT_BLOCK_BYTES + 1,
                                   5 * OUTPUT_BLOCK_BYTES + 7};
    struct err e = {0};
    for (size_t i = 0; i < 2 * ROWS_COUNT(sizes); i++) {
        const struct codec *codec = codecs[i % 2];
        size_t size = sizes[i / 2], len, first_len, again_len;
        char *text = text_of(size), *back;
        const char *path = rows_path("round"), *again = rows_path("again");
        write_text(codec, path, text, size);
        ck_ok(read_text(codec, path, &back, &len, &e), &e);
        ck_assert_uint_eq(len, size);
        ck_assert_str_eq(back, text);
        write_text(codec, again, text, size);
        char *first = rows_read(path, &first_len), *second = rows_read(again, &again_len);
        ck_assert_uint_eq(first_len, again_len);
        ck_assert_int_eq(memcmp(first, second, first_len), 0);
        if (size > 1000)
            ck_assert_uint_lt(first_len, size * 3 / 4);
        free(text);
        free(back);
        free(first);
        free(second);
    }
}
END_TEST

/* RFC 1952: no flags, so no name, and no time. RFC 8878: the flag that announces the checksum. */
START_TEST(test_headers)
{
    size_t len;
    const char *path = rows_path("header");
    write_text(&codec_gzip, path, "abc", 3);
    char *text = rows_read(path, &len);
    ck_assert_int_eq(memcmp(text, "\x1f\x8b\x08\0\0\0\0\0", 8), 0);
    free(text);
    unlink(path);
    write_text(&codec_zstd, path, "abc", 3);
    text = rows_read(path, &len);
    ck_assert_int_eq(memcmp(text, "\x28\xb5\x2f\xfd", 4), 0);
    ck_assert(text[4] & 4);
    free(text);
}
END_TEST

/* Cut anywhere, with something behind it, or with a bit that fell over. */
START_TEST(test_damage)
{
    struct err e = {0};
    for (size_t i = 0; i < 2; i++) {
        const struct codec *codec = codecs[i];
        size_t size = 200, len, back_len;
        char *text = text_of(size), *back;
        const char *path = rows_path("damaged");
        write_text(codec, path, text, size);
        char *file = rows_read(path, &len);
        for (size_t cut = 0; cut < len; cut++) {
            rows_put(path, file, cut);
            ck_error(verdict(codec, path, &e), &e, "the compressed data is cut short");
        }
        char *longer = xmalloc(2 * len);
        memcpy(longer, file, len);
        memcpy(longer + len, file, len);
        for (size_t more = 1; more <= len; more += len - 1) {
            rows_put(path, longer, len + more);
            ck_error(verdict(codec, path, &e), &e, "something follows the compressed data");
        }
        unsigned harmless = 0;
        for (size_t bit = 0; bit < 8 * len; bit++) {
            file[bit / 8] ^= (char)(1 << bit % 8);
            rows_put(path, file, len);
            int rc = read_text(codec, path, &back, &back_len, &e);
            ck_assert(rc == -1 || (back_len == size && strcmp(back, text) == 0));
            harmless += rc == 0;
            free(back);
            file[bit / 8] ^= (char)(1 << bit % 8);
        }
        /* Of the header: gzip's time, system and method; the size of zstd's window. */
        ck_assert_uint_le(harmless, 50);
        rows_put(path, file, len);
        ck_ok(verdict(codec, path, &e), &e);
        ck_error(verdict(codecs[1 - i], path, &e), &e, "damaged compressed data");
        free(longer);
        free(file);
        free(text);
    }
}
END_TEST

/* The same where the file is longer than a block of the reader, and ends with one. */
START_TEST(test_damage_at_the_ends_of_blocks)
{
    struct err e = {0};
    for (size_t i = 0; i < 2; i++) {
        const struct codec *codec = codecs[i];
        size_t size = 1 << 20, len;
        char *text = text_of(size);
        const char *path = rows_path("blocks");
        write_text(codec, path, text, size);
        char *file = rows_read(path, &len);
        ck_assert_uint_gt(len, 2 * INPUT_BLOCK_BYTES);
        for (size_t cut = INPUT_BLOCK_BYTES; cut < len; cut += INPUT_BLOCK_BYTES) {
            rows_put(path, file, cut);
            ck_error(verdict(codec, path, &e), &e, "the compressed data is cut short");
        }
        file[INPUT_BLOCK_BYTES] ^= 1;
        rows_put(path, file, len);
        ck_assert_int_eq(verdict(codec, path, &e), -1);
        free(file);
        free(text);
    }
}
END_TEST

/* Memory stays flat, whatever a file asks for. */
START_TEST(test_window_of_zstd)
{
    static char out[1 << 16];
    static const char content[1000] = "x";
    struct err e = {0};
    const char *path = rows_path("window");
    for (int log = 20; log <= 24; log++) {
        ZSTD_CCtx *z = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, log);
        ZSTD_inBuffer in = {content, 100, 0};
        ZSTD_outBuffer to = {out, sizeof(out), 0};
        ck_assert_uint_eq(ZSTD_compressStream2(z, &to, &in, ZSTD_e_flush), 0);
        ck_assert_uint_eq(ZSTD_compressStream2(z, &to, &in, ZSTD_e_end), 0);
        ZSTD_freeCCtx(z);
        rows_put(path, out, to.pos);
        if (log > 23)
            ck_error(verdict(&codec_zstd, path, &e), &e, "too much memory");
        else
            ck_ok(verdict(&codec_zstd, path, &e), &e);
    }
}
END_TEST

/* The library also reads frames of before RFC 8878 and skips what is to be skipped; we don't. */
START_TEST(test_frames_of_zstd)
{
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        {"\x25\xb5\x2f\xfd\x00\x00\x00\x00", 8},
        {"\x50\x2a\x4d\x18\x00\x00\x00\x00", 8},
        {"\x28\xb5\x2f\xfe", 4},
        {"text", 4},
    };
    struct err e = {0};
    const char *path = rows_path("frame");
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        rows_put(path, cases[i].bytes, cases[i].len);
        ck_error(verdict(&codec_zstd, path, &e), &e, "not a frame of Zstandard");
    }
}
END_TEST

START_TEST(test_each_format)
{
    static const struct column columns[] = {{"v", "V", COLUMN_TEXT, NULL},
                                            {"n", "N", COLUMN_DECIMAL, NULL}};
    static const struct cell cells[] = {CELL("Grüße"), CELL("1.50"), CELL_NULL, CELL("-2.00")};
    struct err e = {0};
    for (size_t i = 0; i < 2 * ROWS_COUNT(formats); i++) {
        const struct format *format = formats[i / 2];
        const struct codec *codec = codecs[i % 2];
        struct format_options options = format_default_options, other = format_default_options;
        struct rows rows;
        struct proof proof, plain;
        uint64_t n = 20000, wrong = n + 1;
        size_t len;
        char sha256[HASH_HEX_SIZE];
        const char *path = rows_path("packed"), *flat = rows_path("flat");
        options.compress[format_index(format)] = codec;
        other.compress[format_index(format)] = codecs[1 - i % 2];
        rows_init(&rows, columns, 2, cells, 2);
        rows.repeat = n / 2;
        ck_ok(rows_write(format, &options, path, &rows, NULL, &e), &e);
        ck_ok(rows_verify(format, path, &options, n, &proof, &e), &e);
        char *file = rows_read(path, &len);
        hash_bytes(file, len, sha256);
        ck_assert_uint_eq(proof.size_bytes, len);
        ck_assert_str_eq(proof.sha256, sha256);
        ck_assert_int_eq(rows_verify(format, path, &options, wrong, &proof, &e), -1);
        ck_assert_int_eq(rows_verify(format, path, &other, n, &proof, &e), -1);
        ck_assert_int_eq(rows_verify(format, path, &format_default_options, n, &proof, &e), -1);
        rows_put(path, file, len - 1);
        ck_assert_int_eq(rows_verify(format, path, &options, n, &proof, &e), -1);
        rows.at = 0;
        ck_ok(rows_write(format, &format_default_options, flat, &rows, NULL, &e), &e);
        ck_ok(rows_verify(format, flat, &format_default_options, n, &plain, &e), &e);
        ck_assert_uint_lt(len, plain.size_bytes / 10);
        /* What is compressed is what would have been written, to the byte. */
        char *content, *expected = rows_read(flat, &len);
        rows_put(path, file, proof.size_bytes);
        ck_ok(read_text(codec, path, &content, &len, &e), &e);
        ck_assert_str_eq(content, expected);
        free(content);
        free(expected);
        free(file);
    }
}
END_TEST

START_TEST(test_full_disk)
{
    struct err e = {0};
    size_t size = 4 << 20;
    char *text = text_of(size);
    for (size_t i = 0; i < 2; i++) {
        /* The disk fills in the middle, or with the last bytes that the codec holds back. */
        for (rlim_t limit = 64; limit <= 1 << 20; limit <<= 7) {
            struct output out;
            struct err *failed = &e;
            rows_limit_files(limit);
            int rc = output_open(&out, rows_path("full"), codecs[i], failed);
            if (rc == 0) {
                output_add(&out, text, limit == 64 ? 1000 : size);
                rc = output_close(&out, failed);
            }
            rows_limit_files(RLIM_INFINITY);
            ck_error(rc, &e, "can't write");
            ck_assert(e.transient && e.kind == ERR_IO);
            output_release(&out);
        }
    }
    free(text);
}
END_TEST

START_TEST(test_names)
{
    ck_assert_ptr_eq(codec_by_name("gzip"), &codec_gzip);
    ck_assert_ptr_eq(codec_by_name("zstd"), &codec_zstd);
    ck_assert_ptr_null(codec_by_name("none"));
    ck_assert_ptr_null(codec_by_name(""));
}
END_TEST

int main(void)
{
    return unit_main("codec",
                     (const TTest *const[]){test_what_goes_in_comes_out, test_headers, test_damage,
                                            test_damage_at_the_ends_of_blocks, test_window_of_zstd,
                                            test_frames_of_zstd, test_each_format, test_full_disk,
                                            test_names, NULL});
}
