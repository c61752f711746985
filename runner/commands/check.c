#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/limits.h"
#include "runner/commands/commands.h"
#include "runner/params.h"
#include "runner/reporter.h"

/* What was found out about the database, for the report at the end. */
struct findings {
    bool connected;
    enum guard_mode guard;
    char version[96], tls[96], account[200];
    bool mariadb;
    size_t tenants;
};

/*
 * "result set "x": jobs/a.yaml:6: the database refused ...": the place of a problem stands in front
 * of it, so it is taken out of the message.
 */
static struct place take_place(const struct job *job, struct err *e)
{
    struct place at = job->at;
    char *found = strstr(e->msg, job->file), *end = found ? found + strlen(job->file) : NULL;
    unsigned line, column = 0;
    int digits = 0;
    if (!found || (sscanf(end, ":%u:%n", &line, &digits) < 1 || !digits))
        return at;
    end += digits;
    if (sscanf(end, "%u:%n", &column, &digits) == 1)
        end += digits;
    end += *end == ' ';
    memmove(found, end, strlen(end) + 1);
    return (struct place){at.file, line, column};
}

/* Each query is prepared by the guard and run for a tenant that does not exist. */
static void check_job(struct app *app, const struct job *job, struct err *e)
{
    struct reporter *r = NULL;
    struct param_value *values;
    const char *text;
    struct plan plan = {0};
    struct period period;
    struct problems seen = {0}; /* were reported when the scope was checked */
    struct tenant nobody = {.id = "0", .name = "nobody"};
    period_last_complete(&job->period, app->now(), &period);
    plan_add(&plan, job, &period, &nobody, 1);
    int rc = params_resolve(job, NULL, 0, true, &app->arena, &values, &text, e);
    if (rc == 0)
        rc = reporter_open(app->config, &r, &seen, e);
    if (rc == 0) {
        struct report_input in = {
            .task = &plan.tasks[0], .params = values, .generated_at = app->now()};
        rc = reporter_clear_job(r, &in, e);
    }
    if (rc != 0) {
        struct place at = take_place(job, e);
        problems_add(&app->problems, &at, e->hint, "%s", e->msg);
    }
    reporter_close(r);
    plan_release(&plan);
    problems_release(&seen);
}

static int check_database(struct app *app, struct findings *found, struct err *e)
{
    struct reporter *r = NULL;
    struct tenant *tenants;
    if (reporter_open(app->config, &r, &app->problems, e) != 0)
        return -1;
    found->connected = true;
    found->guard = reporter_guard(r);
    const struct database *db = reporter_database(r);
    snprintf(found->version, sizeof(found->version), "%s", database_version(db));
    snprintf(found->tls, sizeof(found->tls), "%s", database_tls(db));
    snprintf(found->account, sizeof(found->account), "%s", database_account(db));
    found->mariadb = database_is_mariadb(db);
    int rc = reporter_tenants(r, &app->arena, &tenants, &found->tenants, e);
    reporter_close(r);
    if (rc != 0)
        return -1;
    for (size_t i = 0; app->jobs && i < app->jobs->n; i++)
        check_job(app, app->jobs->items[i], e);
    return 0;
}

/* Statements that can be copied as they are: for this server, this schema and this account. */
static void print_next_wall(const struct app *app, const struct findings *f)
{
    const char *schema = app->config->database.schema;
    char account[2 * sizeof(f->account)];
    const char *at = strrchr(f->account, '@');
    int name = at ? (int)(at - f->account) : (int)strlen(f->account);
    snprintf(account, sizeof(account), "'%.*s'@'%s'", name, f->account, at ? at + 1 : "%");
    printf(
        "The wall in front of other tenants' rows is pressrun's own lexer. The server itself can\n"
        "be a second one. As the database's administrator:\n\n"
        "    CREATE ROLE pressrun_read;\n");
    for (size_t i = 0; i < app->config->nscope; i++)
        printf("    GRANT SELECT ON `%s`.`%s` TO pressrun_read;\n", schema,
               app->config->scope[i].table);
    printf("    REVOKE ALL PRIVILEGES, GRANT OPTION FROM %s;\n"
           "    GRANT pressrun_read TO %s;\n"
           "    SET DEFAULT ROLE pressrun_read %s %s;\n\n"
           "pressrun finds out by itself; guard: required in pressrun.yaml insists on it.\n",
           account, account, f->mariadb ? "FOR" : "TO", account);
}

/* Buckets are asked for, secrets must be there; nothing is sent. */
static void check_destinations(struct app *app)
{
    struct http *http = http_new(1);
    for (size_t i = 0; i < app->destinations.n; i++) {
        struct destination *d = app->destinations.items[i];
        const struct destination_config *settings = config_destination(app->config, d->name);
        struct err e = {0};
        if (d->kind->check && d->kind->check(d, http, app->now(), &e) != 0)
            problems_add(&app->problems, &settings->at, e.hint, "destination \"%s\": %s", d->name,
                         e.msg);
    }
    http_free(http);
}

static void print_findings(const struct app *app, const struct findings *f)
{
    if (!f->connected)
        return;
    printf("database  %s, %s\n", f->version, f->tls[0] ? f->tls : "no TLS (local connection)");
    printf("tenants   %zu\n", f->tenants);
    printf("jobs      %zu\n", app->jobs ? app->jobs->n : 0);
    printf("guard     %s\n", guard_mode_name(f->guard));
    if (f->guard == GUARD_LEXER)
        print_next_wall(app, f);
}

static void print_json(const struct app *app, const struct findings *f)
{
    struct buf b;
    buf_init(&b, 1024 * 1024);
    buf_printf(&b, "{\"schema\": \"pressrun.check/1\", \"ok\": %s, \"problems\": [",
               app->problems.nerrors ? "false" : "true");
    for (size_t i = 0; i < app->problems.n; i++) {
        const struct problem *p = &app->problems.items[i];
        buf_add_str(&b, i ? ",\n  {" : "\n  {");
        json_add_key(&b, "severity");
        json_add_string(&b, p->severity == SEVERITY_ERROR ? "error" : "warning");
        json_add_key(&b, "file");
        json_add_string(&b, p->at.file);
        buf_printf(&b, ", \"line\": %u, \"column\": %u", p->at.line, p->at.column);
        json_add_key(&b, "message");
        json_add_string(&b, p->msg);
        json_add_key(&b, "hint");
        json_add_string(&b, p->hint);
        buf_add_char(&b, '}');
    }
    buf_add_str(&b, "]");
    if (f->connected) {
        json_add_key(&b, "guard");
        json_add_string(&b, guard_mode_name(f->guard));
        json_add_key(&b, "server");
        json_add_string(&b, f->version);
    }
    printf("%s}\n", b.data);
    buf_release(&b);
}

static int run_check(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    struct findings found = {0};
    struct err why = {0};
    int rc = command_read_options(&command_check, "oJ", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    rc = app_load(app, &why);
    if (rc == 0 && !o.offline) {
        check_destinations(app);
        rc = check_database(app, &found, &why);
    }
    problems_sort(&app->problems);
    /* An error that is not one of the problems is a problem of its own. */
    if (rc != 0 && app->problems.nerrors == 0)
        problems_add(&app->problems, &(struct place){app->config_path, 0, 0}, why.hint, "%s",
                     why.msg);
    if (o.json) {
        print_json(app, &found);
    } else {
        app_print_problems(&app->problems, stdout);
        print_findings(app, &found);
        if (!app->problems.nerrors)
            printf(o.offline ? "all files are well; the database was not asked\n"
                             : "everything is well\n");
    }
    if (!app->problems.nerrors)
        return 0;
    return err_exit_code(rc != 0 && why.kind != ERR_NONE ? why.kind : ERR_CONFIG);
}

const struct command command_check = {
    .name = "check",
    .usage = "[--offline] [--json]",
    .summary = "Says everything that is wrong in all files, and asks the database",
    .help =
        "Reads pressrun.yaml and all jobs. Then, unless --offline: are the destinations' secrets "
        "and\n"
        "buckets there, is the account read-only, are "
        "the\n"
        "tables and columns of the scope there, does each query pass the guard and give a tenant\n"
        "that does not exist nothing. Also says which wall is active and prints the GRANTs of the\n"
        "next one.\n\n"
        "Options:\n"
        "  -o, --offline   don't connect to the database\n"
        "  -J, --json      as JSON\n",
    .run = run_check,
};
