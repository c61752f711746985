/*
 * SIGINT and SIGTERM as something to wait for (signalfd(2)), so that they are met between two steps
 * and never in the middle of one.
 */
#ifndef RUNNER_SIGNALS_H
#define RUNNER_SIGNALS_H

#include <signal.h>

#include "lib/err.h"

struct signals {
    int fd; /* readable when one came */
    sigset_t old_mask;
};

int signals_watch(struct signals *s, struct err *e);
/* Takes one, or it would end the process as soon as signals come through again. */
int signals_take(const struct signals *s, struct err *e);
void signals_release(struct signals *s);

#endif
