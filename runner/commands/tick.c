#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "runner/commands/commands.h"
#include "runner/notify.h"
#include "runner/signals.h"
#include "runner/tick.h"

static void print_json(const struct tick_summary *s)
{
    printf("{\"done\": %zu, \"failed\": %zu, \"skipped\": %zu, \"delivered\": %" PRIu64
           ", \"undelivered\": %" PRId64 ", \"stopped\": %s, \"busy\": %s}\n",
           s->done, s->failed, s->skipped, s->delivered, s->undelivered,
           s->stopped ? "true" : "false", s->busy ? "true" : "false");
}

static void print_text(const struct tick_summary *s)
{
    if (s->busy)
        printf("another pressrun is at work: nothing to do\n");
    else
        printf("%zu periods done, %zu not done, %zu skipped; %" PRIu64 " delivered, %" PRId64
               " not delivered yet or given up\n",
               s->done, s->failed, s->skipped, s->delivered, s->undelivered);
    if (s->failed || s->undelivered)
        printf("    pressrun status --check shows why\n");
}

static int tick_once(struct app *app, const struct command_options *o, struct tick_summary *s,
                     struct err *e)
{
    if (tick(app, (size_t)o->workers, s, e) != 0)
        return -1;
    notify_status("%zu periods done, %zu not done; %" PRIu64 " delivered", s->done, s->failed,
                  s->delivered);
    if (o->json)
        print_json(s);
    else if (!o->quiet)
        print_text(s);
    fflush(stdout);
    return s->exit_code;
}

/* Waits, and lets systemd know that all is well. Returns 1 for a signal. */
static int rest(const struct signals *signals, int64_t wait_ms, struct err *e)
{
    int64_t step = notify_watchdog_interval_ms();
    while (wait_ms > 0) {
        struct pollfd fd = {signals->fd, POLLIN, 0};
        int64_t ms = step && step < wait_ms ? step : wait_ms;
        notify_alive();
        if (poll(&fd, 1, (int)ms) > 0)
            return signals_take(signals, e) != 0 ? -1 : 1;
        wait_ms -= ms;
    }
    return 0;
}

/* In the foreground until a signal: files are read anew each time, what fails is told and tried
 * again. The exit code is 0, for it was asked to end. */
static int keep_ticking(struct app *app, const struct command_options *o, struct err *e)
{
    struct signals signals;
    int rc = signals_watch(&signals, e);
    notify_ready();
    while (rc == 0) {
        struct app fresh = {.config_path = app->config_path, .now = app->now};
        struct tick_summary s = {0};
        struct err why;
        if (tick_once(&fresh, o, &s, &why) < 0)
            log_failure(LOG_LEVEL_ERROR, "tick.failed", &why, LOG_FIELDS(LOG_TEXT("job", "")));
        app_release(&fresh);
        rc = s.stopped ? 1 : rest(&signals, o->every_ms, e);
    }
    notify_stopping();
    signals_release(&signals);
    return rc < 0 ? -1 : 0;
}

static int run_tick(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    struct tick_summary s;
    int rc = command_read_options(&command_tick, "EjqJ", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (o.operand)
        return err_set(e, ERR_USAGE, "tick takes no \"%s\"", o.operand);
    return o.every_ms ? keep_ticking(app, &o, e) : tick_once(app, &o, &s, e);
}

const struct command command_tick = {
    .name = "tick",
    .usage = "[OPTION...]",
    .summary = "Runs what schedules have made due, and delivers; what a timer starts",
    .help =
        "Options:\n"
        "  -E, --every TIME  stay in the foreground and tick so often, such as 30s\n"
        "  -j, --jobs N      how many workers render at the same time, at most\n"
        "                    (default: one for each core)\n"
        "  -q, --quiet       no summary\n"
        "  -J, --json        the summary as JSON\n\n"
        "Which periods are due is computed from the jobs and the ledger: it does not matter how\n"
        "often tick is called, or whether it was called at all for some days. A second tick at\n"
        "the same time does nothing and ends with 0.\n",
    .run = run_tick,
};
