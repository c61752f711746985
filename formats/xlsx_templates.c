#include "formats/xlsx_templates.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TEMPLATES = 16 };

struct xlsx_templates {
    struct xlsx_template *items[MAX_TEMPLATES]; /* the last one first */
    size_t n;
};

struct xlsx_templates *xlsx_templates_new(void)
{
    return xcalloc(1, sizeof(struct xlsx_templates));
}

void xlsx_templates_free(struct xlsx_templates *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        xlsx_template_free(c->items[i]);
    free(c);
}

static bool is_of(const struct xlsx_template *t, const struct buf *script)
{
    return t->script_len == script->len && memcmp(t->script, script->data, script->len) == 0;
}

const struct xlsx_template *xlsx_templates_find(struct xlsx_templates *c,
                                                const struct xlsx_frame *frame,
                                                const char *temp_dir, struct err *e)
{
    size_t i = 0;
    while (i < c->n && !is_of(c->items[i], &frame->script))
        i++;
    struct xlsx_template *t = i < c->n ? c->items[i] : NULL;
    if (!t && !(t = xlsx_template_build(frame, temp_dir, e)))
        return NULL;
    if (i == c->n && c->n < MAX_TEMPLATES)
        c->n++;
    else if (i == c->n)
        xlsx_template_free(c->items[--i]);
    memmove(c->items + 1, c->items, i * sizeof(c->items[0]));
    c->items[0] = t;
    return t;
}
