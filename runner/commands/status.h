/* The part of `status` that stands in a file of its own. */
#ifndef RUNNER_COMMANDS_STATUS_H
#define RUNNER_COMMANDS_STATUS_H

#include "runner/commands/commands.h"

/* Prints each period that should exist and is missing, late or failed, each run that is held, each
 * delivery that was given up. The exit code: 1 if there is any. */
int status_check(struct app *app, const struct command_options *o, struct err *e);

#endif
