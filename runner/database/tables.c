/* The tables of the scope as the database describes them. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/mem.h"
#include "runner/database/client.h"

struct description {
    struct arena *arena;
    bool mariadb;
    char kind[64], engine[64]; /* of the table; kind is "" when it is not there */
    const struct scope_rule *rule;
    struct scope_column *columns; /* readable ones */
    size_t n, cap;
    bool has_column; /* rule->column is there */
    size_t nhidden;  /* columns that are there and hidden */
    enum tenant_id_type id_type;
    bool id_usable;
    char id_found[64]; /* the type that was found */
};

static int take_table(void *ctx, const struct cell *row, size_t n, struct err *e)
{
    (void)n, (void)e;
    struct description *d = ctx;
    snprintf(d->kind, sizeof(d->kind), "%.*s", (int)row[0].len, row[0].text ? row[0].text : "");
    snprintf(d->engine, sizeof(d->engine), "%.*s", (int)row[1].len, row[1].text ? row[1].text : "");
    return 0;
}

/* A typed NULL stands for the column when the guard parses a query. */
static const char *stub_of(const char *type, bool mariadb)
{
    static const struct {
        const char *type, *stub;
    } stubs[] = {
        {"tinyint", "CAST(NULL AS SIGNED)"},
        {"smallint", "CAST(NULL AS SIGNED)"},
        {"mediumint", "CAST(NULL AS SIGNED)"},
        {"int", "CAST(NULL AS SIGNED)"},
        {"bigint", "CAST(NULL AS SIGNED)"},
        {"year", "CAST(NULL AS SIGNED)"},
        {"bit", "CAST(NULL AS UNSIGNED)"},
        {"decimal", "CAST(NULL AS DECIMAL(65,30))"},
        {"float", "CAST(NULL AS DOUBLE)"},
        {"double", "CAST(NULL AS DOUBLE)"},
        {"date", "CAST(NULL AS DATE)"},
        {"time", "CAST(NULL AS TIME(6))"},
        {"datetime", "CAST(NULL AS DATETIME(6))"},
        {"timestamp", "CAST(NULL AS DATETIME(6))"},
        {"binary", "CAST(NULL AS BINARY)"},
        {"varbinary", "CAST(NULL AS BINARY)"},
        {"blob", "CAST(NULL AS BINARY)"},
    };
    for (size_t i = 0; i < sizeof(stubs) / sizeof(stubs[0]); i++) {
        if (strcasecmp(type, stubs[i].type) == 0)
            return stubs[i].stub;
    }
    /* MariaDB has no CAST(... AS JSON); there JSON is text. */
    return !mariadb && strcasecmp(type, "json") == 0 ? "CAST(NULL AS JSON)" : "CAST(NULL AS CHAR)";
}

static void note_id_type(struct description *d, const char *type)
{
    static const struct {
        const char *type;
        enum tenant_id_type id_type;
    } types[] = {
        {"tinyint", TENANT_ID_INTEGER},   {"smallint", TENANT_ID_INTEGER},
        {"mediumint", TENANT_ID_INTEGER}, {"int", TENANT_ID_INTEGER},
        {"bigint", TENANT_ID_INTEGER},    {"char", TENANT_ID_TEXT},
        {"varchar", TENANT_ID_TEXT},      {"uuid", TENANT_ID_TEXT},
        {"binary", TENANT_ID_BYTES},      {"varbinary", TENANT_ID_BYTES},
    };
    snprintf(d->id_found, sizeof(d->id_found), "%s", type);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcasecmp(type, types[i].type) == 0) {
            d->id_type = types[i].id_type;
            d->id_usable = true;
        }
    }
}

static int take_column(void *ctx, const struct cell *row, size_t n, struct err *e)
{
    (void)n, (void)e;
    struct description *d = ctx;
    const char *name = arena_strndup(d->arena, row[0].text, row[0].len);
    char type[64];
    snprintf(type, sizeof(type), "%.*s", (int)row[1].len, row[1].text);
    if (d->rule->column && strcasecmp(name, d->rule->column) == 0) {
        d->has_column = true;
        note_id_type(d, type);
    }
    if (config_hides(d->rule, name)) {
        d->nhidden++;
        return 0;
    }
    /* A name with a backtick could not be quoted the way the lexer quotes: it stays out of reach.
     */
    if (strchr(name, '`'))
        return 0;
    if (d->n == d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 32;
        d->columns = arena_grow(d->arena, d->columns, d->n, cap, sizeof(*d->columns));
        d->cap = cap;
    }
    d->columns[d->n++] = (struct scope_column){name, stub_of(type, d->mariadb)};
    return 0;
}

/* Scope tables and schemas are plain ASCII names (config.c), so they can be put into these texts.
 */
static int describe(struct database *db, const char *schema, struct description *d, struct err *e)
{
    char sql[512];
    snprintf(sql, sizeof(sql),
             "SELECT table_type, engine FROM information_schema.tables "
             "WHERE table_schema = '%s' AND table_name = '%s'",
             schema, d->rule->table);
    if (database_query(db, sql, take_table, d, e) != 0)
        return -1;
    snprintf(sql, sizeof(sql),
             "SELECT column_name, data_type FROM information_schema.columns "
             "WHERE table_schema = '%s' AND table_name = '%s' ORDER BY ordinal_position",
             schema, d->rule->table);
    return database_query(db, sql, take_column, d, e);
}

static void check_hidden(const struct description *d, struct problems *problems)
{
    /* A column that is spelled wrong here would be readable. */
    if (d->nhidden < d->rule->nhidden)
        problems_add(problems, &d->rule->at, "name the columns in hide: as the table does",
                     "table \"%s\" has %zu of the %zu columns to hide", d->rule->table, d->nhidden,
                     d->rule->nhidden);
    if (d->n == 0)
        problems_add(problems, &d->rule->at, "hide fewer columns, or take the table out of scope",
                     "table \"%s\" has no column that may be read", d->rule->table);
}

static void check(const struct description *d, const char *schema, struct problems *problems)
{
    const struct scope_rule *rule = d->rule;
    if (!d->kind[0]) {
        problems_add(problems, &rule->at,
                     "check the spelling, database.schema, and that the account has SELECT on it",
                     "table \"%s\" is not in schema \"%s\", or the account can't see it",
                     rule->table, schema);
        return;
    }
    if (strcmp(d->kind, "VIEW") == 0 || strcmp(d->kind, "SYSTEM VIEW") == 0) {
        problems_add(
            problems, &rule->at, "name the tables that the view reads, and join them in the query",
            "\"%s\" is a view: what it shows is its definer's choice, so its rows can't be "
            "proven to be the tenant's",
            rule->table);
        return;
    }
    if (strcasecmp(d->engine, "InnoDB") != 0)
        problems_warn(problems, &rule->at, "ALTER TABLE ... ENGINE=InnoDB",
                      "table \"%s\" uses %s, which takes no part in the snapshot: the result sets "
                      "of one report may disagree",
                      rule->table, d->engine);
    if (rule->column && !d->has_column)
        problems_add(problems, &rule->at, "name the column as the table does",
                     "table \"%s\" has no column \"%s\"", rule->table, rule->column);
    else if (rule->kind == SCOPE_TENANT && !d->id_usable)
        problems_add(problems, &rule->at,
                     "a tenant's id is an integer, CHAR, VARCHAR, UUID, BINARY or VARBINARY",
                     "column \"%s.%s\" is %s, which can't be compared exactly", rule->table,
                     rule->column, d->id_found);
    check_hidden(d, problems);
}

/*
 * Two parents of one value may be of two tenants, and a child of that value would be shown to both:
 * the column that is referred to must be a key of its own.
 */
static int check_reference(struct database *db, const char *schema, const struct scope_rule *rule,
                           struct problems *problems, struct err *e)
{
    char sql[1024], keys[32];
    const char *column = rule->parent_column ? rule->parent_column : "id";
    if (rule->kind != SCOPE_THROUGH)
        return 0;
    snprintf(sql, sizeof(sql),
             "SELECT COUNT(*) FROM information_schema.statistics s "
             "WHERE s.table_schema = '%s' AND s.table_name = '%s' AND s.column_name = '%s' "
             "AND s.non_unique = 0 AND NOT EXISTS (SELECT 1 FROM information_schema.statistics t "
             "WHERE t.table_schema = s.table_schema AND t.table_name = s.table_name "
             "AND t.index_name = s.index_name AND t.seq_in_index > 1)",
             schema, rule->parent->table, column);
    if (database_scalar(db, sql, keys, sizeof(keys), e) != 0)
        return -1;
    if (strcmp(keys, "0") == 0)
        problems_add(problems, &rule->at,
                     "refer to a column that is a primary or unique key by itself",
                     "column \"%s.%s\", which \"%s\" refers to, is not unique: a row could belong "
                     "to two tenants",
                     rule->parent->table, column, rule->table);
    return 0;
}

/* A text compared with an integer is compared as a number: '1abc' would refer to row 1. */
static int check_reference_types(struct database *db, const char *schema,
                                 const struct scope_rule *rule, struct problems *problems,
                                 struct err *e)
{
    /* Numbers are one family, texts another; all else must be the same type. */
    static const char family[] =
        "IF(data_type IN ('tinyint','smallint','mediumint','int','bigint'), 'an integer', "
        "IF(data_type IN ('char','varchar'), 'a text', data_type))";
    char sql[1024], differ[32];
    const char *column = rule->parent_column ? rule->parent_column : "id";
    if (rule->kind != SCOPE_THROUGH)
        return 0;
    snprintf(
        sql, sizeof(sql),
        "SELECT COUNT(DISTINCT %s) > 1 FROM information_schema.columns WHERE table_schema = '%s' "
        "AND ((table_name = '%s' AND column_name = '%s') OR "
        "(table_name = '%s' AND column_name = '%s'))",
        family, schema, rule->table, rule->column, rule->parent->table, column);
    if (database_scalar(db, sql, differ, sizeof(differ), e) != 0)
        return -1;
    if (strcmp(differ, "1") == 0)
        problems_add(problems, &rule->at, "give both columns the same type",
                     "column \"%s.%s\" and column \"%s.%s\", which it refers to, are of different "
                     "types: they can't be compared exactly",
                     rule->table, rule->column, rule->parent->table, column);
    return 0;
}

static const struct scope_table *find(const struct scope *scope, const char *table)
{
    for (size_t i = 0; i < scope->ntables; i++) {
        if (strcmp(scope->tables[i].rule->table, table) == 0)
            return &scope->tables[i];
    }
    return NULL;
}

/* A child's tenant is its parent's: so is the way the id is compared. */
static void inherit_id_types(const struct config *config, struct scope_table *tables,
                             const struct scope *scope)
{
    for (size_t i = 0; i < config->nscope; i++) {
        const struct scope_rule *top = tables[i].rule;
        while (top->kind == SCOPE_THROUGH)
            top = top->parent;
        tables[i].id_type = find(scope, top->table)->id_type;
    }
}

/* `videos`.x would mean schema videos for the server, and table videos for the reader. */
static int check_schema_names(struct database *db, const struct config *config, struct arena *arena,
                              struct problems *problems, struct err *e)
{
    const char **schemas;
    size_t n;
    if (database_schemas(db, arena, &schemas, &n, e) != 0)
        return -1;
    for (size_t i = 0; i < config->nscope; i++) {
        for (size_t j = 0; j < n; j++) {
            if (strcasecmp(config->scope[i].table, schemas[j]) == 0)
                problems_add(
                    problems, &config->scope[i].at,
                    "take the account's right to see that schema away",
                    "table \"%s\" has the name of a schema the account can see, so a query "
                    "could reach past the tenant's rows",
                    config->scope[i].table);
        }
    }
    return 0;
}

int tables_describe(struct database *db, const struct config *config, struct arena *arena,
                    struct scope *scope, struct problems *problems, struct err *e)
{
    size_t errors = problems->nerrors;
    const char *schema = config->database.schema;
    struct scope_table *tables = arena_alloc(arena, config->nscope * sizeof(*tables));
    for (size_t i = 0; i < config->nscope; i++) {
        struct description d = {.arena = arena, .mariadb = db->mariadb, .rule = &config->scope[i]};
        if (describe(db, schema, &d, e) != 0 ||
            check_reference(db, schema, d.rule, problems, e) != 0 ||
            check_reference_types(db, schema, d.rule, problems, e) != 0)
            return err_wrap(e, "describing table \"%s\"", d.rule->table);
        check(&d, schema, problems);
        tables[i] = (struct scope_table){d.rule, d.columns, d.n, d.id_type};
    }
    *scope = (struct scope){schema, tables, config->nscope};
    inherit_id_types(config, tables, scope);
    if (check_schema_names(db, config, arena, problems, e) != 0)
        return -1;
    if (problems->nerrors == errors)
        return 0;
    return err_set(e, ERR_CONFIG, "the scope in \"%s\" does not fit the database", config->path);
}
