#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/parse.h"
#include "lib/zone.h"
#include "runner/commands/commands.h"
#include "runner/deliver/disposition.h"

struct listing {
    struct app *app;
    const struct command_options *o;
    struct destination *destination;
    struct run_about about; /* of the run whose files are being listed */
    struct arena arena;
    size_t n;
    time_t now;
};

static void print_link(struct listing *l, const struct run_file *f, const char *name,
                       const char *link)
{
    char expires[32];
    struct buf b;
    civil_format_rfc3339(l->now + (time_t)(l->o->expires_ms / 1000), expires);
    if (!l->o->json) {
        printf("%s\n    %s\n", name, link);
        return;
    }
    buf_init(&b, 64 * 1024);
    buf_printf(&b, "{\"run\": %" PRId64, l->about.run);
    const struct {
        const char *key, *value;
    } texts[] = {{"job", l->about.job},
                 {"period", l->about.period},
                 {"tenant", l->about.tenant[0] ? l->about.tenant : NULL},
                 {"destination", l->destination->name},
                 {"name", f->name},
                 {"file_name", name},
                 {"key", f->key},
                 {"sha256", f->sha256},
                 {"link", link},
                 {"expires_at", expires}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_add_key(&b, texts[i].key);
        json_add_string(&b, texts[i].value);
    }
    printf("%s\n  %s}", l->n ? "," : "", b.data);
    buf_release(&b);
}

static int add_link(void *ctx, const struct run_file *f, struct err *e)
{
    struct listing *l = ctx;
    struct buf link;
    if (!f->key)
        return 0;
    const char *name =
        disposition_file_name(&l->arena, l->about.job, l->about.title, l->about.period, f->name);
    struct link_request r = {f->key, name, l->now, l->o->expires_ms / 1000};
    buf_init(&link, 16 * 1024);
    int rc = l->destination->kind->link(l->destination, &r, &link, e);
    if (rc == 0) {
        print_link(l, f, name, link.data);
        l->n++;
    }
    buf_release(&link);
    return rc;
}

static int add_run(void *ctx, int64_t run, struct err *e)
{
    struct listing *l = ctx;
    int rc = ledger_run_about(l->app->ledger, run, &l->arena, &l->about, e);
    if (rc == 0)
        err_set(e, ERR_USAGE, "there is no run %" PRId64, run);
    if (rc != 1)
        return -1;
    return ledger_run_files(l->app->ledger, run, l->destination->name, add_link, l, e);
}

/* The destination that was named, or the first one that can be linked to. */
static struct destination *find_destination(const struct app *app, const char *name, struct err *e)
{
    for (size_t i = 0; i < app->destinations.n; i++) {
        struct destination *d = app->destinations.items[i];
        if (d->kind->link && (!name || strcmp(d->name, name) == 0))
            return d;
    }
    if (name)
        err_set(e, ERR_USAGE, "there is no destination \"%s\" of kind s3", name);
    else
        err_set(e, ERR_USAGE, "there is no destination of kind s3: only those can be linked to");
    return NULL;
}

static int list(struct listing *l, struct err *e)
{
    int64_t run;
    if (l->o->tenant)
        return ledger_tenant_runs(l->app->ledger, l->o->tenant, l->o->operand, add_run, l, e);
    if (!parse_int64(l->o->operand, 1, INT64_MAX, &run))
        return err_set(e, ERR_USAGE,
                       "\"%s\" is not the number of a run; pressrun status lists them",
                       l->o->operand);
    return add_run(l, run, e);
}

static int run_link(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    int rc = command_read_options(&command_link, "tdeJ", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (!o.operand && !o.tenant) {
        err_set(e, ERR_USAGE, "link needs the number of a run, or --tenant ID");
        return err_hint(e, "pressrun status lists the runs");
    }
    if (app_load(app, e) != 0) {
        app_print_problems(&app->problems, stderr);
        return -1;
    }
    struct listing l = {.app = app, .o = &o, .now = app->now()};
    l.destination = find_destination(app, o.destination, e);
    if (!l.destination || ledger_open(app->config->state_directory, &app->ledger, e) != 0)
        return -1;
    if (o.json)
        printf("{\"schema\": \"pressrun.link/1\", \"links\": [");
    rc = list(&l, e);
    if (o.json)
        printf("\n]}\n");
    arena_release(&l.arena);
    if (rc != 0)
        return -1;
    if (l.n || o.json)
        return l.n ? 0 : 1;
    fprintf(stderr, "pressrun: nothing was delivered to \"%s\" of that\n", l.destination->name);
    return 1;
}

const struct command command_link = {
    .name = "link",
    .usage = "RUN | --tenant ID [JOB] [OPTION...]",
    .summary = "Prints links by which anybody can download reports for a while",
    .help =
        "Of one run, or of the newest reports of a tenant. The files must have been delivered to\n"
        "a destination of kind s3.\n\n"
        "Options:\n"
        "  -t, --tenant ID         of this tenant: of each job, or of JOB alone\n"
        "  -d, --destination NAME  where the files are (default: the first of kind s3)\n"
        "  -e, --expires TIME      how long the links work, 1m to 7d (default: 7d)\n"
        "  -J, --json              as JSON\n\n"
        "Whoever has a link can download the file: send it like a password.\n",
    .run = run_link,
};
