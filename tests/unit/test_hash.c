/* SHA-256 against the vectors of FIPS 180-4. */
#include "lib/hash.h"

#include <string.h>

#include "tests/unit/unit.h"

START_TEST(known_answers)
{
    char hex[HASH_HEX_SIZE];
    hash_bytes("", 0, hex);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash_bytes("abc", 3, hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct hash *h = hash_new();
    for (int i = 0; i < 1000; i++) {
        char chunk[1000];
        memset(chunk, 'a', sizeof(chunk));
        hash_add(h, chunk, sizeof(chunk));
    }
    hash_finish(h, hex);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    hash_free(NULL);
    hash_free(hash_new());
}
END_TEST

START_TEST(random_bytes)
{
    char a[201], b[201];
    hash_random_hex(a, 100);
    hash_random_hex(b, 100);
    ck_assert_uint_eq(strlen(a), 200);
    ck_assert_uint_eq(strspn(a, "0123456789abcdef"), 200);
    ck_assert_str_ne(a, b);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {known_answers, random_bytes, NULL};
    return unit_main("hash", tests);
}
