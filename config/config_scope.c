#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "config/config_parts.h"

enum { MAX_TABLES = 1000, MAX_IDENTIFIER = 64 };

/* One table's entry as it is written. */
struct entry {
    const char *tenant, *through, *on, *references;
    bool shared;
    const struct yaml_node *hide;
};

const struct field config_scope_fields[] = {
    {"tenant", FIELD_LITERAL, offsetof(struct entry, tenant),
     .help = "the column that holds the tenant's id"},
    {"through", FIELD_LITERAL, offsetof(struct entry, through),
     .help = "the table through which a row belongs to a tenant"},
    {"on", FIELD_LITERAL, offsetof(struct entry, on),
     .help = "with through: this table's column that refers to the other table"},
    {"references", FIELD_LITERAL, offsetof(struct entry, references),
     .help = "with through: the column that is referred to (default: id)"},
    {"shared", FIELD_BOOLEAN, offsetof(struct entry, shared), .fallback = "false",
     .help = "true: belongs to no tenant, and every tenant may read it"},
    {"hide", FIELD_NODE, offsetof(struct entry, hide),
     .help = "columns that no report can read: [one, two]"},
    {0},
};

static const char kinds[] = "one of {tenant: COLUMN}, {through: TABLE, on: COLUMN}, {shared: true}";

/* A name that needs no thought in backticks. */
static bool is_identifier(const char *name)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$");
    return len > 0 && !name[len] && len <= MAX_IDENTIFIER && !strchr("0123456789$", name[0]);
}

static int need_identifier(const struct yaml_node *node, const char *key, const char *name,
                           struct arena *arena, struct problems *problems)
{
    const struct yaml_node *value = yaml_get(node, key);
    if (!name || is_identifier(name))
        return 0;
    return problems_add(problems, value ? &value->at : &node->at,
                        "letters, digits, _ and $ as in the database, without quotes",
                        "\"%s\" is not the name of a column or table", yaml_show(arena, name));
}

static int check_names(const struct yaml_node *node, const struct entry *entry, struct arena *arena,
                       struct problems *problems)
{
    int rc = need_identifier(node, "tenant", entry->tenant, arena, problems);
    rc |= need_identifier(node, "through", entry->through, arena, problems);
    rc |= need_identifier(node, "on", entry->on, arena, problems);
    rc |= need_identifier(node, "references", entry->references, arena, problems);
    return rc;
}

/* Which of the three kinds an entry is; exactly one must be said. */
static int decide(const struct yaml_node *node, const struct entry *entry, struct scope_rule *rule,
                  struct problems *problems)
{
    int said = (entry->tenant != NULL) + (entry->through != NULL) + entry->shared;
    if (said != 1)
        return problems_add(problems, &node->key_at, kinds,
                            said ? "table \"%s\" can belong to a tenant in one way only"
                                 : "how do rows of \"%s\" belong to a tenant?",
                            rule->table);
    if (entry->through && !entry->on)
        return problems_add(problems, &node->key_at,
                            "on: the column of this table that refers to the other table",
                            "\"through\" of table \"%s\" needs \"on\"", rule->table);
    if (!entry->through && (entry->on || entry->references))
        return problems_add(problems, &node->key_at, kinds,
                            "\"on\" and \"references\" of table \"%s\" need \"through\"",
                            rule->table);
    rule->kind = entry->through ? SCOPE_THROUGH : entry->shared ? SCOPE_SHARED : SCOPE_TENANT;
    rule->column = entry->through ? entry->on : entry->tenant;
    if (entry->through)
        rule->parent_column = entry->references ? entry->references : "id";
    return 0;
}

static int read_hidden(const struct yaml_node *node, struct scope_rule *rule, struct arena *arena,
                       struct problems *problems)
{
    const struct fields_item *items;
    size_t n;
    const char *what = arena_printf(arena, "\"hide\" of table \"%s\"", rule->table);
    if (fields_read_list(node, what, arena, &items, &n, problems) != 0)
        return -1;
    int rc = 0;
    const char **names = arena_alloc(arena, (n + 1) * sizeof(*names));
    for (size_t i = 0; i < n; i++) {
        names[i] = items[i].text;
        if (!is_identifier(names[i]))
            rc = problems_add(problems, &items[i].at, NULL, "\"%s\" is not the name of a column",
                              yaml_show(arena, names[i]));
    }
    rule->hidden = names;
    rule->nhidden = n;
    return rc;
}

/* In MySQL names of shadows ignore case and those of tables may: near twins would get mixed up. */
static int check_table_name(const struct config *c, const struct scope_rule *rules, size_t n,
                            const struct yaml_node *node, struct arena *arena,
                            struct problems *problems)
{
    if (!is_identifier(node->key))
        return problems_add(
            problems, &node->key_at, "letters, digits, _ and $; views can give a table such a name",
            "\"%s\" can't be used as the name of a table", yaml_show(arena, node->key));
    if (c->database.schema && strcasecmp(node->key, c->database.schema) == 0)
        return problems_add(problems, &node->key_at,
                            "a query that names the schema is always refused; a view can give the "
                            "table another name",
                            "table \"%s\" has the name of its schema", node->key);
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(rules[i].table, node->key) == 0)
            return problems_add(problems, &node->key_at, NULL,
                                "table \"%s\" differs from \"%s\" only in case", node->key,
                                rules[i].table);
    }
    return 0;
}

static int read_rule(struct config *c, const struct yaml_node *node, struct scope_rule *rule,
                     const char **through, struct problems *problems)
{
    struct entry entry = {0};
    char *what = arena_printf(&c->arena, "scope \"%s\"", node->key);
    rule->at = node->key_at;
    rule->table = node->key;
    if (fields_need_mapping(node, what, kinds, problems) != 0 ||
        fields_read(node, what, config_scope_fields, &entry, &c->arena, problems) != 0)
        return -1;
    int rc = check_names(node, &entry, &c->arena, problems);
    rc |= decide(node, &entry, rule, problems);
    rc |= read_hidden(entry.hide, rule, &c->arena, problems);
    *through = entry.through;
    return rc;
}

static int find_parent(struct config *c, struct scope_rule *rule, const char *through,
                       struct problems *problems)
{
    rule->parent = config_scope(c, through);
    if (!rule->parent) {
        const char **names = arena_alloc(&c->arena, (c->nscope + 1) * sizeof(*names));
        for (size_t i = 0; i < c->nscope; i++)
            names[i] = c->scope[i].table;
        return problems_add(problems, &rule->at, "describe that table in \"scope\" as well",
                            "table \"%s\" goes through \"%s\", which has no scope%s", rule->table,
                            through, fields_did_you_mean(&c->arena, through, names, c->nscope));
    }
    if (rule->parent->kind == SCOPE_SHARED)
        return problems_add(problems, &rule->at, kinds,
                            "table \"%s\" goes through \"%s\", which is shared and leads to no "
                            "tenant",
                            rule->table, through);
    return 0;
}

/* A way that is longer than there are tables goes round in a circle. */
static int check_way(const struct config *c, const struct scope_rule *rule,
                     struct problems *problems)
{
    size_t steps = 0;
    for (const struct scope_rule *r = rule->parent; r; r = r->parent) {
        if (++steps > c->nscope || r == rule)
            return problems_add(problems, &rule->at, "each way must end at a {tenant: COLUMN}",
                                "the way of table \"%s\" to its tenant goes round in a circle",
                                rule->table);
    }
    return 0;
}

int config_scope_read(struct config *c, const struct yaml_node *node, struct problems *problems)
{
    int rc = 0;
    size_t n = 0, max = 0;
    if (fields_need_mapping(node, "scope", "such as:  videos: {tenant: tenant_id}", problems) != 0)
        return -1;
    for (const struct yaml_node *t = node->first; t; t = t->next)
        max++;
    if (max == 0 || max > MAX_TABLES)
        return problems_add(problems, &node->at, "such as:  videos: {tenant: tenant_id}",
                            "scope must name from 1 to %d tables", MAX_TABLES);
    struct scope_rule *rules = arena_alloc(&c->arena, max * sizeof(*rules));
    const char **through = arena_alloc(&c->arena, max * sizeof(*through));
    for (const struct yaml_node *t = node->first; t; t = t->next) {
        if (check_table_name(c, rules, n, t, &c->arena, problems) != 0) {
            rc = -1;
            continue;
        }
        rc |= read_rule(c, t, &rules[n], &through[n], problems);
        n++;
    }
    c->scope = rules;
    c->nscope = n;
    if (rc != 0)
        return -1; /* names would be found missing that are only wrong */
    for (size_t i = 0; i < n; i++) {
        if (rules[i].kind == SCOPE_THROUGH)
            rc |= find_parent(c, &rules[i], through[i], problems);
    }
    for (size_t i = 0; i < n && rc == 0; i++)
        rc |= check_way(c, &rules[i], problems);
    return rc;
}

/* Column names don't know case in MySQL. */
bool config_hides(const struct scope_rule *rule, const char *column)
{
    for (size_t i = 0; i < rule->nhidden; i++) {
        if (strcasecmp(rule->hidden[i], column) == 0)
            return true;
    }
    return false;
}
