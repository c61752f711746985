/* Buffers with a ceiling: refusals stick, and what is there stays whole. */
#include "lib/buf.h"

#include <string.h>

#include "tests/unit/unit.h"

START_TEST(an_empty_buffer_is_a_text)
{
    struct buf b;
    buf_init(&b, 10);
    ck_assert_str_eq(b.data, "");
    ck_assert(buf_ok(&b));
    buf_add(&b, NULL, 0);
    buf_clear(&b);
    ck_assert_str_eq(b.data, "");
    buf_release(&b);
    buf_release(&b);
    ck_assert_str_eq(b.data, "");
}
END_TEST

START_TEST(the_ceiling)
{
    struct buf b;
    buf_init(&b, 5);
    buf_add_str(&b, "abc");
    buf_add_str(&b, "de");
    ck_assert(buf_ok(&b));
    ck_assert_str_eq(b.data, "abcde");
    buf_add_char(&b, 'f');
    ck_assert(!buf_ok(&b));
    ck_assert_str_eq(b.data, "abcde");
    buf_add(&b, "", 0);
    ck_assert(!buf_ok(&b));
    buf_clear(&b);
    ck_assert(buf_ok(&b));
    buf_printf(&b, "%s", "123456");
    ck_assert(!buf_ok(&b));
    ck_assert_str_eq(b.data, "");
    buf_clear(&b);
    buf_printf(&b, "%d-%s", 12, "ab");
    ck_assert_str_eq(b.data, "12-ab");
    ck_assert_uint_eq(b.len, 5);
    buf_release(&b);
}
END_TEST

START_TEST(it_grows)
{
    struct buf b;
    buf_init(&b, 100000);
    for (int i = 0; i < 10000; i++)
        buf_printf(&b, "%09d\n", i);
    ck_assert(buf_ok(&b));
    ck_assert_uint_eq(b.len, 100000);
    ck_assert_uint_eq(strlen(b.data), b.len);
    ck_assert_int_eq(memcmp(b.data + 99990, "000009999\n", 10), 0);
    buf_add_char(&b, 'x');
    ck_assert(!buf_ok(&b));
    buf_release(&b);
}
END_TEST

START_TEST(bytes_may_be_anything)
{
    struct buf b;
    buf_init(&b, 10);
    buf_add(&b, "a\0b", 3);
    buf_add_char(&b, '\0');
    ck_assert_uint_eq(b.len, 4);
    ck_assert_int_eq(memcmp(b.data, "a\0b\0", 5), 0);
    buf_release(&b);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {an_empty_buffer_is_a_text, the_ceiling, it_grows,
                                  bytes_may_be_anything, NULL};
    return unit_main("buf", tests);
}
