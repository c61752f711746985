#include "tests/unit/unit.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char temp_dir[256];
static pid_t temp_owner;

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void remove_temp_dir(void)
{
    /* Check forks a child a test; only the process that made the directory removes it. */
    if (getpid() == temp_owner)
        nftw(temp_dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *unit_temp_dir(void)
{
    return temp_dir;
}

int unit_main(const char *module, const TTest *const *tests)
{
    const char *base = getenv("TMPDIR");
    snprintf(temp_dir, sizeof(temp_dir), "%s/pressrun-unit-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(temp_dir)) {
        perror(temp_dir);
        return 1;
    }
    temp_owner = getpid();
    atexit(remove_temp_dir);

    Suite *suite = suite_create(module);
    TCase *tcase = tcase_create(module);
    tcase_set_timeout(tcase, 120);
    for (; *tests; tests++)
        tcase_add_test(tcase, *tests);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
