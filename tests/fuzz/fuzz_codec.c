/*
 * What reads back a compressed file: nothing breaks it, what comes out doesn't depend on where a
 * piece ends, and whatever was compressed comes back as it was. The first byte chooses the codec.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/input.h"
#include "formats/output.h"
#include "lib/buf.h"

enum { MOST = 1 << 20 }; /* of what comes out: bombs are no news here */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* In pieces of `step` bytes. 1 for a whole stream, 0 for one that is cut or goes on too long, -1
 * when it is damaged; what came out is in `out`. */
static int unpack(const struct codec *codec, const char *p, size_t size, size_t step,
                  struct buf *out)
{
    char block[1000];
    struct err e = {0};
    struct codec_step s = {.in = p};
    void *decoder = codec->decoder_new();
    int done = 0;
    must(decoder != NULL);
    buf_clear(out);
    for (size_t left = size; done == 0 && out->len < MOST;) {
        s.out = block;
        s.out_len = sizeof(block);
        done = codec->decode(decoder, &s, &e);
        buf_add(out, block, sizeof(block) - s.out_len);
        if (done || s.in_len || s.out_len < sizeof(block))
            continue;
        if (left == 0)
            break;
        s.in_len = left < step ? left : step;
        left -= s.in_len;
    }
    codec->decoder_free(decoder);
    return done;
}

static void check_pieces(const struct codec *codec, const char *p, size_t size)
{
    struct buf whole, pieces;
    buf_init(&whole, 2 * MOST);
    buf_init(&pieces, 2 * MOST);
    int a = unpack(codec, p, size, size + 1, &whole), b = unpack(codec, p, size, 3, &pieces);
    must(a != 1 || b != 1 ||
         (whole.len == pieces.len && memcmp(whole.data, pieces.data, whole.len) == 0));
    buf_release(&whole);
    buf_release(&pieces);
}

static void check_file(const struct codec *codec, const char *p, size_t size)
{
    char path[] = "/tmp/fuzz-codec-XXXXXX";
    struct err e = {0};
    struct input in;
    size_t len, total = 0;
    const char *block;
    int fd = mkstemp(path);
    must(fd >= 0 && write(fd, p, size) == (ssize_t)size && close(fd) == 0);
    must(input_open(&in, path, codec, &e) == 0);
    while (total < MOST && input_next(&in, &block, &len, &e) == 1)
        total += len;
    input_release(&in);
    unlink(path);
}

static void check_round(const struct codec *codec, const char *p, size_t size)
{
    char path[] = "/tmp/fuzz-codec-XXXXXX";
    struct err e = {0};
    struct output out;
    struct buf packed, back;
    int fd = mkstemp(path);
    must(fd >= 0 && close(fd) == 0 && unlink(path) == 0);
    must(output_open(&out, path, codec, &e) == 0);
    output_add(&out, p, size);
    must(output_close(&out, &e) == 0);
    output_release(&out);
    buf_init(&packed, 2 * size + 1000);
    buf_init(&back, size + 1000);
    FILE *f = fopen(path, "rb");
    must(f != NULL);
    for (int c; (c = getc(f)) != EOF;)
        buf_add_char(&packed, (char)c);
    fclose(f);
    unlink(path);
    must(size >= MOST || unpack(codec, packed.data, packed.len, 1000, &back) == 1);
    must(size >= MOST || (back.len == size && memcmp(back.data, p, size) == 0));
    buf_release(&packed);
    buf_release(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct codec *codec = data[0] % 2 ? &codec_zstd : &codec_gzip;
    const char *p = (const char *)data + 1;
    check_pieces(codec, p, size - 1);
    check_file(codec, p, size - 1);
    check_round(codec, p, size - 1);
    return 0;
}
