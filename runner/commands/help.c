#include <stdio.h>

#include "runner/commands/commands.h"

static void print_overview(void)
{
    printf("pressrun turns a read-only MySQL or MariaDB database into report files for every "
           "tenant.\n\n"
           "Usage: pressrun [--config FILE] COMMAND [OPTION...]\n\n"
           "Commands:\n");
    for (size_t i = 0; command_at(i); i++)
        printf("  %-8s  %s\n", command_at(i)->name, command_at(i)->summary);
    printf(
        "\nGlobal options:\n"
        "  --config FILE      the configuration (default: $PRESSRUN_CONFIG, else ./pressrun.yaml,\n"
        "                     else /etc/pressrun/pressrun.yaml)\n"
        "  --log-level LEVEL  error, warning, info or debug (default: info; warning on a "
        "terminal)\n"
        "  --version          the version, and exit\n"
        "  --help             this text; pressrun COMMAND --help tells more of a command\n\n"
        "Exit codes: 0 all done, 1 something failed, 2 usage, 3 configuration, 4 isolation,\n"
        "5 ledger, 6 another pressrun is running, 8 database not reachable. See pressrun(1).\n");
}

static int run_help(struct app *app, int argc, char **argv, struct err *e)
{
    (void)app;
    struct command_options o;
    int rc = command_read_options(&command_help, "", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (!o.operand) {
        print_overview();
        return 0;
    }
    const struct command *c = command_find(o.operand);
    if (!c) {
        err_set(e, ERR_USAGE, "there is no command \"%s\"", o.operand);
        return err_hint(e, "pressrun help lists them");
    }
    command_print_help(c, stdout);
    return 0;
}

const struct command command_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .summary = "Shows what there is, or how one command works",
    .help = "",
    .run = run_help,
};
