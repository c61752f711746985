/*
 * Tells systemd how it goes: the protocol of sd_notify(3), without libsystemd. A message is one
 * datagram of lines NAME=VALUE to the socket that NOTIFY_SOCKET names: a path, or "@name" for an
 * abstract one. Without NOTIFY_SOCKET nothing happens. Nothing here can fail in a way that matters
 * to a report, so there is no result; a manager that doesn't take a message within a second goes
 * without it.
 *
 * systemd listens to the main process only (NotifyAccess=main): call these from there, not from
 * workers.
 */
#ifndef RUNNER_NOTIFY_H
#define RUNNER_NOTIFY_H

#include <stdint.h>

/* Each call of notify_alive() asks for so much time until the next one. */
enum { NOTIFY_EXTEND_SECONDS = 120 };

void notify_ready(void); /* READY=1, for Type=notify; a oneshot needs none */
/* The line of "systemctl status". Control characters, as in names from outside, become visible. */
void notify_status(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * Work goes on: WATCHDOG=1 and EXTEND_TIMEOUT_USEC. The first call arms the watchdog of a oneshot
 * (WatchdogSec=), which then ends it when calls stay away. A TimeoutStartSec that is shorter than
 * the work is put off as well, but systemd forgets that at each daemon-reload. Calls within a
 * second after the last message of this kind are free, so that loops may call it at each turn.
 */
void notify_alive(void);
void notify_stopping(void); /* STOPPING=1 and time to end in order */
/*
 * How often notify_alive() is to be called at least: half of what WATCHDOG_USEC allows. 0 when no
 * watchdog watches this process (WATCHDOG_PID).
 */
int64_t notify_watchdog_interval_ms(void);

#endif
