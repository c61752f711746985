#include "runner/params.h"

#include <string.h>

#include "config/fields.h"
#include "lib/json.h"
#include "lib/limits.h"

static const struct param *find(const struct job *job, const char *name)
{
    for (size_t i = 0; i < job->nparams; i++) {
        if (strcmp(job->params[i].name, name) == 0)
            return &job->params[i];
    }
    return NULL;
}

static int unknown(const struct job *job, const char *name, struct arena *arena, struct err *e)
{
    const char **names = arena_alloc(arena, (job->nparams + 1) * sizeof(*names));
    for (size_t i = 0; i < job->nparams; i++)
        names[i] = job->params[i].name;
    err_set(e, ERR_USAGE, "job \"%s\" has no parameter \"%s\"%s", job->name, name,
            fields_did_you_mean(arena, name, names, job->nparams));
    return err_hint(e, job->nparams ? "its parameters are listed in %s" : "it has none: see %s",
                    job->file);
}

static int take_given(const struct job *job, const char *text, struct arena *arena,
                      struct param_value *values, bool *set, struct err *e)
{
    const char *equals = strchr(text, '=');
    if (!equals)
        return err_set(e, ERR_USAGE, "\"%s\" is not name=value", text);
    char *name = arena_strndup(arena, text, (size_t)(equals - text));
    const struct param *p = find(job, name);
    if (!p)
        return unknown(job, name, arena, e);
    size_t i = (size_t)(p - job->params);
    if (set[i])
        return err_set(e, ERR_USAGE, "parameter \"%s\" is given twice", name);
    set[i] = true;
    if (param_parse(p->type, equals + 1, arena, &values[i], e) != 0)
        return err_wrap(e, "--param %s", name);
    return 0;
}

/* In the order of the job file, so that the order on the command line makes no difference. */
static const char *describe(const struct job *job, const struct param_value *values,
                            const bool *set, struct arena *arena)
{
    struct buf text;
    buf_init(&text, LIMIT_STATEMENT_BYTES);
    buf_add_char(&text, '{');
    for (size_t i = 0; i < job->nparams; i++) {
        if (!set[i])
            continue;
        json_add_key(&text, job->params[i].name);
        json_add_string(&text, values[i].text);
    }
    buf_add_char(&text, '}');
    const char *copy = arena_strdup(arena, text.data);
    buf_release(&text);
    return copy;
}

int params_resolve(const struct job *job, const char *const *given, size_t ngiven, bool lenient,
                   struct arena *arena, struct param_value **values, const char **text,
                   struct err *e)
{
    struct param_value *v = arena_alloc(arena, (job->nparams + 1) * sizeof(*v));
    bool *set = arena_alloc(arena, (job->nparams + 1) * sizeof(*set));
    for (size_t i = 0; i < ngiven; i++) {
        if (take_given(job, given[i], arena, v, set, e) != 0)
            return -1;
    }
    for (size_t i = 0; i < job->nparams; i++) {
        const struct param *p = &job->params[i];
        if (set[i])
            continue;
        v[i] = p->fallback;
        v[i].type = p->type;
        if (p->required && !lenient) {
            err_set(e, ERR_USAGE, "parameter \"%s\" of job \"%s\" has no default", p->name,
                    job->name);
            return err_hint(e, "give it with --param %s=VALUE (%s)", p->name,
                            param_type_names[p->type]);
        }
    }
    *values = v;
    *text = describe(job, v, set, arena);
    return 0;
}
