#include <inttypes.h>
#include <stdio.h>

#include "lib/parse.h"
#include "runner/commands/commands.h"
#include "runner/run.h"

static int run_release(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    struct deliver_summary s;
    bool stopped = false;
    int64_t run;
    int rc = command_read_options(&command_release, "q", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (!o.operand || !parse_int64(o.operand, 1, INT64_MAX, &run)) {
        err_set(e, ERR_USAGE, "release needs the number of a run that is held");
        return err_hint(e, "pressrun status --failed lists them");
    }
    if (app_load(app, e) != 0) {
        app_print_problems(&app->problems, stderr);
        return -1;
    }
    if (app_open_state(app, e) != 0)
        return -1;
    rc = ledger_release(app->ledger, run, app->now(), e);
    if (rc == 0) {
        err_set(e, ERR_USAGE, "run %" PRId64 " is not held", run);
        return err_hint(e, "pressrun status --failed lists the runs that are");
    }
    struct outbox_filter filter = {.run = run};
    if (rc < 0 || run_deliveries(app, &filter, &s, &stopped, e) != 0)
        return -1;
    if (!o.quiet)
        printf("run %" PRId64 " released: %" PRIu64 " delivered, %" PRIu64 " not delivered\n", run,
               s.delivered, s.failed + s.dead);
    return s.failed || s.dead || stopped ? 1 : 0;
}

const struct command command_release = {
    .name = "release",
    .usage = "RUN [--quiet]",
    .summary = "Delivers a run that was held because it does not look as expected",
    .help = "A job's `expect` says what a report must look like; see pressrun-job(5). Once its\n"
            "data is well, a report that is held can also be made anew by hand.\n",
    .run = run_release,
};
