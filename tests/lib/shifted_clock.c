/*
 * To be preloaded: the wall clock is off by SHIFT_SECONDS, so that scenarios can let a link expire
 * or send a request of yesterday. Other clocks, which measure time-outs, are as they are.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *t)
{
    const char *shift = getenv("SHIFT_SECONDS");
    long rc = syscall(SYS_clock_gettime, clock, t);
    if (rc == 0 && clock == CLOCK_REALTIME && shift)
        t->tv_sec += strtoll(shift, NULL, 10);
    return (int)rc;
}

time_t time(time_t *out)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_REALTIME, &t);
    if (out)
        *out = t.tv_sec;
    return t.tv_sec;
}
