/*
 * The canary: a tenant that does not exist must get exactly what nobody gets. The same query runs
 * twice, once for an id that no tenant has and once over shadows without any row; a difference
 * means that the shadow does not hold what it should (an id compared too generously, say). It is a
 * tripwire behind the walls, not a wall: a query that reaches past its shadows gives the same
 * answer twice. A query about the platform only runs over the empty shadows, to see that it can.
 */
#include <stdio.h>

#include "lib/hash.h"
#include "lib/mem.h"
#include "runner/reporter_columns.h"
#include "runner/reporter_rows.h"

struct digest {
    uint64_t rows;
    uint64_t sum; /* of the hashes of the rows, so that their order does not matter */
};

static uint64_t row_hash(const struct cell *row, size_t n)
{
    char hex[HASH_HEX_SIZE];
    struct hash *h = hash_new();
    for (size_t i = 0; i < n; i++) {
        size_t len = row[i].text ? row[i].len : SIZE_MAX;
        hash_add(h, &len, sizeof(len));
        if (row[i].text)
            hash_add(h, row[i].text, row[i].len);
    }
    hash_finish(h, hex);
    uint64_t v = 0;
    for (int i = 0; i < 16; i++)
        v = v << 4 | (uint64_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
    return v;
}

static int take_digest(struct reporter *r, const struct report_input *in, struct row_source *rows,
                       struct digest *out, struct err *e)
{
    const struct cell *row;
    size_t tenant_index;
    int rc;
    const char *column = in->task->tenant
                             ? rows_tenant_column(r, rows->columns, rows->ncolumns, &tenant_index)
                             : NULL;
    *out = (struct digest){0};
    while ((rc = rows->next(rows, &row, e)) == 1) {
        out->rows++;
        out->sum += row_hash(row, rows->ncolumns);
        if (column && row[tenant_index].text)
            return err_set(e, ERR_ISOLATION, "a tenant that does not exist gets rows of another");
    }
    return rc;
}

static int run_as(struct reporter *r, const struct report_input *in, const struct result_spec *spec,
                  enum scope_mode mode, const char *tenant_id, struct digest *out, struct err *e)
{
    const struct sql *sql = spec->sql;
    struct arena arena = {0};
    struct statement statement;
    struct bind *binds;
    struct row_source *rows = NULL;
    int rc = scope_compose(&r->scope, sql, mode, &arena, &statement, e);
    if (rc == 0)
        rc = rows_bind(r, in, tenant_id, &statement, &arena, &binds, e);
    if (rc == 0)
        rc = cursor_open(r->db, &statement, &sql->at, binds, &rows, e);
    if (rc == 0) {
        rc = columns_check(in->task->job, spec, rows, e);
        if (rc == 0)
            rc = take_digest(r, in, rows, out, e);
        rows->free(rows);
    }
    if (rc != 0)
        rows_explain(r, e);
    arena_release(&arena);
    return rc;
}

/* No tenant has it: integers this small are no ids, and the text is new each time. */
static void ghost_id(const struct reporter *r, char out[LIMIT_TENANT_ID_BYTES + 1])
{
    enum tenant_id_type type = TENANT_ID_TEXT;
    for (size_t i = 0; i < r->scope.ntables; i++) {
        if (r->scope.tables[i].rule->kind == SCOPE_TENANT)
            type = r->scope.tables[i].id_type;
    }
    if (type == TENANT_ID_INTEGER) {
        snprintf(out, LIMIT_TENANT_ID_BYTES + 1, "%lld", (long long)INT64_MIN);
        return;
    }
    hash_random_hex(out, 16);
    /* Version 4, variant 1: MariaDB's UUID takes some other digits there for no UUID at all. */
    out[12] = '4';
    out[16] = '8';
}

int canary_check(struct reporter *r, const struct report_input *in, size_t result, struct err *e)
{
    const struct result_spec *spec = &in->task->job->results[result];
    const struct place *at = &spec->sql->at;
    struct digest ghost, nobody;
    char id[LIMIT_TENANT_ID_BYTES + 1] = "";
    bool platform = in->task->job->platform;
    if (!platform)
        ghost_id(r, id);
    if (database_begin(r->db, in->generated_at, rows_timeout(r, in->task->job), e) != 0 ||
        (!platform && run_as(r, in, spec, SCOPE_FOR_TENANT, id, &ghost, e) != 0) ||
        run_as(r, in, spec, SCOPE_FOR_NOBODY, id, &nobody, e) != 0 || database_end(r->db, e) != 0)
        return -1;
    if (platform || (ghost.rows == nobody.rows && ghost.sum == nobody.sum))
        return 0;
    err_set(e, ERR_ISOLATION,
            "%s:%u: a tenant that does not exist gets %llu rows where there should be %llu",
            at->file, at->line, (unsigned long long)ghost.rows, (unsigned long long)nobody.rows);
    return err_hint(e, "check the tables' scope in pressrun.yaml: the tenant column must hold the "
                       "tenant's id and nothing else");
}
