#include <getopt.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "runner/commands/commands.h"
#include "runner/progress.h"

static time_t wall_clock(void)
{
    return time(NULL);
}

static const char *default_config(void)
{
    const char *named = getenv("PRESSRUN_CONFIG");
    if (named && named[0])
        return named;
    return access("pressrun.yaml", F_OK) == 0 || access("/etc/pressrun/pressrun.yaml", F_OK) != 0
               ? "pressrun.yaml"
               : "/etc/pressrun/pressrun.yaml";
}

static int read_globals(int argc, char **argv, struct app *app, struct err *e)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"log-level", required_argument, NULL, 'L'},
        {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    enum log_level level = isatty(STDERR_FILENO) ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
    int letter;
    opterr = 0;
    /* "+": the first word that is no option is the command; what follows is the command's. */
    while ((letter = getopt_long(argc, argv, "+:c:hV", options, NULL)) != -1) {
        switch (letter) {
        case 'c':
            app->config_path = optarg;
            break;
        case 'L':
            if (!log_level_by_name(optarg, &level))
                return err_set(e, ERR_USAGE, "--log-level is error, warning, info or debug");
            break;
        case 'V':
            puts("pressrun " PRESSRUN_VERSION);
            return 1;
        case 'h':
            argv[optind - 1] = (char[]){"help"};
            return command_help.run(app, 1, argv + optind - 1, e) == 0 ? 1 : -1;
        case ':':
            return err_set(e, ERR_USAGE, "%s needs a value", argv[optind - 1]);
        default:
            return err_set(e, ERR_USAGE, "there is no option \"%s\"", argv[optind - 1]);
        }
    }
    log_set_level(level);
    return 0;
}

static int run_command(struct app *app, int argc, char **argv, struct err *e)
{
    if (argc == 0) {
        err_set(e, ERR_USAGE, "no command");
        return err_hint(e, "pressrun help lists them");
    }
    const struct command *c = command_find(argv[0]);
    if (!c) {
        err_set(e, ERR_USAGE, "there is no command \"%s\"", argv[0]);
        return err_hint(e, "pressrun help lists them");
    }
    return c->run(app, argc, argv, e);
}

/* Blocks of a few hundred kilobytes come and go with each report, in all processes: what is given
 * back to the kernel each time is cleared by it each time. */
static void keep_memory(void)
{
    enum { KEPT_BYTES = 64 * 1024 * 1024 };
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}

int main(int argc, char **argv)
{
    struct app app = {.now = wall_clock, .config_path = default_config()};
    struct err e = {0};
    /* Numbers are written and read the same in every country. */
    setlocale(LC_ALL, "C");
    umask(027);
    keep_memory();
    /* A full disk or a closed pipe is an error to be reported, not the end. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    /* Other processes of the user can't read the password or the rows out of ours. */
    prctl(PR_SET_DUMPABLE, 0);
    log_set_before(progress_clear);

    int rc = read_globals(argc, argv, &app, &e);
    if (rc == 0)
        rc = run_command(&app, argc - optind, argv + optind, &e);
    else if (rc == 1)
        rc = 0;
    app_release(&app);
    if (rc < 0) {
        progress_clear();
        app_print_error(&e, stderr);
        rc = err_exit_code(e.kind);
    }
    if (fflush(stdout) != 0 && rc == 0) {
        perror("pressrun: standard output");
        rc = 1;
    }
    return rc;
}
