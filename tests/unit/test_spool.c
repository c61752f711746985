#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/limits.h"
#include "runner/spool.h"

static struct err e;

START_TEST(one_process_at_a_time)
{
    struct spool *s = NULL, *other = NULL;
    ck_ok(spool_open(unit_temp_dir(), &s, &e), &e);
    pid_t child = fork();
    if (child == 0) {
        struct err why;
        /* Our own descriptor of the lock is inherited: another one must be refused all the same. */
        int rc = spool_open(unit_temp_dir(), &other, &why);
        char holder[32];
        snprintf(holder, sizeof(holder), "process %d", (int)getppid());
        _exit(rc == -1 && why.kind == ERR_BUSY && strstr(why.msg, holder) ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    spool_close(s);
    /* Control: when it is given back, it can be had. */
    ck_ok(spool_open(unit_temp_dir(), &other, &e), &e);
    spool_close(other);
}
END_TEST

START_TEST(a_run_directory_is_new_and_is_forgotten)
{
    struct spool *s = NULL;
    char path[LIMIT_PATH_BYTES], file[LIMIT_PATH_BYTES];
    ck_ok(spool_open(unit_temp_dir(), &s, &e), &e);
    ck_ok(spool_run_directory(s, 7, true, path, &e), &e);
    ck_ok(file_join(file, path, "left-over", &e), &e);
    ck_ok(file_write_durably(file, "x", 1, 0600, &e), &e);
    ck_ok(spool_run_directory(s, 7, true, path, &e), &e);
    ck_assert_int_ne(access(file, F_OK), 0);
    ck_ok(spool_forget(s, 7, &e), &e);
    ck_assert_int_ne(access(path, F_OK), 0);
    spool_close(s);
}
END_TEST

START_TEST(without_a_state_directory_init_is_named)
{
    struct spool *s = NULL;
    char path[LIMIT_PATH_BYTES];
    ck_ok(file_join(path, unit_temp_dir(), "not-there", &e), &e);
    ck_error(spool_open(path, &s, &e), &e, "no state directory");
    ck_assert_ptr_nonnull(strstr(e.hint, "pressrun init"));
}
END_TEST

int main(void)
{
    return unit_main("spool", (const TTest *const[]){
                                  one_process_at_a_time, a_run_directory_is_new_and_is_forgotten,
                                  without_a_state_directory_init_is_named, NULL});
}
