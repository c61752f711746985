#include "runner/reporter.h"

#include <stdlib.h>
#include <string.h>

#include "formats/xlsx_templates.h"
#include "lib/clock.h"
#include "lib/mem.h"
#include "runner/manifest.h"
#include "runner/reporter_rows.h"

int reporter_open(const struct config *config, struct reporter **out, struct problems *problems,
                  struct err *e)
{
    struct reporter *r = xcalloc(1, sizeof(*r));
    r->config = config;
    r->workbooks = xlsx_templates_new();
    if (database_open(&config->database, DATABASE_ACCOUNT, &r->db, e) != 0 ||
        grants_check(r->db, config, problems, e) != 0 ||
        tables_describe(r->db, config, &r->arena, &r->scope, problems, e) != 0 ||
        guard_open(r->db, config, &r->scope, &r->guard, e) != 0) {
        reporter_close(r);
        return -1;
    }
    *out = r;
    return 0;
}

void reporter_close(struct reporter *r)
{
    if (!r)
        return;
    guard_close(r->guard);
    database_close(r->db);
    arena_release(&r->arena);
    xlsx_templates_free(r->workbooks);
    free(r->cleared);
    free(r);
}

enum guard_mode reporter_guard(const struct reporter *r)
{
    return guard_mode(r->guard);
}

const char *reporter_guard_reason(const struct reporter *r)
{
    return guard_reason(r->guard);
}

const struct database *reporter_database(const struct reporter *r)
{
    return r->db;
}

/* Problems of a query that only the running database can show, as one error. */
int reporter_problem(const struct problems *problems, struct err *e)
{
    const struct problem *p = &problems->items[0];
    err_set(e, ERR_ISOLATION, "%s:%u:%u: %s", p->at.file, p->at.line, p->at.column, p->msg);
    if (p->hint[0])
        err_hint(e, "%s", p->hint);
    return -1;
}

/* A query may name none of the schemas. */
int reporter_check_schemas(struct reporter *r, const struct sql *sql, const char *const *schemas,
                           size_t nschemas, struct err *e)
{
    int rc = 0;
    struct problems problems = {0};
    const char **known = xcalloc(r->scope.ntables, sizeof(*known));
    for (size_t i = 0; i < r->scope.ntables; i++)
        known[i] = r->scope.tables[i].rule->table;
    sql_check_schemas(sql, schemas, nschemas, &problems);
    sql_check_tables(sql, known, r->scope.ntables, &problems);
    if (problems.nerrors)
        rc = reporter_problem(&problems, e);
    free(known);
    problems_release(&problems);
    return rc;
}

/*
 * The names of the schemas are read again and again, for one that was created a minute ago may be
 * covered by a wildcard in a grant; but not for each of a hundred small reports in a second.
 */
static int check_job_schemas(struct reporter *r, const struct job *job, struct err *e)
{
    enum { KNOWN_FOR_MS = 1000 };
    struct arena arena = {0};
    const char **schemas;
    size_t n;
    if (r->schemas_checked_for == job && clock_ms() - r->schemas_checked_ms < KNOWN_FOR_MS)
        return 0;
    r->schemas_checked_for = NULL;
    r->schemas_checked_ms = clock_ms();
    int rc = database_schemas(r->db, &arena, &schemas, &n, e);
    for (size_t i = 0; rc == 0 && i < job->nresults; i++)
        rc = reporter_check_schemas(r, job->results[i].sql, schemas, n, e);
    arena_release(&arena);
    if (rc == 0)
        r->schemas_checked_for = job;
    return rc;
}

int reporter_ask_guard(struct reporter *r, const struct sql *sql, struct err *e)
{
    struct arena arena = {0};
    struct statement stubs;
    int rc = scope_compose(&r->scope, sql, SCOPE_FOR_GUARD, &arena, &stubs, e);
    if (rc == 0)
        rc = guard_prepare(r->guard, &stubs, &sql->at, e);
    if (rc != 0)
        rows_explain(r, e);
    arena_release(&arena);
    return rc;
}

static bool is_cleared(const struct reporter *r, const struct job *job)
{
    for (size_t i = 0; i < r->ncleared; i++) {
        if (r->cleared[i] == job)
            return true;
    }
    return false;
}

int reporter_clear_job(struct reporter *r, const struct report_input *in, struct err *e)
{
    const struct job *job = in->task->job;
    if (check_job_schemas(r, job, e) != 0)
        return -1;
    if (is_cleared(r, job))
        return 0;
    for (size_t i = 0; i < job->nresults; i++) {
        if (reporter_ask_guard(r, job->results[i].sql, e) != 0 || canary_check(r, in, i, e) != 0)
            return err_wrap(e, "result set \"%s\"", job->results[i].name);
    }
    r->cleared = xrealloc(r->cleared, r->ncleared + 1, sizeof(*r->cleared));
    r->cleared[r->ncleared++] = job;
    return 0;
}

static void describe_document(const struct report_input *in, char *words, size_t size,
                              struct document *doc)
{
    const struct task *t = in->task;
    const struct locale *locale = task_locale(t);
    const char *description = label_text(t->job->description, locale->tag);
    struct period_rule rule = t->job->period;
    rule.timezone = task_timezone(t);
    period_in_words(&rule, &t->period, locale, words, size);
    *doc = (struct document){
        .job = t->job->name,
        .title = task_title(t),
        .description = description ? description : "",
        .tenant_id = t->tenant ? t->tenant->id : "",
        .tenant_name = t->tenant ? t->tenant->name : "",
        .period = t->period.label,
        .period_text = words,
        .period_start = t->period.start,
        .period_end = t->period.end,
        .timezone = rule.timezone,
        .generated_at = in->generated_at,
        .locale = locale,
        .look = &t->job->look,
        .formats = (const struct format *const *)t->job->formats,
        .nformats = t->job->nformats,
    };
}

static int render_all(struct reporter *r, const struct report_input *in, struct render *render,
                      struct manifest *manifest, struct err *e)
{
    const struct job *job = in->task->job;
    for (size_t i = 0; i < job->nresults; i++) {
        const struct result_spec *spec = &job->results[i];
        struct row_source *rows = NULL;
        uint64_t n = 0;
        if (rows_open(r, in, i, &rows, e) != 0)
            return err_wrap(e, "result set \"%s\"", spec->name);
        const struct result about = {.name = spec->name,
                                     .title = label_text(spec->title, task_locale(in->task)->tag),
                                     .look = &spec->look};
        int rc = render_result(render, &about, rows, &n, e);
        manifest_add_result(manifest, spec->name, rows->columns, rows->ncolumns, n);
        rows->free(rows);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* Files first, the manifest last; one array for the caller. */
static int finish(const struct report_input *in, struct render *render, struct manifest *manifest,
                  struct artifact **artifacts, size_t *nartifacts, struct err *e)
{
    const struct artifact *files;
    size_t n;
    if (render_finish(render, &files, &n, e) != 0)
        return -1;
    struct artifact *all = xcalloc(n + 1, sizeof(*all));
    memcpy(all, files, n * sizeof(*all));
    if (manifest_write(manifest, in->directory, files, n, &all[n], e) != 0) {
        free(all);
        return -1;
    }
    *artifacts = all;
    *nartifacts = n + 1;
    return 0;
}

int reporter_render(struct reporter *r, const struct report_input *in, struct artifact **artifacts,
                    size_t *nartifacts, struct err *e)
{
    const struct job *job = in->task->job;
    struct render *render = NULL;
    struct manifest *manifest = NULL;
    char words[128];
    struct document doc;
    struct format_options options = job->options;
    int rc = -1;
    options.locale = task_locale(in->task);
    options.xlsx_templates = r->workbooks;
    if (reporter_clear_job(r, in, e) != 0)
        return -1;
    describe_document(in, words, sizeof(words), &doc);
    manifest = manifest_new(&doc);
    if (database_begin(r->db, in->generated_at, rows_timeout(r, job), e) != 0 ||
        render_open(&render, in->directory, &doc, (const struct format *const *)job->formats,
                    job->nformats, &options, job->nresults, e) != 0 ||
        render_all(r, in, render, manifest, e) != 0 || database_end(r->db, e) != 0 ||
        finish(in, render, manifest, artifacts, nartifacts, e) != 0)
        goto out;
    rc = 0;
out:
    render_free(render);
    manifest_free(manifest);
    return rc;
}

int reporter_rows(struct reporter *r, const struct report_input *in, size_t result,
                  struct row_source **out, struct err *e)
{
    if (reporter_clear_job(r, in, e) != 0 ||
        database_begin(r->db, in->generated_at, rows_timeout(r, in->task->job), e) != 0)
        return -1;
    return rows_open(r, in, result, out, e);
}

int reporter_end(struct reporter *r, struct err *e)
{
    return database_end(r->db, e);
}
