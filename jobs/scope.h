/*
 * Tenant isolation as text: for each table a query uses, a common table expression of the same name
 * is put in front that holds the tenant's rows and the columns that may be read, and nothing else.
 *
 *     WITH `videos` AS (SELECT `id`, ... FROM `ai_pipeline_db`.`videos` WHERE `tenant_id` = ?)
 *     SELECT ... FROM videos ...
 *
 * The connection has no default database, so a table without such a shadow can't be named at all.
 * A shadow stays a plain SELECT ... WHERE, which the optimizer merges: same index, same plan.
 */
#ifndef JOBS_SCOPE_H
#define JOBS_SCOPE_H

#include "config/config.h"
#include "jobs/sql.h"
#include "lib/buf.h"
#include "lib/err.h"

/* How a tenant's id is compared and bound: by the type of the column that holds it. */
enum tenant_id_type {
    TENANT_ID_INTEGER, /* bound as a 64-bit integer */
    TENANT_ID_TEXT,    /* bound as text, compared again byte by byte: collations are too generous */
    TENANT_ID_BYTES,   /* BINARY(n); the id is written in hexadecimal */
};

struct scope_column {
    const char *name;
    const char *stub; /* a typed NULL for the guard: "CAST(NULL AS SIGNED)" */
};

/* A table as the database describes it. */
struct scope_table {
    const struct scope_rule *rule;
    const struct scope_column *columns; /* the readable ones, in the table's order */
    size_t ncolumns;
    enum tenant_id_type id_type; /* of the column at the end of its way to the tenant */
};

struct scope {
    const char *schema;
    const struct scope_table *tables;
    size_t ntables;
};

enum scope_mode {
    SCOPE_FOR_TENANT,   /* the tenant's rows */
    SCOPE_FOR_PLATFORM, /* all rows, still only the readable columns */
    SCOPE_FOR_GUARD,    /* stubs: no table is named at all */
    SCOPE_FOR_NOBODY,   /* the tables of tenants without any row, for the canary */
};

/* What a `?` of a statement stands for, in order. */
enum slot_kind { SLOT_TENANT_INTEGER, SLOT_TENANT_TEXT, SLOT_TENANT_BYTES, SLOT_PARAM };
struct slot {
    enum slot_kind kind;
    const char *param; /* SLOT_PARAM: its name */
    struct place at;   /* SLOT_PARAM */
};

struct statement {
    const char *text;
    size_t len;
    unsigned lines_before; /* lines of ours before the author's first */
    const struct slot *slots;
    size_t nslots;
};

/*
 * Builds the statement for a query. Only the shadows that are used are written. Lives in the arena.
 * Fails with ERR_CONFIG when the text would pass LIMIT_STATEMENT_BYTES.
 */
int scope_compose(const struct scope *scope, const struct sql *sql, enum scope_mode mode,
                  struct arena *arena, struct statement *out, struct err *e);

/* Appends an identifier in backticks; the caller has checked that it holds none. */
void scope_quote(struct buf *out, const char *name);

#endif
