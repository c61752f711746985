/* What every unit test shares: one suite a module, run without forking when a debugger is attached.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <check.h>

#include "lib/err.h"

/* Runs the tests of one module and returns the exit code for main(). `tests` ends with NULL. */
int unit_main(const char *module, const TTest *const *tests);

/* A fresh directory below $TMPDIR, removed with all it holds when the test program ends. */
const char *unit_temp_dir(void);

/* Fails the test and shows the error when `rc` is not 0. */
#define ck_ok(rc, e) ck_assert_msg((rc) == 0, "unexpected error: %s", (e)->msg)
/* Fails the test unless the call failed and its message holds `text`. */
#define ck_error(rc, e, text)                                                                      \
    do {                                                                                           \
        ck_assert_msg((rc) == -1, "succeeded, expected an error with \"%s\"", text);               \
        ck_assert_msg(strstr((e)->msg, text) != NULL, "got \"%s\", expected \"%s\" in it",         \
                      (e)->msg, text);                                                             \
    } while (0)

#endif
