/* Streams that are the same whenever and wherever they are made. */
#include <stdlib.h>
#include <string.h>

#include "formats/deflate.h"
#include "formats/inflate.h"
#include "lib/buf.h"
#include "lib/mem.h"
#include "tests/unit/unit.h"

/* As a sheet ends: what is at its third byte comes again at the very end. */
static const char tail[] =
    "</sheetData><autoFilter ref=\"A1:D31\"/><pageMargins left=\"0.7\" right=\"0.7\" top=\"0.75\" "
    "bottom=\"0.75\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" fitToHeight=\"0\" "
    "orientation=\"landscape\"/><headerFooter><oddFooter>&amp;LJob two · GmbH · 2026-11-23"
    "&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter></worksheet>";

static void keep(void *ctx, const char *p, size_t len)
{
    buf_add(ctx, p, len);
}

/* Both segments of a stream; what unpacks it knows nothing of how it was made. */
static void check_stream(const struct buf *packed)
{
    char text[2 * sizeof(tail)];
    size_t len = packed->len, left = sizeof(text);
    const char *in = packed->data;
    struct inflate *f = inflate_new();
    ck_assert_int_eq(inflate_step(f, &in, &len, text, &left), 1);
    inflate_free(f);
    ck_assert_uint_eq(sizeof(text) - left, 2 * (sizeof(tail) - 1));
    ck_assert_int_eq(memcmp(text, tail, sizeof(tail) - 1), 0);
    ck_assert_int_eq(memcmp(text + sizeof(tail) - 1, tail, sizeof(tail) - 1), 0);
}

/* Where its memory is must not matter, and is another place each time. */
START_TEST(test_same_bytes_everywhere)
{
    enum { PLACES = 4096, APART = 64 * 1024 };
    struct buf first, packed;
    static void *spaces[PLACES];
    buf_init(&first, 1 << 16);
    buf_init(&packed, 1 << 16);
    for (size_t i = 0; i < PLACES; i++) {
        spaces[i] = xmalloc(APART);
        struct deflate *d = deflate_new();
        struct buf *to = i ? &packed : &first;
        buf_clear(to);
        deflate_add(d, tail, sizeof(tail) - 1, DEFLATE_SEGMENT, keep, to);
        deflate_add(d, tail, sizeof(tail) - 1, DEFLATE_STREAM, keep, to);
        deflate_free(d);
        ck_assert_msg(to->len == first.len && memcmp(to->data, first.data, to->len) == 0,
                      "place %zu: %zu bytes, not those %zu", i, to->len, first.len);
    }
    check_stream(&first);
    for (size_t i = 0; i < PLACES; i++)
        free(spaces[i]);
    buf_release(&first);
    buf_release(&packed);
}
END_TEST

int main(void)
{
    return unit_main("deflate", (const TTest *const[]){test_same_bytes_everywhere, NULL});
}
