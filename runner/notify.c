#include "runner/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/parse.h"
#include "lib/utf8.h"

enum { STATUS_BYTES = 500 };

/* The address that NOTIFY_SOCKET stands for; its length, 0 when there is none of a kind we know. */
static socklen_t address(struct sockaddr_un *out)
{
    const char *name = getenv("NOTIFY_SOCKET");
    size_t len = name ? strlen(name) : 0;
    if (len < 2 || (name[0] != '/' && name[0] != '@') || len >= sizeof(out->sun_path))
        return 0;
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(out->sun_path, name, len);
    size_t path = offsetof(struct sockaddr_un, sun_path);
    if (name[0] == '/')
        return (socklen_t)(path + len + 1);
    out->sun_path[0] = '\0'; /* abstract: the length counts, there is no NUL at the end */
    return (socklen_t)(path + len);
}

static void send_state(const char *state)
{
    struct sockaddr_un to;
    socklen_t len = address(&to);
    if (len == 0)
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    /* A message is not worth waiting for a manager that hangs. */
    const struct timeval patience = {.tv_sec = 1};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to, len);
    close(fd);
}

void notify_ready(void)
{
    send_state("READY=1");
}

void notify_status(const char *fmt, ...)
{
    if (!getenv("NOTIFY_SOCKET"))
        return;
    char text[STATUS_BYTES * 2];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    /* A line break would begin another assignment, and systemd takes nothing but UTF-8. */
    struct buf state;
    buf_init(&state, sizeof(text) * 8);
    buf_add_str(&state, "STATUS=");
    utf8_add_visible(&state, text, strlen(text), STATUS_BYTES);
    if (buf_ok(&state))
        send_state(state.data);
    buf_release(&state);
}

void notify_alive(void)
{
    static int64_t last_ms;
    int64_t now_ms = clock_ms();
    if (!getenv("NOTIFY_SOCKET") || (last_ms && now_ms - last_ms < 1000))
        return;
    last_ms = now_ms;
    char state[64];
    snprintf(state, sizeof(state), "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=%d000000",
             NOTIFY_EXTEND_SECONDS);
    send_state(state);
}

void notify_stopping(void)
{
    char state[64];
    snprintf(state, sizeof(state), "STOPPING=1\nEXTEND_TIMEOUT_USEC=%d000000",
             NOTIFY_EXTEND_SECONDS);
    send_state(state);
}

int64_t notify_watchdog_interval_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");
    int64_t value;
    if (!usec || !parse_int64(usec, 1, INT64_MAX, &value))
        return 0;
    int64_t watched;
    if (pid && (!parse_int64(pid, 1, INT32_MAX, &watched) || watched != (int64_t)getpid()))
        return 0;
    int64_t half_ms = value / 2000;
    return half_ms ? half_ms : 1;
}
