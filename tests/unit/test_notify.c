#include "tests/unit/unit.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "runner/notify.h"

static char path[100];

/* A socket as systemd's; `name` as NOTIFY_SOCKET would say. */
static int listen_at(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", name);
    socklen_t len = sizeof(at);
    if (name[0] == '@') {
        at.sun_path[0] = '\0';
        len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, len), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static int listen_in_directory(void)
{
    snprintf(path, sizeof(path), "%s/notify", unit_temp_dir());
    unlink(path);
    return listen_at(path);
}

/* The next message, "" when there is none. */
static const char *message(int fd)
{
    static char text[4096];
    ssize_t n = recv(fd, text, sizeof(text) - 1, 0);
    ck_assert(n >= 0 || errno == EAGAIN);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

START_TEST(each_call_is_one_message)
{
    int fd = listen_in_directory();
    notify_ready();
    ck_assert_str_eq(message(fd), "READY=1");
    notify_status("%d of %d reports", 3, 12);
    ck_assert_str_eq(message(fd), "STATUS=3 of 12 reports");
    notify_alive();
    ck_assert_str_eq(message(fd), "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=120000000");
    notify_alive(); /* within the same second */
    ck_assert_str_eq(message(fd), "");
    notify_stopping();
    ck_assert_str_eq(message(fd), "STOPPING=1\nEXTEND_TIMEOUT_USEC=120000000");
    close(fd);
}
END_TEST

START_TEST(an_abstract_socket_is_found)
{
    char name[64];
    snprintf(name, sizeof(name), "@pressrun-test/%d", (int)getpid());
    int fd = listen_at(name);
    notify_ready();
    ck_assert_str_eq(message(fd), "READY=1");
    close(fd);
}
END_TEST

START_TEST(a_status_stays_one_line_of_utf8)
{
    int fd = listen_in_directory();
    notify_status("tenant %s", "x\nMAINPID=1\r\x1b[2J");
    ck_assert_str_eq(message(fd), "STATUS=tenant x\\x0aMAINPID=1\\x0d\\x1b[2J");
    notify_status("caf\xc3\xa9 \xff");
    ck_assert_str_eq(message(fd), "STATUS=caf\xc3\xa9 \\xff");

    char accents[3000];
    for (size_t i = 0; i < sizeof(accents) - 1; i++)
        accents[i] = i % 2 ? '\xa9' : '\xc3';
    accents[sizeof(accents) - 1] = '\0';
    notify_status("%s", accents);
    const char *cut = message(fd);
    ck_assert_uint_gt(strlen(cut), 400);
    ck_assert_uint_lt(strlen(cut), 600);
    ck_assert_ptr_null(strchr(cut, '\\')); /* no character was cut in two */
    close(fd);
}
END_TEST

START_TEST(nothing_happens_without_a_manager)
{
    int fd = listen_in_directory();
    unsetenv("NOTIFY_SOCKET");
    notify_ready();
    notify_status("nobody reads this");
    notify_alive();
    notify_stopping();
    ck_assert_str_eq(message(fd), "");

    char long_name[200];
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    long_name[0] = '/';
    const char *strange[] = {"", "@", "/", "relative", "vsock:2:1", "/nowhere/at/all", long_name};
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        setenv("NOTIFY_SOCKET", strange[i], 1);
        notify_ready();
    }
    close(fd);
}
END_TEST

START_TEST(a_manager_that_does_not_read_is_not_waited_for)
{
    int fd = listen_in_directory();
    struct timespec begun, ended;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    int full = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    while (sendto(full, "x", 1, 0, (struct sockaddr *)&at, sizeof(at)) == 1)
        ;
    notify_ready();
    clock_gettime(CLOCK_MONOTONIC, &ended);
    ck_assert_int_lt(ended.tv_sec - begun.tv_sec, 5);
    int last = 0;
    for (const char *m = message(fd); *m; m = message(fd))
        last = *m;
    ck_assert_int_eq(last, 'x');
    close(full);
    close(fd);
}
END_TEST

START_TEST(a_watchdog_is_fed_at_half_its_time)
{
    char me[32];
    snprintf(me, sizeof(me), "%d", (int)getpid());
    const struct {
        const char *usec, *pid;
        int64_t ms;
    } rows[] = {
        {NULL, NULL, 0},
        {NULL, me, 0},
        {"30000000", NULL, 15000},
        {"30000000", me, 15000},
        {"30000000", "1", 0},
        {"100", me, 1},
        {"0", me, 0},
        {"-5", me, 0},
        {"30000000 ", me, 0},
        {"soon", me, 0},
        {"30000000", "x", 0},
        {"", me, 0},
        {"9223372036854775807", me, 4611686018427387},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsetenv("WATCHDOG_USEC");
        unsetenv("WATCHDOG_PID");
        if (rows[i].usec)
            setenv("WATCHDOG_USEC", rows[i].usec, 1);
        if (rows[i].pid)
            setenv("WATCHDOG_PID", rows[i].pid, 1);
        ck_assert_msg(notify_watchdog_interval_ms() == rows[i].ms, "row %zu: %lld", i,
                      (long long)notify_watchdog_interval_ms());
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {each_call_is_one_message,
                                  an_abstract_socket_is_found,
                                  a_status_stays_one_line_of_utf8,
                                  nothing_happens_without_a_manager,
                                  a_manager_that_does_not_read_is_not_waited_for,
                                  a_watchdog_is_fed_at_half_its_time,
                                  NULL};
    return unit_main("notify", tests);
}
