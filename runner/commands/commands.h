/*
 * The commands, one file each. A command reads its own options, prints for people on standard
 * output (or JSON with --json), and returns the program's exit code. Errors it returns through `e`;
 * main() prints them.
 */
#ifndef RUNNER_COMMANDS_COMMANDS_H
#define RUNNER_COMMANDS_COMMANDS_H

#include "runner/app.h"

struct command {
    const char *name, *usage, *summary;
    const char *help; /* what --help shows below the usage; ends with a newline */
    /* The exit code, or -1 with `e` set. argv[0] is the command's name. */
    int (*run)(struct app *app, int argc, char **argv, struct err *e);
};

extern const struct command command_init, command_new, command_check, command_plan, command_run,
    command_preview, command_status, command_deliver, command_link, command_help, command_tick,
    command_release;

const struct command *command_find(const char *name); /* NULL when unknown */
const struct command *command_at(size_t index);       /* NULL after the last */
void command_print_help(const struct command *c, FILE *out);

/* What several commands read alike. */
struct command_options {
    const char *tenant, *period;
    const char *params[64];
    size_t nparams;
    bool again, dry_run, offline, failed, quiet, json, dead, check;
    int64_t limit;
    int64_t workers;    /* 0: not said */
    int64_t retry;      /* a run, or 0 */
    int64_t expires_ms; /* of a link */
    int64_t every_ms;   /* of tick, or 0 */
    const char *result, *destination, *from, *to;
    const char *operand; /* the one word that is no option, or NULL */
};
/*
 * Reads the options of a command: only those in `allowed` (letters of the table in options.c).
 * 0, -1 with ERR_USAGE, or 1 when --help was asked for and has been printed.
 */
int command_read_options(const struct command *c, const char *allowed, int argc, char **argv,
                         struct command_options *out, struct err *e);

/* The period a command is about: the one given, or the last complete one. */
int command_period(const struct app *app, const struct job *job, const char *label,
                   struct period *out, struct err *e);
/* Only the tenant asked for stays in the list. ERR_USAGE when there is none of that id. */
int command_select_tenant(const char *id, struct tenant **tenants, size_t *n, struct err *e);

#endif
