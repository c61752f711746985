#include "jobs/scope.h"

#include <string.h>
#include <strings.h>

#include "lib/limits.h"

enum { MAX_PARENTS = 8 }; /* a chain of parents longer than this is a mistake */

struct composer {
    const struct scope *scope;
    enum scope_mode mode;
    struct arena *arena;
    struct buf text;
    struct slot *slots;
    size_t nslots, cap;
    struct err *e;
};

void scope_quote(struct buf *out, const char *name)
{
    buf_add_char(out, '`');
    buf_add_str(out, name);
    buf_add_char(out, '`');
}

static void add_slot(struct composer *c, const struct slot *slot)
{
    if (c->nslots == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 8;
        c->slots = arena_grow(c->arena, c->slots, c->nslots, cap, sizeof(*c->slots));
        c->cap = cap;
    }
    c->slots[c->nslots++] = *slot;
}

static void add_tenant_slot(struct composer *c, enum slot_kind kind)
{
    add_slot(c, &(struct slot){.kind = kind});
}

/* `table`.`column`: qualified always, because in a subquery an unqualified column that its own
 * table lacks would be looked up in the table outside. */
static void add_column(struct composer *c, const char *table, const char *column)
{
    scope_quote(&c->text, table);
    buf_add_char(&c->text, '.');
    scope_quote(&c->text, column);
}

static void add_table(struct composer *c, const char *table)
{
    scope_quote(&c->text, c->scope->schema);
    buf_add_char(&c->text, '.');
    scope_quote(&c->text, table);
}

/*
 * The comparison with the tenant's id. Text is compared twice: once as the column's collation does,
 * which uses its index but takes 'acme', 'ACME' and 'acmé ' for equal, and once byte by byte. The
 * column is converted first, for columns in UCS-2 and the like.
 */
static void add_tenant_condition(struct composer *c, const struct scope_rule *rule,
                                 enum tenant_id_type type)
{
    add_column(c, rule->table, rule->column);
    buf_add_str(&c->text, " = ?");
    switch (type) {
    case TENANT_ID_INTEGER:
        add_tenant_slot(c, SLOT_TENANT_INTEGER);
        break;
    case TENANT_ID_TEXT:
        buf_add_str(&c->text, " AND CAST(CONVERT(");
        add_column(c, rule->table, rule->column);
        buf_add_str(&c->text, " USING utf8mb4) AS BINARY) = CAST(? AS BINARY)");
        add_tenant_slot(c, SLOT_TENANT_TEXT);
        add_tenant_slot(c, SLOT_TENANT_TEXT);
        break;
    case TENANT_ID_BYTES:
        add_tenant_slot(c, SLOT_TENANT_BYTES);
        break;
    }
}

/* The way from a table to its tenant, through as many parents as it takes. */
static int add_condition(struct composer *c, const struct scope_rule *rule,
                         enum tenant_id_type type)
{
    unsigned open = 0;
    const char *table = rule->table;
    for (; rule && rule->kind == SCOPE_THROUGH && open < MAX_PARENTS; rule = rule->parent) {
        if (!rule->parent)
            break;
        open++;
        add_column(c, rule->table, rule->column);
        buf_add_str(&c->text, " IN (SELECT ");
        add_column(c, rule->parent->table, rule->parent_column ? rule->parent_column : "id");
        buf_add_str(&c->text, " FROM ");
        add_table(c, rule->parent->table);
        buf_add_str(&c->text, " WHERE ");
    }
    if (!rule || rule->kind != SCOPE_TENANT || !rule->column)
        return err_set(c->e, ERR_CONFIG, "the scope of table \"%s\" does not lead to a tenant",
                       table);
    add_tenant_condition(c, rule, type);
    for (; open; open--)
        buf_add_char(&c->text, ')');
    return 0;
}

static int add_select(struct composer *c, const struct scope_table *t)
{
    buf_add_str(&c->text, "SELECT ");
    for (size_t i = 0; i < t->ncolumns; i++) {
        if (i)
            buf_add_str(&c->text, ", ");
        if (c->mode == SCOPE_FOR_GUARD) {
            buf_add_str(&c->text, t->columns[i].stub);
            buf_add_str(&c->text, " AS ");
        }
        scope_quote(&c->text, t->columns[i].name);
    }
    if (c->mode == SCOPE_FOR_GUARD) {
        buf_add_str(&c->text, " FROM DUAL WHERE 1 = 0");
        return 0;
    }
    buf_add_str(&c->text, " FROM ");
    add_table(c, t->rule->table);
    if (c->mode == SCOPE_FOR_PLATFORM || t->rule->kind == SCOPE_SHARED)
        return 0;
    if (c->mode == SCOPE_FOR_NOBODY) {
        buf_add_str(&c->text, " WHERE 1 = 0");
        return 0;
    }
    buf_add_str(&c->text, " WHERE ");
    return add_condition(c, t->rule, t->id_type);
}

/* The shadows of the tables that are used, one a line. Returns how many, or -1. */
static int add_shadows(struct composer *c, const struct sql *sql)
{
    int n = 0;
    for (size_t i = 0; i < c->scope->ntables; i++) {
        const struct scope_table *t = &c->scope->tables[i];
        if (!sql_mentions(sql, t->rule->table))
            continue;
        if (t->ncolumns == 0)
            return err_set(c->e, ERR_CONFIG, "no column of table \"%s\" may be read",
                           t->rule->table);
        if (n++)
            buf_add_str(&c->text, ",\n");
        scope_quote(&c->text, t->rule->table);
        buf_add_str(&c->text, " AS (");
        if (add_select(c, t) != 0)
            return -1;
        buf_add_char(&c->text, ')');
    }
    if (n)
        return n;
    /* Never send an author's text as a statement of its own: some are impossible after WITH only.
     */
    buf_add_str(&c->text, "`pr_none` AS (SELECT 1 AS `pr_none`)");
    return 1;
}

/* The servers refuse two expressions of one name, too, but only if they take case as we do. */
static int check_ctes(struct composer *c, const struct sql *sql)
{
    for (size_t i = 0; i < sql->ntokens; i++) {
        const struct sql_token *t = &sql->tokens[i];
        if (t->role != SQL_CTE)
            continue;
        bool taken = strcasecmp(t->text, "pr_none") == 0;
        for (size_t k = 0; !taken && k < c->scope->ntables; k++)
            taken = strcasecmp(t->text, c->scope->tables[k].rule->table) == 0;
        if (!taken)
            continue;
        err_set(c->e, ERR_CONFIG,
                "%s:%u:%u: \"%s\" is the name of a table; a query can't define it", t->at.file,
                t->at.line, t->at.column, t->text);
        return err_hint(c->e, "choose another name for it");
    }
    return 0;
}

static int compose(struct composer *c, const struct sql *sql, struct statement *out)
{
    if (check_ctes(c, sql) != 0)
        return -1;
    buf_add_str(&c->text, sql->recursive ? "WITH RECURSIVE " : "WITH ");
    int shadows = add_shadows(c, sql);
    if (shadows < 0)
        return -1;
    buf_add_str(&c->text, sql->with ? ",\n" : "\n");
    sql_emit(sql, sql->body, &c->text);
    for (size_t i = sql->body; i < sql->ntokens; i++) {
        const struct sql_token *t = &sql->tokens[i];
        if (t->kind == SQL_PARAM)
            add_slot(c, &(struct slot){.kind = SLOT_PARAM, .param = t->text, .at = t->at});
    }
    if (!buf_ok(&c->text))
        return err_set(c->e, ERR_CONFIG, "the statement is longer than %d bytes",
                       LIMIT_STATEMENT_BYTES);
    *out = (struct statement){
        .text = arena_strndup(c->arena, c->text.data, c->text.len),
        .len = c->text.len,
        .lines_before = (unsigned)shadows,
        .slots = c->slots,
        .nslots = c->nslots,
    };
    return 0;
}

int scope_compose(const struct scope *scope, const struct sql *sql, enum scope_mode mode,
                  struct arena *arena, struct statement *out, struct err *e)
{
    struct composer c = {.scope = scope, .mode = mode, .arena = arena, .e = e};
    buf_init(&c.text, LIMIT_STATEMENT_BYTES);
    int rc = compose(&c, sql, out);
    buf_release(&c.text);
    return rc;
}
