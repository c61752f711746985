/* Errors as values, and the collected problems. */
#include "lib/err.h"

#include <errno.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/problems.h"
#include "tests/unit/unit.h"

START_TEST(set_wrap_hint)
{
    struct err e = {0};
    ck_assert_int_eq(err_set(&e, ERR_CONFIG, "no \"%s\"", "x"), -1);
    ck_assert_str_eq(e.msg, "no \"x\"");
    ck_assert_int_eq(e.kind, ERR_CONFIG);
    ck_assert(!e.transient);
    ck_assert_int_eq(err_hint(&e, "write %d", 1), -1);
    ck_assert_int_eq(err_wrap(&e, "job \"%s\"", "daily"), -1);
    ck_assert_str_eq(e.msg, "job \"daily\": no \"x\"");
    ck_assert_str_eq(e.hint, "write 1");
    err_set_transient(&e, ERR_DATABASE, "gone");
    ck_assert(e.transient);
    ck_assert_str_eq(e.hint, "");
    err_set(&e, ERR_IO, "again: %s", e.msg); /* an argument inside the error itself */
    ck_assert_str_eq(e.msg, "again: gone");
    ck_assert(!e.transient);
}
END_TEST

START_TEST(long_texts_are_cut)
{
    struct err e = {0};
    char text[5000];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    err_set(&e, ERR_IO, "%s", text);
    ck_assert_uint_eq(strlen(e.msg), sizeof(e.msg) - 1);
    err_wrap(&e, "%s", text);
    err_wrap(&e, "b");
    ck_assert_uint_eq(strlen(e.msg), sizeof(e.msg) - 1);
    ck_assert_int_eq(strncmp(e.msg, "b: aaa", 6), 0);
    err_hint(&e, "%s", text);
    ck_assert_uint_eq(strlen(e.hint), sizeof(e.hint) - 1);
    errno = ENOENT;
    err_sys(&e, "%s", text);
    ck_assert_uint_eq(strlen(e.msg), sizeof(e.msg) - 1);
}
END_TEST

START_TEST(system_errors)
{
    struct err e = {0};
    errno = ENOENT;
    ck_assert_int_eq(err_sys(&e, "\"%s\"", "x"), -1);
    ck_assert_str_eq(e.msg, "\"x\": No such file or directory");
    ck_assert_int_eq(e.kind, ERR_IO);
    ck_assert(!e.transient);
    errno = ENOSPC;
    err_sys(&e, "x");
    ck_assert(e.transient);
    ck_assert_str_ne(e.hint, "");
    ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

START_TEST(kinds)
{
    for (int k = ERR_NONE; k <= ERR_INTERNAL; k++) {
        const char *name = err_kind_name((enum err_kind)k);
        ck_assert_ptr_nonnull(name);
        ck_assert_int_eq(err_kind_by_name(name), k);
        ck_assert((k == ERR_NONE) == (err_exit_code((enum err_kind)k) == 0));
    }
    ck_assert_int_eq(err_kind_by_name("no such kind"), ERR_INTERNAL);
}
END_TEST

START_TEST(problems_are_collected_and_sorted)
{
    struct problems p = {0};
    struct place b2 = {"b", 2, 1}, a9 = {"a", 9, 1}, a1 = {"a", 1, 5}, a1early = {"a", 1, 2};
    ck_assert_int_eq(problems_add(&p, &b2, "hint", "%d", 1), -1);
    problems_add(&p, &a9, NULL, "2");
    problems_warn(&p, &a1, NULL, "3");
    problems_add(&p, &a1early, NULL, "4");
    problems_add(&p, NULL, NULL, "5");
    problems_sort(&p);
    static const char *const order[] = {"5", "4", "3", "2", "1"};
    ck_assert_uint_eq(p.n, 5);
    ck_assert_uint_eq(p.nerrors, 4);
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(p.items[i].msg, order[i]);
    ck_assert_str_eq(p.items[4].hint, "hint");
    ck_assert_str_eq(p.items[3].hint, "");
    for (int i = 0; i < 2 * LIMIT_PROBLEMS; i++)
        problems_add(&p, &b2, NULL, "more");
    ck_assert_uint_eq(p.n, LIMIT_PROBLEMS);
    ck_assert_uint_eq(p.nerrors, 4 + 2 * LIMIT_PROBLEMS);
    problems_release(&p);
    ck_assert_uint_eq(p.n, 0);
    problems_sort(&p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        set_wrap_hint, long_texts_are_cut, system_errors, kinds, problems_are_collected_and_sorted,
        NULL};
    return unit_main("err", tests);
}
