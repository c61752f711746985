/*
 * What every command starts from: the global options, the configuration and the jobs.
 */
#ifndef RUNNER_APP_H
#define RUNNER_APP_H

#include <stdio.h>
#include <time.h>

#include "config/config.h"
#include "jobs/job.h"
#include "runner/deliver/destination.h"
#include "runner/ledger.h"
#include "runner/spool.h"

struct app {
    /* global options */
    const char *config_path;
    /* the clock; only main() decides which */
    time_t (*now)(void);
    /* app_load() */
    struct config *config;
    struct jobs *jobs;
    struct destinations destinations;
    struct problems problems;
    struct arena arena;
    /* app_open_state() */
    struct spool *spool;
    struct ledger *ledger;
};

/*
 * Loads configuration, destinations and jobs. Fails when the configuration is wrong; a job that is
 * wrong only stays out, its problems in `problems`.
 */
int app_load(struct app *app, struct err *e);
/* Takes the lock and opens the ledger, mending what a crash left behind. */
int app_open_state(struct app *app, struct err *e);
void app_release(struct app *app);

/* The job of that name; when it is unknown or could not be loaded, an error that says which. */
const struct job *app_job(const struct app *app, const char *name, struct err *e);

/* A name from outside, which may hold anything, also what would move the cursor. */
void app_print_visible(const char *text, FILE *out);
/* "file:line:column: error: ..." and the hint, one problem after the other. */
void app_print_problems(const struct problems *problems, FILE *out);
/* "pressrun: ..." and the hint. */
void app_print_error(const struct err *e, FILE *out);

#endif
