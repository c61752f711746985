#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runner/commands/commands.h"
#include "runner/run.h"

/* What failed is due again, and nothing else is sent. Returns how many, or -1. */
static int64_t choose_failed(struct app *app, const struct command_options *o, struct err *e)
{
    int64_t n = 0;
    struct retry which = {.run = o->retry, .destination = o->destination, .dead = o->dead};
    if (o->destination && !destinations_find(&app->destinations, o->destination)) {
        err_set(e, ERR_USAGE, "there is no destination \"%s\" in \"%s\"", o->destination,
                app->config_path);
        return -1;
    }
    return ledger_retry(app->ledger, &which, app->now(), &n, e) != 0 ? -1 : n;
}

static void print_summary(const struct command_options *o, const struct deliver_summary *s,
                          int64_t chosen, int64_t undelivered)
{
    if (o->json) {
        printf("{\"delivered\": %" PRIu64 ", \"delivery_failed\": %" PRIu64
               ", \"delivery_dead\": %" PRIu64 ", \"undelivered\": %" PRId64 "}\n",
               s->delivered, s->failed, s->dead, undelivered);
        return;
    }
    if (chosen >= 0)
        printf("%" PRId64 " sent again: ", chosen);
    printf("%" PRIu64 " delivered, %" PRId64 " not delivered yet or given up\n", s->delivered,
           undelivered);
    if (undelivered)
        printf("    pressrun status --failed shows why\n");
}

static int run_deliver(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    struct deliver_summary s = {0};
    struct outbox_filter filter = {0};
    int64_t undelivered = 0, chosen = -1;
    bool stopped = false;
    int rc = command_read_options(&command_deliver, "RDdqJ", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (o.operand)
        return err_set(e, ERR_USAGE, "deliver takes no \"%s\"; one run is --retry RUN", o.operand);
    if (app_load(app, e) != 0) {
        app_print_problems(&app->problems, stderr);
        return -1;
    }
    if (app_open_state(app, e) != 0)
        return -1;
    filter.wanted = o.retry || o.dead || o.destination;
    if (filter.wanted && (chosen = choose_failed(app, &o, e)) < 0)
        return -1;
    if (run_deliveries(app, &filter, &s, &stopped, e) != 0 ||
        ledger_undelivered(app->ledger, NULL, &undelivered, e) != 0)
        return -1;
    if (!o.quiet)
        print_summary(&o, &s, chosen, undelivered);
    return undelivered ? 1 : 0;
}

const struct command command_deliver = {
    .name = "deliver",
    .usage = "[OPTION...]",
    .summary = "Sends what is due and has not been delivered yet",
    .help =
        "Options:\n"
        "  -R, --retry RUN         only what failed of this run, now\n"
        "  -D, --dead              only what was given up, now\n"
        "  -d, --destination NAME  only what failed at this destination, now; one that answered\n"
        "                          410 Gone is used again\n"
        "  -q, --quiet             no summary\n"
        "  -J, --json              the summary as JSON\n\n"
        "What failed for a passing reason is due again after a pause that grows from 30 seconds\n"
        "to an hour, for three days; then, or when the reason is not a passing one, it is given\n"
        "up until it is asked for with one of these options. The report database is not touched.\n",
    .run = run_deliver,
};
