#include <inttypes.h>
#include <stdio.h>

#include "runner/commands/commands.h"
#include "runner/deliver/deliver.h"

static int run_deliver(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    struct deliver_summary s = {0};
    int64_t undelivered = 0;
    int rc = command_read_options(&command_deliver, "q", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (app_load(app, e) != 0) {
        app_print_problems(&app->problems, stderr);
        return -1;
    }
    if (app_open_state(app, e) != 0 ||
        deliver_due(app->ledger, app->spool, &app->destinations, app->now(), &s, e) != 0 ||
        ledger_undelivered(app->ledger, NULL, &undelivered, e) != 0)
        return -1;
    if (!o.quiet)
        printf("%" PRIu64 " delivered, %" PRId64 " not delivered yet or given up\n", s.delivered,
               undelivered);
    if (undelivered && !o.quiet)
        printf("    pressrun status --failed shows why\n");
    return undelivered ? 1 : 0;
}

const struct command command_deliver = {
    .name = "deliver",
    .usage = "[--quiet]",
    .summary = "Sends what is due and has not been delivered yet",
    .help =
        "What failed for a passing reason is due again after a pause that grows from 30 seconds\n"
        "to an hour, for three days. The report database is not touched.\n",
    .run = run_deliver,
};
