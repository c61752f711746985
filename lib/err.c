#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_code;
} kinds[] = {
    [ERR_NONE] = {"none", 0},
    [ERR_USAGE] = {"usage", 2},
    [ERR_CONFIG] = {"configuration", 3},
    [ERR_ISOLATION] = {"isolation", 4},
    [ERR_LEDGER] = {"ledger", 5},
    [ERR_BUSY] = {"busy", 6},
    [ERR_DATABASE] = {"database", 8},
    [ERR_DATA] = {"data", 1},
    [ERR_IO] = {"io", 1},
    [ERR_DELIVERY] = {"delivery", 1},
    [ERR_INTERNAL] = {"internal", 1},
};

__attribute__((format(printf, 4, 0))) static void set(struct err *e, enum err_kind kind,
                                                      bool transient, const char *fmt, va_list ap)
{
    char msg[sizeof(e->msg)];
    /* Formatted aside first: an argument may point into e->msg itself. */
    vsnprintf(msg, sizeof(msg), fmt, ap);
    e->kind = kind;
    e->transient = transient;
    e->code = 0;
    memcpy(e->msg, msg, sizeof(msg));
    e->hint[0] = '\0';
}

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set(e, kind, false, fmt, ap);
    va_end(ap);
    return -1;
}

int err_set_transient(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set(e, kind, true, fmt, ap);
    va_end(ap);
    return -1;
}

int err_sys(struct err *e, const char *fmt, ...)
{
    int saved = errno;
    va_list ap;
    va_start(ap, fmt);
    set(e, ERR_IO, false, fmt, ap);
    va_end(ap);
    size_t len = strlen(e->msg);
    snprintf(e->msg + len, sizeof(e->msg) - len, ": %s", strerror(saved));
    if (saved == ENOSPC || saved == EDQUOT || saved == EFBIG) {
        e->transient = true;
        err_hint(e, "make room on that file system; what failed is tried again at the next run");
    }
    errno = saved;
    return -1;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
    char whole[sizeof(e->msg)];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(whole, sizeof(whole), fmt, ap);
    va_end(ap);
    size_t len = strlen(whole), room = sizeof(whole) - len;
    /* What does not fit is cut where a reader sees it. */
    if ((size_t)snprintf(whole + len, room, ": %s", e->msg) >= room)
        memcpy(whole + sizeof(whole) - 4, "...", 4);
    memcpy(e->msg, whole, sizeof(whole));
    return -1;
}

int err_hint(struct err *e, const char *fmt, ...)
{
    char hint[sizeof(e->hint)];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(hint, sizeof(hint), fmt, ap);
    va_end(ap);
    memcpy(e->hint, hint, sizeof(hint));
    return -1;
}

const char *err_kind_name(enum err_kind kind)
{
    return kinds[kind].name;
}

enum err_kind err_kind_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return (enum err_kind)i;
    }
    return ERR_INTERNAL;
}

int err_exit_code(enum err_kind kind)
{
    return kinds[kind].exit_code;
}
