#include <stddef.h>
#include <string.h>

#include "jobs/job_parts.h"
#include "lib/limits.h"
#include "lib/parse.h"

enum { MAX_RESULTS = 100 };

struct result_entry {
    const char *sql;
    const struct label *title, *note;
    const struct yaml_node *columns, *chart, *sheet;
};

const struct field job_result_fields[] = {
    {"title", FIELD_LABEL, offsetof(struct result_entry, title),
     .help = "for people: the name of the sheet"},
    {"note", FIELD_LABEL, offsetof(struct result_entry, note),
     .help = "for people: what to know about the rows"},
    {"sql", FIELD_LITERAL, offsetof(struct result_entry, sql), .required = true,
     .help = "one SELECT; it sees the rows of one tenant only"},
    {"columns", FIELD_NODE, offsetof(struct result_entry, columns),
     .help = "how columns are shown: {NAME: {title: ..., type: ...}}"},
    {"chart", FIELD_NODE, offsetof(struct result_entry, chart),
     .help = "a picture of the rows, or a list of them: {kind: line, x: day, y: [videos]}"},
    {"sheet", FIELD_NODE, offsetof(struct result_entry, sheet),
     .help = "its sheet in a workbook: {color: \"#1F6FB2\", hidden: true}"},
    {0},
};

static void read_columns(const struct job_reading *r, const struct yaml_node *node,
                         struct result_spec *result)
{
    if (!node || yaml_is_null(node))
        return;
    if (fields_need_mapping(node, "columns", "such as:  day: {title: Day, type: date}",
                            r->problems) != 0)
        return;
    size_t n = job_count(r, node, "columns", LIMIT_COLUMNS);
    if (n == 0)
        return;
    struct column_spec *list = arena_alloc(r->arena, n * sizeof(*list));
    n = 0;
    for (const struct yaml_node *c = node->first; c; c = c->next)
        job_column_read(r, c, &list[n++]);
    result->columns = list;
    result->ncolumns = n;
}

/* ---- the query ---- */

static bool is_declared(const struct job *job, const char *name)
{
    for (size_t i = 0; i < job->nparams; i++) {
        if (strcmp(job->params[i].name, name) == 0)
            return true;
    }
    return false;
}

static void undeclared(const struct job_reading *r, const struct sql_token *token, const char *name)
{
    const struct job *job = r->job;
    size_t n = 0;
    if (r->problems->n >= LIMIT_PROBLEMS) { /* counted, but not shown: not worth the search */
        problems_add(r->problems, &token->at, NULL, "undeclared parameter");
        return;
    }
    const char **names = arena_alloc(r->arena, (job->nparams + 3) * sizeof(*names));
    for (; n < job->nparams; n++)
        names[n] = job->params[n].name;
    names[n++] = "period_start";
    names[n++] = "period_end";
    if (!job->platform)
        names[n++] = "tenant_id";
    problems_add(r->problems, &token->at,
                 arena_printf(r->arena, "declare it:  params: {%s: {type: text}}", name),
                 "parameter \":%s\" is not declared%s", yaml_show(r->arena, name),
                 fields_did_you_mean(r->arena, name, names, n));
}

static void check_params(const struct job_reading *r, const struct sql *sql)
{
    for (size_t i = 0; i < sql->ntokens; i++) {
        const struct sql_token *t = &sql->tokens[i];
        if (t->kind != SQL_PARAM)
            continue;
        const char *name = arena_strndup(r->arena, t->text, t->len);
        if (r->job->platform && strcmp(name, "tenant_id") == 0)
            problems_add(r->problems, &t->at, "a job with scope: platform has no tenant",
                         "parameter \":tenant_id\" has no value here");
        else if (!job_is_builtin_param(name) && !is_declared(r->job, name))
            undeclared(r, t, name);
    }
}

/* What can be known of a query without asking the database. */
static const struct sql *read_sql(const struct job_reading *r, const struct yaml_node *node)
{
    const struct config *c = r->config;
    const struct sql *sql =
        sql_parse(node->text, strlen(node->text), &node->text_at, r->arena, r->problems);
    if (!sql)
        return NULL;
    const char **tables = arena_alloc(r->arena, (c->nscope + 1) * sizeof(*tables));
    for (size_t i = 0; i < c->nscope; i++)
        tables[i] = c->scope[i].table;
    sql_check_tables(sql, tables, c->nscope, r->problems);
    sql_check_schemas(sql, &c->database.schema, 1, r->problems);
    check_params(r, sql);
    return sql;
}

static void read_result(const struct job_reading *r, const struct yaml_node *node,
                        struct result_spec *result)
{
    struct result_entry entry = {0};
    *result = (struct result_spec){.name = node->key,
                                   .title = job_label(r->arena, node->key),
                                   .look = result_look_none,
                                   .at = node->key_at};
    if (!parse_name(node->key))
        problems_add(r->problems, &node->key_at, "a-z, 0-9, - and _, at most 64",
                     "\"%s\" can't be the name of a result set", yaml_show(r->arena, node->key));
    const char *what = arena_printf(r->arena, "result \"%s\"", yaml_show(r->arena, node->key));
    int rc = fields_read(node, what, job_result_fields, &entry, r->arena, r->problems);
    if (entry.title)
        result->title = entry.title;
    result->look.note = entry.note;
    if (entry.sql)
        result->sql = read_sql(r, yaml_get(node, "sql"));
    if (rc == 0 || entry.columns)
        read_columns(r, entry.columns, result);
    job_charts_read(r, entry.chart, result);
    job_sheet_read(r, entry.sheet, result);
}

void job_results_read(const struct job_reading *r, const struct yaml_node *node)
{
    if (!node || fields_need_mapping(node, "results", "such as:  videos: {sql: SELECT ...}",
                                     r->problems) != 0)
        return;
    size_t n = job_count(r, node, "results", MAX_RESULTS);
    if (n == 0) {
        if (!node->first)
            problems_add(r->problems, &node->at, "such as:  videos: {sql: SELECT ...}",
                         "a job needs at least one result set");
        return;
    }
    struct result_spec *list = arena_alloc(r->arena, n * sizeof(*list));
    n = 0;
    for (const struct yaml_node *s = node->first; s; s = s->next)
        read_result(r, s, &list[n++]);
    r->job->results = list;
    r->job->nresults = n;
}
