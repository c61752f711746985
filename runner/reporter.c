#include "runner/reporter.h"

#include <stdlib.h>
#include <string.h>

#include "formats/xlsx_templates.h"
#include "jobs/name.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/utf8.h"
#include "lib/zone.h"
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
static int first_problem(const struct problems *problems, struct err *e)
{
    const struct problem *p = &problems->items[0];
    err_set(e, ERR_ISOLATION, "%s:%u:%u: %s", p->at.file, p->at.line, p->at.column, p->msg);
    if (p->hint[0])
        err_hint(e, "%s", p->hint);
    return -1;
}

/* A query may name none of the schemas. */
static int check_schemas(struct reporter *r, const struct sql *sql, const char *const *schemas,
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
        rc = first_problem(&problems, e);
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
        rc = check_schemas(r, job->results[i].sql, schemas, n, e);
    arena_release(&arena);
    if (rc == 0)
        r->schemas_checked_for = job;
    return rc;
}

static int ask_guard(struct reporter *r, const struct sql *sql, struct err *e)
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
        if (ask_guard(r, job->results[i].sql, e) != 0 || canary_check(r, in, i, e) != 0)
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

struct tenant_columns {
    size_t id, name, display_name, locale, timezone;
};

static int find_columns(const struct row_source *rows, const struct config *config,
                        struct tenant_columns *out, struct err *e)
{
    *out = (struct tenant_columns){SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
    for (size_t i = 0; i < rows->ncolumns; i++) {
        const char *name = rows->columns[i].name;
        if (strcmp(name, "id") == 0)
            out->id = i;
        else if (strcmp(name, "name") == 0)
            out->name = i;
        else if (strcmp(name, "display_name") == 0)
            out->display_name = i;
        else if (strcmp(name, "locale") == 0)
            out->locale = i;
        else if (strcmp(name, "timezone") == 0)
            out->timezone = i;
    }
    if (out->id != SIZE_MAX)
        return 0;
    err_set(e, ERR_CONFIG, "%s:%u: tenants.query has no column \"id\"",
            config->tenants_query_at.file, config->tenants_query_at.line);
    return err_hint(e, "write: SELECT id, name, display_name FROM tenants WHERE ...");
}

/* An id of bytes is written in hexadecimal, as it is bound again in rows_bind(). */
static char *tenant_id_text(struct arena *arena, const struct column *column,
                            const struct cell *cell)
{
    if (column->type != COLUMN_BINARY)
        return arena_strndup(arena, cell->text, cell->len);
    struct buf hex;
    buf_init(&hex, 4 * LIMIT_TENANT_ID_BYTES);
    for (size_t i = 0; i < cell->len; i++)
        buf_printf(&hex, "%02x", (unsigned char)cell->text[i]);
    char *text = arena_strdup(arena, hex.data);
    buf_release(&hex);
    return text;
}

/* One that is not known, or NULL, leaves the job's: no report is lost for its language. */
static const struct locale *tenant_locale(const struct cell *cell)
{
    char tag[32] = "";
    if (!cell->text || cell->len >= sizeof(tag))
        return NULL;
    memcpy(tag, cell->text, cell->len);
    /* Applications also write "de_AT", and "de_AT.UTF-8". */
    tag[strcspn(tag, ".@")] = '\0';
    for (char *p = tag; *p; p++)
        *p = *p == '_' ? '-' : *p;
    return locale_by_tag(tag);
}

static const char *tenant_timezone(struct arena *arena, const struct cell *cell)
{
    enum { MAX_NAME = 64 };
    if (!cell->text || !cell->len || cell->len > MAX_NAME)
        return NULL;
    const char *zone = arena_strndup(arena, cell->text, cell->len);
    return zone_exists(zone) ? zone : NULL;
}

/* What is not known is no reason to lose a report, but one to say so. */
static void warn_unknown(const struct tenant *tenant, const char *what, const struct cell *cell)
{
    struct buf shown;
    if (!cell->text || !cell->len)
        return;
    buf_init(&shown, 512);
    utf8_add_visible(&shown, cell->text, cell->len, 64);
    log_event(LOG_LEVEL_WARNING, "tenant.unknown",
              LOG_FIELDS(LOG_TEXT("tenant", tenant->id), LOG_TEXT("what", what),
                         LOG_TEXT("value", shown.data),
                         LOG_TEXT("hint", "the job's own is used; correct what tenants.query "
                                          "gives")));
    buf_release(&shown);
}

static void read_habits(const struct tenant_columns *columns, const struct cell *row,
                        struct arena *arena, struct tenant *out)
{
    if (columns->locale != SIZE_MAX) {
        out->locale = tenant_locale(&row[columns->locale]);
        if (!out->locale)
            warn_unknown(out, "locale", &row[columns->locale]);
    }
    if (columns->timezone != SIZE_MAX) {
        out->timezone = tenant_timezone(arena, &row[columns->timezone]);
        if (!out->timezone)
            warn_unknown(out, "timezone", &row[columns->timezone]);
    }
}

static int read_tenant(const struct row_source *rows, const struct tenant_columns *columns,
                       const struct cell *row, struct arena *arena, struct tenant *out,
                       struct err *e)
{
    const struct cell *id = &row[columns->id];
    const struct cell *name =
        columns->display_name != SIZE_MAX ? &row[columns->display_name] : NULL;
    if ((!name || !name->text || !name->len) && columns->name != SIZE_MAX)
        name = &row[columns->name];
    if (!id->text)
        return err_set(e, ERR_DATA, "tenants.query gives a tenant without an id (NULL)");
    out->id = tenant_id_text(arena, &rows->columns[columns->id], id);
    if (!name_is_tenant_id(out->id)) {
        struct buf shown;
        buf_init(&shown, 1024);
        utf8_add_visible(&shown, out->id, strlen(out->id), 100);
        err_set(e, ERR_DATA, "tenant id \"%s\" can't be part of a file name", shown.data);
        buf_release(&shown);
        return err_hint(e, "ids are 1 to %d of A-Z a-z 0-9 _ -; choose another column AS id",
                        LIMIT_TENANT_ID_BYTES);
    }
    struct buf clean;
    buf_init(&clean, 64 * 1024);
    if (name && name->text)
        utf8_clean(&clean, name->text, name->len);
    out->name = clean.len ? arena_strdup(arena, clean.data) : out->id;
    read_habits(columns, row, arena, out);
    buf_release(&clean);
    return 0;
}

static int collect_tenants(struct reporter *r, struct row_source *rows, struct arena *arena,
                           struct tenant **tenants, size_t *n, struct err *e)
{
    struct tenant_columns columns;
    struct tenant *list = NULL;
    size_t count = 0, cap = 0;
    const struct cell *row;
    int rc;
    if (find_columns(rows, r->config, &columns, e) != 0)
        return -1;
    while ((rc = rows->next(rows, &row, e)) == 1) {
        if (count == cap) {
            cap = cap ? cap * 2 : 64;
            list = arena_grow(arena, list, count, cap, sizeof(*list));
        }
        if (read_tenant(rows, &columns, row, arena, &list[count], e) != 0)
            return -1;
        count++;
    }
    if (rc < 0 || plan_check_tenants(list, count, e) != 0)
        return -1;
    *tenants = list;
    *n = count;
    return 0;
}

int reporter_tenants(struct reporter *r, struct arena *arena, struct tenant **tenants, size_t *n,
                     struct err *e)
{
    int rc = -1;
    struct problems problems = {0};
    struct row_source *rows = NULL;
    struct statement statement;
    const char **schemas;
    size_t nschemas;
    const struct place *at = &r->config->tenants_query_at;
    const struct sql *sql =
        sql_parse(r->config->tenants_query, strlen(r->config->tenants_query), at, arena, &problems);
    if (!sql) {
        first_problem(&problems, e);
        goto out;
    }
    if (database_schemas(r->db, arena, &schemas, &nschemas, e) != 0 ||
        check_schemas(r, sql, schemas, nschemas, e) != 0 || ask_guard(r, sql, e) != 0 ||
        scope_compose(&r->scope, sql, SCOPE_FOR_PLATFORM, arena, &statement, e) != 0)
        goto out;
    if (statement.nslots) {
        err_set(e, ERR_CONFIG, "%s:%u: tenants.query can't have parameters", at->file, at->line);
        goto out;
    }
    if (cursor_open(r->db, &statement, at, NULL, &rows, e) != 0) {
        rows_explain(r, e);
        goto out;
    }
    rc = collect_tenants(r, rows, arena, tenants, n, e);
out:
    if (rows)
        rows->free(rows);
    if (rc != 0)
        err_wrap(e, "tenants");
    problems_release(&problems);
    return rc;
}
