#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/checksum.h"
#include "lib/mem.h"
#include "tests/unit/rows.h"

enum { BYTES = 300 * 1024 };

static char *some_bytes(void)
{
    char *p = xmalloc(BYTES);
    uint32_t state = 1;
    for (size_t i = 0; i < BYTES; i++) {
        state = state * 1664525 + 1013904223;
        p[i] = (char)(state >> 24);
    }
    return p;
}

/* However it is cut, and as it is read back. */
START_TEST(test_pieces)
{
    struct err e = {0};
    char *p = some_bytes();
    const char *path = rows_path("checked");
    uint64_t whole = checksum_add(0, p, BYTES), sum = 0, found;
    for (size_t at = 0, len = 1; at < BYTES; at += len, len = len * 3 + 1) {
        len = len < BYTES - at ? len : BYTES - at;
        sum = checksum_add(sum, p + at, len);
    }
    ck_assert_uint_eq(sum, whole);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(p, 1, BYTES, f), BYTES);
    ck_assert_int_eq(fclose(f), 0);
    ck_ok(checksum_file(path, &found, &e), &e);
    ck_assert_uint_eq(found, whole);
    ck_error(checksum_file(rows_path("missing"), &found, &e), &e, "can't read");
    free(p);
}
END_TEST

/* What a disk does: a bit, a byte, zeros where a block was, two blocks that changed places. */
START_TEST(test_damage)
{
    enum { BLOCK = 4096 };
    char *p = some_bytes(), saved[BLOCK];
    uint64_t whole = checksum_add(0, p, BYTES);
    for (size_t at = 0; at < BYTES; at += 997) {
        for (int bit = 0; bit < 8; bit++) {
            p[at] ^= (char)(1 << bit);
            ck_assert_uint_ne(checksum_add(0, p, BYTES), whole);
            p[at] ^= (char)(1 << bit);
        }
    }
    for (size_t at = 0; at + 2 * BLOCK <= BYTES; at += BLOCK) {
        memcpy(saved, p + at, BLOCK);
        memset(p + at, 0, BLOCK);
        ck_assert_uint_ne(checksum_add(0, p, BYTES), whole);
        memcpy(p + at, p + at + BLOCK, BLOCK);
        memcpy(p + at + BLOCK, saved, BLOCK);
        ck_assert_uint_ne(checksum_add(0, p, BYTES), whole);
        memcpy(p + at + BLOCK, p + at, BLOCK);
        memcpy(p + at, saved, BLOCK);
    }
    ck_assert_uint_eq(checksum_add(0, p, BYTES), whole);
    ck_assert_uint_ne(checksum_add(0, p, BYTES - 1), whole);
    free(p);
}
END_TEST

int main(void)
{
    return unit_main("checksum", (const TTest *const[]){test_pieces, test_damage, NULL});
}
