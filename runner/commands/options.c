/* The registry of commands and the options they share. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "lib/parse.h"
#include "runner/commands/commands.h"

static const struct command *const commands[] = {
    &command_init,    &command_new,     &command_check,   &command_plan,
    &command_run,     &command_tick,    &command_preview, &command_status,
    &command_deliver, &command_release, &command_link,    &command_help,
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

const struct command *command_at(size_t index)
{
    return index < sizeof(commands) / sizeof(commands[0]) ? commands[index] : NULL;
}

void command_print_help(const struct command *c, FILE *out)
{
    fprintf(out, "Usage: pressrun [--config FILE] %s%s%s\n\n%s.\n\n%s", c->name,
            c->usage[0] ? " " : "", c->usage, c->summary, c->help);
}

/* The letters are how commands name the options they know; they are also the short forms. */
static const struct option options[] = {
    {"tenant", required_argument, NULL, 't'},
    {"period", required_argument, NULL, 'p'},
    {"param", required_argument, NULL, 'P'},
    {"again", no_argument, NULL, 'a'},
    {"dry-run", no_argument, NULL, 'n'},
    {"offline", no_argument, NULL, 'o'},
    {"failed", no_argument, NULL, 'f'},
    {"limit", required_argument, NULL, 'l'},
    {"jobs", required_argument, NULL, 'j'},
    {"result", required_argument, NULL, 'r'},
    {"retry", required_argument, NULL, 'R'},
    {"dead", no_argument, NULL, 'D'},
    {"destination", required_argument, NULL, 'd'},
    {"expires", required_argument, NULL, 'e'},
    {"from", required_argument, NULL, 'F'},
    {"to", required_argument, NULL, 'T'},
    {"every", required_argument, NULL, 'E'},
    {"check", no_argument, NULL, 'c'},
    {"max-parallel", required_argument, NULL, 'j'},
    {"json", no_argument, NULL, 'J'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static const char *name_of(int letter)
{
    for (size_t i = 0; options[i].name; i++) {
        if (options[i].val == letter)
            return options[i].name;
    }
    return "";
}

static int number(const char *name, const char *text, int64_t min, int64_t max, int64_t *out,
                  struct err *e)
{
    if (parse_int64(text, min, max, out))
        return 0;
    return err_set(e, ERR_USAGE, "--%s takes a number from %lld to %lld, not \"%s\"", name,
                   (long long)min, (long long)max, text);
}

/* Amazon's own limit of a presigned link is a week. */
static int lifetime(const char *text, int64_t *out, struct err *e)
{
    enum { MINUTE_MS = 60 * 1000, WEEK_MS = 7 * 24 * 3600 * 1000 };
    if (parse_duration(text, out) && *out >= MINUTE_MS && *out <= WEEK_MS)
        return 0;
    return err_set(e, ERR_USAGE, "--expires takes a time from 1m to 7d, such as 12h, not \"%s\"",
                   text);
}

static int interval(const char *text, int64_t *out, struct err *e)
{
    if (parse_duration(text, out) && *out >= 1000 && *out <= 24 * 3600 * 1000)
        return 0;
    return err_set(e, ERR_USAGE, "--every takes a time from 1s to 24h, such as 30s, not \"%s\"",
                   text);
}

/* Where an option without a value goes; NULL for one that has one. */
static bool *flag_of(int letter, struct command_options *out)
{
    switch (letter) {
    case 'a':
        return &out->again;
    case 'n':
        return &out->dry_run;
    case 'o':
        return &out->offline;
    case 'f':
        return &out->failed;
    case 'c':
        return &out->check;
    case 'D':
        return &out->dead;
    case 'q':
        return &out->quiet;
    case 'J':
        return &out->json;
    default:
        return NULL;
    }
}

/* Where an option goes whose value is any text; NULL for others. */
static const char **text_of(int letter, struct command_options *out)
{
    switch (letter) {
    case 't':
        return &out->tenant;
    case 'p':
        return &out->period;
    case 'r':
        return &out->result;
    case 'd':
        return &out->destination;
    case 'F':
        return &out->from;
    case 'T':
        return &out->to;
    default:
        return NULL;
    }
}

/* `name` is the option as it was written, for it may have another one. */
static int take(int letter, const char *name, const char *argument, struct command_options *out,
                struct err *e)
{
    bool *flag = flag_of(letter, out);
    const char **text = text_of(letter, out);
    if (flag)
        *flag = true;
    if (text && *text)
        return err_set(e, ERR_USAGE, "--%s is given twice: \"%s\" and \"%s\"", name, *text,
                       argument);
    if (text)
        *text = argument;
    switch (letter) {
    case 'P':
        if (out->nparams == sizeof(out->params) / sizeof(out->params[0]))
            return err_set(e, ERR_USAGE, "too many --param");
        out->params[out->nparams++] = argument;
        return 0;
    case 'l':
        return number("limit", argument, 1, 1000000, &out->limit, e);
    case 'j':
        return number(name, argument, 1, 64, &out->workers, e);
    case 'R':
        return number("retry", argument, 1, INT64_MAX, &out->retry, e);
    case 'E':
        return interval(argument, &out->every_ms, e);
    case 'e':
        return lifetime(argument, &out->expires_ms, e);
    default:
        return 0;
    }
}

/* In a group such as -xq, getopt is still at the word before it: only the letter is known. */
static int unknown_option(const struct command *c, const char *word, struct err *e)
{
    char letter[] = {'-', (char)optopt, '\0'};
    bool is_long = !optopt || strncmp(word, "--", 2) == 0;
    err_set(e, ERR_USAGE, "%s has no option \"%s\"", c->name, is_long ? word : letter);
    return err_hint(e, "pressrun %s --help lists them", c->name);
}

int command_read_options(const struct command *c, const char *allowed, int argc, char **argv,
                         struct command_options *out, struct err *e)
{
    int letter, index = -1;
    *out = (struct command_options){.limit = 20, .expires_ms = 7 * 86400000LL};
    optind = 0; /* start anew: main() has read the global options */
    opterr = 0;
    while ((letter = getopt_long(argc, argv, ":t:p:P:anofl:j:r:R:d:De:F:T:cE:Jqh", options,
                                 &index)) != -1) {
        const char *name = index >= 0 ? options[index].name : name_of(letter);
        index = -1;
        if (letter == 'h') {
            command_print_help(c, stdout);
            return 1;
        }
        if (letter == ':')
            return err_set(e, ERR_USAGE, "%s needs a value", argv[optind - 1]);
        if (letter == '?')
            return unknown_option(c, argv[optind - 1], e);
        if (!strchr(allowed, letter))
            return err_set(e, ERR_USAGE, "%s has no option --%s", c->name, name);
        if (take(letter, name, optarg, out, e) != 0)
            return -1;
    }
    if (optind < argc)
        out->operand = argv[optind++];
    if (optind < argc)
        return err_set(e, ERR_USAGE, "\"%s\" is one word too many", argv[optind]);
    return 0;
}

int command_period(const struct app *app, const struct job *job, const char *label,
                   struct period *out, struct err *e)
{
    if (label)
        return period_parse(&job->period, label, out, e);
    period_last_complete(&job->period, app->now(), out);
    return 0;
}

int command_select_tenant(const char *id, struct tenant **tenants, size_t *n, struct err *e)
{
    if (!id)
        return 0;
    for (size_t i = 0; i < *n; i++) {
        if (strcmp((*tenants)[i].id, id) == 0) {
            *tenants += i;
            *n = 1;
            return 0;
        }
    }
    err_set(e, ERR_USAGE, "there is no tenant \"%s\" among the %zu that tenants.query gives", id,
            *n);
    return err_hint(e, "pressrun plan --json lists their ids");
}
