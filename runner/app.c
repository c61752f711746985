#include "runner/app.h"

#include <stdlib.h>
#include <string.h>

#include "jobs/name.h"
#include "lib/limits.h"
#include "lib/log.h"
#include "lib/utf8.h"

/* Where platform reports may go, keys need not name the tenant: a tenants' job can't go there. */
static void check_destinations(struct app *app, const struct job *job)
{
    for (size_t i = 0; i < job->ndeliver; i++) {
        const struct destination *d = destinations_find(&app->destinations, job->deliver[i]);
        char key[LIMIT_KEY_BYTES];
        struct err why;
        struct name_values values = {job->platform ? "" : "tenant", job->name, "2026", "file", 1};
        if (d && destination_key(d, &values, key, &why) != 0)
            problems_add(&app->problems, &job->at, "deliver it to a destination whose key has one",
                         "job \"%s\" can't go to \"%s\": %s", job->name, d->name, why.msg);
    }
}

int app_load(struct app *app, struct err *e)
{
    app->config = config_load(app->config_path, &app->problems);
    if (!app->config)
        return err_set(e, ERR_CONFIG, "\"%s\" could not be used", app->config_path);
    int rc = destinations_open(app->config, &app->arena, &app->destinations, &app->problems);
    /* Also when that failed, so that all that is wrong is known at once. */
    app->jobs = jobs_load(app->config, &app->problems);
    if (rc != 0)
        return err_set(e, ERR_CONFIG, "a destination in \"%s\" could not be used",
                       app->config_path);
    for (size_t i = 0; i < app->jobs->n; i++) {
        const struct job *job = app->jobs->items[i];
        check_destinations(app, job);
        if (job->timeout_ms > app->config->database.longest_timeout_ms)
            app->config->database.longest_timeout_ms = job->timeout_ms;
    }
    return 0;
}

int app_open_state(struct app *app, struct err *e)
{
    const char *directory = app->config->state_directory;
    if (spool_open(directory, &app->spool, e) != 0 || ledger_open(directory, &app->ledger, e) != 0)
        return -1;
    int interrupted = ledger_recover(app->ledger, app->now(), e);
    if (interrupted < 0)
        return -1;
    if (interrupted > 0)
        log_warning("run.interrupted", LOG_NUMBER("runs", interrupted),
                    LOG_TEXT("hint", "a pressrun ended while it was rendering; these tasks are "
                                     "done again"));
    return spool_sweep(app->spool, app->ledger, e);
}

void app_release(struct app *app)
{
    destinations_close(&app->destinations);
    ledger_close(app->ledger);
    spool_close(app->spool);
    jobs_free(app->jobs);
    config_free(app->config);
    problems_release(&app->problems);
    arena_release(&app->arena);
}

static const char *nearest_job(const struct app *app, const char *name, struct arena *arena)
{
    const char **names = arena_alloc(arena, (app->jobs->n + 1) * sizeof(*names));
    for (size_t i = 0; i < app->jobs->n; i++)
        names[i] = app->jobs->items[i]->name;
    return fields_did_you_mean(arena, name, names, app->jobs->n);
}

/* The first error in the file of that job, or NULL. */
static const struct problem *problem_of_job(const struct app *app, const char *name)
{
    for (size_t i = 0; i < app->problems.n; i++) {
        const struct problem *p = &app->problems.items[i];
        const char *slash = strrchr(p->at.file, '/'), *file = slash ? slash + 1 : p->at.file;
        size_t len = strlen(name);
        if (p->severity == SEVERITY_ERROR && strncmp(file, name, len) == 0 &&
            strcmp(file + len, ".yaml") == 0)
            return p;
    }
    return NULL;
}

const struct job *app_job(const struct app *app, const char *name, struct err *e)
{
    const struct job *job = jobs_find(app->jobs, name);
    struct arena arena = {0};
    if (job)
        return job;
    const struct problem *p = problem_of_job(app, name);
    if (p) {
        err_set(e, ERR_CONFIG, "job \"%s\" can't be used: %s:%u:%u: %s", name, p->at.file,
                p->at.line, p->at.column, p->msg);
        err_hint(e, "%s%spressrun check --offline shows all that is wrong", p->hint,
                 p->hint[0] ? "; " : "");
        return NULL;
    }
    err_set(e, ERR_USAGE, "there is no job \"%s\" below \"%s\"%s", name,
            app->config->jobs_directory, nearest_job(app, name, &arena));
    if (app->jobs->nbroken) {
        e->kind = ERR_CONFIG;
        err_hint(e, "%zu job files could not be loaded; pressrun check shows why",
                 app->jobs->nbroken);
    } else {
        err_hint(e, "pressrun plan lists the jobs there are");
    }
    arena_release(&arena);
    return NULL;
}

void app_print_visible(const char *text, FILE *out)
{
    enum { SHOWN = 4000 };
    struct buf b;
    buf_init(&b, 64 * 1024);
    utf8_add_visible(&b, text, strlen(text), SHOWN);
    fputs(b.data, out);
    buf_release(&b);
}

static void print_hint(const char *hint, FILE *out)
{
    if (!hint[0])
        return;
    fputs("    ", out);
    app_print_visible(hint, out);
    putc('\n', out);
}

void app_print_problems(const struct problems *problems, FILE *out)
{
    for (size_t i = 0; i < problems->n; i++) {
        const struct problem *p = &problems->items[i];
        const char *kind = p->severity == SEVERITY_ERROR ? "error" : "warning";
        app_print_visible(p->at.file, out);
        if (p->at.line)
            fprintf(out, ":%u", p->at.line);
        if (p->at.line && p->at.column)
            fprintf(out, ":%u", p->at.column);
        fprintf(out, p->at.file[0] ? ": %s: " : "%s: ", kind);
        app_print_visible(p->msg, out);
        putc('\n', out);
        print_hint(p->hint, out);
    }
    if (problems->nerrors > problems->n)
        fprintf(out, "... and more\n");
}

void app_print_error(const struct err *e, FILE *out)
{
    fputs("pressrun: ", out);
    app_print_visible(e->msg, out);
    putc('\n', out);
    print_hint(e->hint, out);
}
