#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "jobs/scaffold.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "runner/commands/commands.h"

static void say(const char *path, const char *what)
{
    app_print_visible(path, stdout);
    printf(" %s\n", what);
}

/* Writes an example, unless the user has a file of that name already. */
static int write_example(const char *path, const char *text, struct err *e)
{
    if (access(path, F_OK) == 0) {
        say(path, "is there already: left as it is");
        return 0;
    }
    char directory[LIMIT_PATH_BYTES];
    file_dirname(directory, path);
    if (file_make_dirs(directory, 0750, true, e) != 0 ||
        file_write_durably(path, text, strlen(text), 0640, e) != 0)
        return -1;
    say(path, "written: edit it");
    return 0;
}

/* About the tables of the example that was just written. */
static int write_first_job(const struct config *config, struct err *e)
{
    char path[LIMIT_PATH_BYTES];
    struct scaffold s;
    struct buf text;
    buf_init(&text, LIMIT_YAML_BYTES);
    scaffold_init(&s, "first-report", config);
    s.column = "created_at";
    scaffold_write(&s, &text);
    int rc = file_join(path, config->jobs_directory, "first-report.yaml", e);
    if (rc == 0)
        rc = write_example(path, text.data, e);
    buf_release(&text);
    return rc;
}

static int make_state(struct app *app, struct err *e)
{
    const char *directory = app->config->state_directory;
    if (file_make_dirs(directory, 0750, true, e) != 0)
        return -1;
    /* Two that start at once must not both make a ledger. */
    if (spool_open(directory, &app->spool, e) != 0 || ledger_create(directory, e) != 0)
        return -1;
    say(directory, "holds the ledger and the spool");
    return 0;
}

static int run_init(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    char path[LIMIT_PATH_BYTES];
    int rc = command_read_options(&command_init, "", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (o.operand) {
        if (file_join(path, o.operand, "pressrun.yaml", e) != 0)
            return -1;
        app->config_path = path;
    }
    bool new_config = access(app->config_path, F_OK) != 0;
    if (write_example(app->config_path, config_example, e) != 0)
        return -1;
    app->config = config_load(app->config_path, &app->problems);
    if (!app->config) {
        app_print_problems(&app->problems, stderr);
        return err_set(e, ERR_CONFIG, "\"%s\" could not be used", app->config_path);
    }
    if ((new_config && write_first_job(app->config, e) != 0) || make_state(app, e) != 0)
        return -1;
    printf("next: pressrun check\n");
    return 0;
}

const struct command command_init = {
    .name = "init",
    .usage = "[DIRECTORY]",
    .summary = "Makes what is missing: a commented pressrun.yaml, a first job, the ledger",
    .help =
        "What is there already is left as it is, so that init may be run again. A ledger is only\n"
        "ever made by this command: when one is lost, restore it, or every report is new again.\n",
    .run = run_init,
};
