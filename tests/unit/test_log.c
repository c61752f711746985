#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

/* What one call writes to standard error. */
static const char *captured(void (*write_log)(void))
{
    static char line[8192];
    int fds[2], saved = dup(STDERR_FILENO);
    ck_assert_int_eq(pipe(fds), 0);
    dup2(fds[1], STDERR_FILENO);
    write_log();
    dup2(saved, STDERR_FILENO);
    close(fds[1]);
    ssize_t n = read(fds[0], line, sizeof(line) - 1);
    line[n > 0 ? n : 0] = '\0';
    close(fds[0]);
    close(saved);
    return line;
}

static void hostile(void)
{
    log_info("run.rendered", LOG_TEXT("tenant", "x\n2026-11-24T00:00:00Z info all.well\x1b[2J\"\\"),
             LOG_NUMBER("rows", 42));
}

START_TEST(one_event_is_one_line)
{
    setenv("JOURNAL_STREAM", "1:2", 1);
    ck_assert_str_eq(captured(hostile),
                     "<6>run.rendered tenant=\"x\\\\x0a2026-11-24T00:00:00Z info all.well"
                     "\\\\x1b[2J\\\"\\\\\" rows=42\n");
    unsetenv("JOURNAL_STREAM");
    const char *line = captured(hostile);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    ck_assert_ptr_nonnull(strstr(line, "Z info run.rendered tenant="));
}
END_TEST

static void failure(void)
{
    struct err e;
    err_set(&e, ERR_DATABASE, "it broke");
    err_hint(&e, "mend it");
    log_failure(LOG_LEVEL_ERROR, "run.failed", &e, LOG_FIELDS(LOG_TEXT("job", "daily")));
}

static void debug(void)
{
    log_debug("nothing", LOG_NUMBER("n", 1));
}

START_TEST(failures_carry_kind_error_and_hint)
{
    setenv("JOURNAL_STREAM", "1:2", 1);
    ck_assert_str_eq(captured(failure), "<3>run.failed job=daily kind=database error=\"it broke\" "
                                        "hint=\"mend it\"\n");
    ck_assert_str_eq(captured(debug), "");
    log_set_level(LOG_LEVEL_DEBUG);
    ck_assert_str_eq(captured(debug), "<7>nothing n=1\n");
}
END_TEST

int main(void)
{
    return unit_main("log", (const TTest *const[]){one_event_is_one_line,
                                                   failures_carry_kind_error_and_hint, NULL});
}
