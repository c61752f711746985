#include <stddef.h>
#include <string.h>

#include "jobs/job_parts.h"
#include "lib/limits.h"

enum { MAX_PARAMS = 100 };

struct entry {
    int type;
    const struct yaml_node *fallback;
    const char *description;
};

const struct field job_param_fields[] = {
    {"type", FIELD_CHOICE, offsetof(struct entry, type), .fallback = "text",
     .choices = param_type_names,
     .help = "text (the default), integer, decimal, boolean, date, "
             "datetime"},
    {"default", FIELD_NODE, offsetof(struct entry, fallback),
     .help = "without it, each run must be given a value; null is SQL's NULL"},
    {"description", FIELD_LITERAL, offsetof(struct entry, description), .fallback = "",
     .help = "for people"},
    {0},
};

/* As the lexer reads a name behind a colon, and in one case only. */
static bool is_param_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return !name[len] && len <= LIMIT_NAME_BYTES && name[0] >= 'a' && name[0] <= 'z';
}

static void read_default(const struct job_reading *r, const struct yaml_node *node,
                         struct param *param)
{
    struct err e = {0};
    param->fallback.type = param->type;
    param->required = !node;
    if (!node || yaml_is_null(node))
        return;
    if (node->kind != YAML_SCALAR)
        problems_add(r->problems, &node->at, NULL, "\"default\" must be one value");
    else if (param_parse(param->type, node->text, r->arena, &param->fallback, &e) != 0)
        problems_add(r->problems, &node->at, e.hint, "%s", e.msg);
}

static void read_param(const struct job_reading *r, const struct yaml_node *node,
                       struct param *param)
{
    struct entry entry = {0};
    *param = (struct param){.name = node->key, .at = node->key_at};
    if (!is_param_name(node->key))
        problems_add(r->problems, &node->key_at, "a-z first, then a-z, 0-9 and _, at most 64",
                     "\"%s\" can't be the name of a parameter", yaml_show(r->arena, node->key));
    else if (job_is_builtin_param(node->key))
        problems_add(r->problems, &node->key_at, "give it another name",
                     "parameter \"%s\" is built in and always there", node->key);
    const char *what = arena_printf(r->arena, "parameter \"%s\"", yaml_show(r->arena, node->key));
    if (fields_read(node, what, job_param_fields, &entry, r->arena, r->problems) != 0)
        return;
    param->type = (enum param_type)entry.type;
    param->description = entry.description;
    read_default(r, entry.fallback, param);
}

void job_params_read(const struct job_reading *r, const struct yaml_node *node)
{
    if (!node || yaml_is_null(node))
        return;
    if (fields_need_mapping(node, "params", "such as:  status: {type: text, default: publish}",
                            r->problems) != 0)
        return;
    size_t n = job_count(r, node, "params", MAX_PARAMS);
    if (n == 0)
        return;
    struct param *list = arena_alloc(r->arena, n * sizeof(*list));
    n = 0;
    for (const struct yaml_node *p = node->first; p; p = p->next)
        read_param(r, p, &list[n++]);
    r->job->params = list;
    r->job->nparams = n;
}

static bool uses(const struct sql *sql, const char *name)
{
    for (size_t i = 0; i < sql->ntokens; i++) {
        const struct sql_token *t = &sql->tokens[i];
        if (t->kind == SQL_PARAM && t->len == strlen(name) && memcmp(t->text, name, t->len) == 0)
            return true;
    }
    return false;
}

void job_params_check_use(const struct job_reading *r)
{
    const struct job *job = r->job;
    for (size_t i = 0; i < job->nresults; i++) {
        if (!job->results[i].sql)
            return; /* a query that could not be read may use any of them */
    }
    for (size_t i = 0; i < job->nparams; i++) {
        bool used = false;
        for (size_t k = 0; k < job->nresults && !used; k++)
            used = uses(job->results[k].sql, job->params[i].name);
        if (!used)
            problems_warn(r->problems, &job->params[i].at, "remove it, or use it in a query",
                          "no query uses parameter \"%s\"",
                          yaml_show(r->arena, job->params[i].name));
    }
}
