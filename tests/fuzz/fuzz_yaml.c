/*
 * Any bytes as a YAML file: as a tree, as a configuration and as a job. None may crash, and each
 * must either be read or have a problem to show for it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/job.h"
#include "lib/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Every place lies within the text, and every node is reached once. */
static size_t check_tree(const struct yaml_node *node, size_t size, unsigned depth)
{
    size_t nodes = 1;
    demand(depth <= LIMIT_YAML_DEPTH);
    demand(node->at.line >= 1 && node->at.column >= 1 && node->at.column <= size + 1);
    demand(node->text_at.line >= node->at.line && node->text_at.column <= size + 2);
    demand(node->kind != YAML_SCALAR || (node->text && !node->first));
    for (const struct yaml_node *c = node->first; c; c = c->next) {
        demand((c->key != NULL) == (node->kind == YAML_MAPPING));
        nodes += check_tree(c, size, depth + 1);
    }
    return nodes;
}

static void as_tree(const char *text, size_t size)
{
    struct arena arena = {0};
    struct problems p = {0};
    const struct yaml_node *root = yaml_read_text(&arena, "f.yaml", text, size, &p);
    demand((root != NULL) == (p.nerrors == 0));
    if (root)
        demand(check_tree(root, size, 1) <= LIMIT_YAML_NODES);
    problems_sort(&p);
    problems_release(&p);
    arena_release(&arena);
}

static void as_config(const char *text, size_t size)
{
    struct problems p = {0};
    struct config *c = config_load_text("pressrun.yaml", text, size, &p);
    demand((c != NULL) == (p.nerrors == 0));
    /* The promise that the rest relies on: each way leads to a tenant, or the table is shared. */
    for (size_t i = 0; c && i < c->nscope; i++) {
        const struct scope_rule *r = &c->scope[i];
        size_t steps = 0;
        while (r->kind == SCOPE_THROUGH && steps++ <= c->nscope)
            r = r->parent;
        demand(r->kind == SCOPE_TENANT || (steps == 0 && r->kind == SCOPE_SHARED));
        demand(r->kind == SCOPE_SHARED || !strchr(r->column, '`'));
    }
    config_free(c);
    problems_release(&p);
}

static void as_job(const char *text, size_t size)
{
    struct arena arena = {0};
    struct problems p = {0};
    struct config *c =
        config_load_text("pressrun.yaml", config_example, strlen(config_example), &p);
    demand(c != NULL);
    const struct yaml_node *root = yaml_read_text(&arena, "first-report.yaml", text, size, &p);
    const struct job *job = root ? job_read(root, "first-report.yaml", c, &arena, &p) : NULL;
    demand((job != NULL) == (p.nerrors == 0));
    if (job)
        demand(job->nresults > 0 && job->nformats > 0 && job->results[0].sql && job->name);
    problems_release(&p);
    arena_release(&arena);
    config_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    as_tree(text, size);
    as_config(text, size);
    as_job(text, size);
    return 0;
}
