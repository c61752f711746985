#include "runner/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

int signals_watch(struct signals *s, struct err *e)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, &s->old_mask);
    s->fd = signalfd(-1, &set, SFD_CLOEXEC);
    return s->fd < 0 ? err_sys(e, "can't watch for signals") : 0;
}

int signals_take(const struct signals *s, struct err *e)
{
    struct signalfd_siginfo taken;
    return read(s->fd, &taken, sizeof(taken)) < 0 ? err_sys(e, "can't read a signal") : 0;
}

void signals_release(struct signals *s)
{
    if (s->fd >= 0)
        close(s->fd);
    sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
}
