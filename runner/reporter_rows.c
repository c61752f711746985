#include "runner/reporter_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/mem.h"
#include "lib/parse.h"
#include "lib/utf8.h"
#include "lib/zone.h"
#include "runner/reporter_columns.h"

int64_t rows_timeout(const struct reporter *r, const struct job *job)
{
    return job->timeout_ms ? job->timeout_ms : r->config->database.statement_timeout_ms;
}

/* The type of the ids of tenants: that of the first table that holds one. */
static enum tenant_id_type id_type(const struct reporter *r)
{
    for (size_t i = 0; i < r->scope.ntables; i++) {
        if (r->scope.tables[i].rule->kind == SCOPE_TENANT)
            return r->scope.tables[i].id_type;
    }
    return TENANT_ID_TEXT;
}

static int bind_integer(const char *id, struct bind *out, struct err *e)
{
    uint64_t u;
    if (parse_int64(id, INT64_MIN, INT64_MAX, &out->integer)) {
        out->type = BIND_INTEGER;
        return 0;
    }
    if (!parse_uint64(id, UINT64_MAX, &u))
        return err_set(e, ERR_ISOLATION, "tenant id \"%s\" is no integer, but its column is one",
                       id);
    *out = (struct bind){.type = BIND_INTEGER, .integer = (int64_t)u, .is_unsigned = true};
    return 0;
}

static int hex_digit(char c) /* one of 0-9 a-f */
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static int bind_bytes(const char *id, struct arena *arena, struct bind *out, struct err *e)
{
    size_t n = strlen(id) / 2;
    char *bytes = arena_alloc(arena, n + 1);
    if (strspn(id, "0123456789abcdef") != 2 * n)
        return err_set(e, ERR_ISOLATION, "tenant id \"%s\" is not hexadecimal", id);
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit(id[2 * i]), low = hex_digit(id[2 * i + 1]);
        bytes[i] = (char)(high << 4 | low);
    }
    *out = (struct bind){.type = BIND_BYTES, .text = bytes, .len = n};
    return 0;
}

static int bind_tenant(enum tenant_id_type type, const char *id, struct arena *arena,
                       struct bind *out, struct err *e)
{
    if (type == TENANT_ID_INTEGER)
        return bind_integer(id, out, e);
    if (type == TENANT_ID_BYTES)
        return bind_bytes(id, arena, out, e);
    *out = (struct bind){.type = BIND_TEXT, .text = id, .len = strlen(id)};
    return 0;
}

/* The session is in UTC, and so are TIMESTAMP columns; DATETIME columns are in the job's zone. */
static struct bind bind_instant(const struct job *job, time_t t, struct arena *arena)
{
    struct civil c;
    zone_from_utc(job->datetime_zone ? job->datetime_zone : "UTC", t, &c);
    return (struct bind){.type = BIND_DATETIME,
                         .text = arena_printf(arena, "%04d-%02d-%02d %02d:%02d:%02d", c.year,
                                              c.month, c.day, c.hour, c.minute, c.second)};
}

static struct bind bind_value(const struct param_value *v)
{
    struct bind b = {.text = v->text, .len = v->text ? strlen(v->text) : 0};
    if (!v->text)
        return (struct bind){.type = BIND_NULL};
    switch (v->type) {
    case PARAM_INTEGER:
    case PARAM_BOOLEAN:
        b.type = BIND_INTEGER;
        parse_int64(v->text, INT64_MIN, INT64_MAX, &b.integer);
        break;
    case PARAM_DECIMAL:
        b.type = BIND_DECIMAL;
        break;
    case PARAM_DATE:
    case PARAM_DATETIME:
        b.type = BIND_DATETIME;
        break;
    case PARAM_TEXT:
        b.type = BIND_TEXT;
        break;
    }
    return b;
}

static int bind_param(const struct reporter *r, const struct report_input *in,
                      const char *tenant_id, const char *name, struct arena *arena,
                      struct bind *out, struct err *e)
{
    const struct task *t = in->task;
    if (strcmp(name, "period_start") == 0) {
        *out = bind_instant(t->job, t->period.start, arena);
        return 0;
    }
    if (strcmp(name, "period_end") == 0) {
        *out = bind_instant(t->job, t->period.end, arena);
        return 0;
    }
    if (strcmp(name, "tenant_id") == 0)
        return bind_tenant(id_type(r), tenant_id, arena, out, e);
    for (size_t i = 0; i < t->job->nparams; i++) {
        if (strcmp(t->job->params[i].name, name) == 0) {
            *out = bind_value(&in->params[i]);
            return 0;
        }
    }
    return err_set(e, ERR_INTERNAL, "parameter \"%s\" has no value", name);
}

int rows_bind(const struct reporter *r, const struct report_input *in, const char *tenant_id,
              const struct statement *statement, struct arena *arena, struct bind **out,
              struct err *e)
{
    struct bind *binds = arena_alloc(arena, statement->nslots * sizeof(*binds));
    for (size_t i = 0; i < statement->nslots; i++) {
        const struct slot *slot = &statement->slots[i];
        int rc = 0;
        switch (slot->kind) {
        case SLOT_TENANT_INTEGER:
            rc = bind_tenant(TENANT_ID_INTEGER, tenant_id, arena, &binds[i], e);
            break;
        case SLOT_TENANT_TEXT:
            rc = bind_tenant(TENANT_ID_TEXT, tenant_id, arena, &binds[i], e);
            break;
        case SLOT_TENANT_BYTES:
            rc = bind_tenant(TENANT_ID_BYTES, tenant_id, arena, &binds[i], e);
            break;
        case SLOT_PARAM:
            rc = bind_param(r, in, tenant_id, slot->param, arena, &binds[i], e);
            break;
        }
        if (rc != 0)
            return -1;
    }
    *out = binds;
    return 0;
}

/* True when every table that has a column of this name holds the tenant's id in it. */
static bool is_tenant_column(const struct scope *scope, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < scope->ntables; i++) {
        const struct scope_table *t = &scope->tables[i];
        for (size_t j = 0; j < t->ncolumns; j++) {
            if (strcasecmp(t->columns[j].name, name) != 0)
                continue;
            if (t->rule->kind != SCOPE_TENANT || strcasecmp(t->rule->column, name) != 0)
                return false;
            found = true;
        }
    }
    return found;
}

const char *rows_tenant_column(const struct reporter *r, const struct column *columns, size_t n,
                               size_t *index)
{
    for (size_t i = 0; i < n; i++) {
        if (is_tenant_column(&r->scope, columns[i].name)) {
            *index = i;
            return columns[i].name;
        }
    }
    return NULL;
}

void rows_explain(const struct reporter *r, struct err *e)
{
    if (e->code != 1054) /* unknown column */
        return;
    for (size_t i = 0; i < r->scope.ntables; i++) {
        const struct scope_rule *rule = r->scope.tables[i].rule;
        for (size_t j = 0; j < rule->nhidden; j++) {
            if (!strcasestr(e->msg, rule->hidden[j]))
                continue;
            err_hint(e, "column \"%s\" of table \"%s\" is hidden: it can't be reported (%s:%u)",
                     rule->hidden[j], rule->table, rule->at.file, rule->at.line);
            return;
        }
    }
}

/* The rows of a cursor, shown as the job says and compared with the tenant they must belong to. */
struct task_rows {
    struct row_source source;
    struct row_source *inner;
    const struct report_input *in;
    struct column *columns;
    const char *tenant_column; /* NULL: no row tells whose it is */
    size_t tenant_index;
    uint64_t rows;
    struct arena arena;
};

static int compare_tenant(const struct task_rows *t, const struct cell *row, struct err *e)
{
    const struct cell *cell = &row[t->tenant_index];
    const char *id = t->in->task->tenant->id;
    /* NULL is no other tenant: an outer join found nothing. */
    if (!cell->text || (cell->len == strlen(id) && memcmp(cell->text, id, cell->len) == 0))
        return 0;
    struct buf shown;
    buf_init(&shown, 512);
    utf8_add_visible(&shown, cell->text, cell->len, LIMIT_TENANT_ID_BYTES);
    err_set(e, ERR_ISOLATION, "row %llu says %s = \"%s\", but the report is for tenant \"%s\"",
            (unsigned long long)t->rows, t->tenant_column, shown.data, id);
    buf_release(&shown);
    return err_hint(e,
                    "nothing was published and the job's deliveries are stopped; give the column "
                    "another name if it is not a tenant's id");
}

static int next(struct row_source *source, const struct cell **row, struct err *e)
{
    enum { PROGRESS_EVERY = 65536 };
    struct task_rows *t = (struct task_rows *)source;
    int rc = t->inner->next(t->inner, row, e);
    if (rc != 1)
        return rc;
    t->rows++;
    if (t->in->progress && t->rows % PROGRESS_EVERY == 0)
        t->in->progress(t->in->progress_ctx, t->rows);
    if (t->tenant_column && compare_tenant(t, *row, e) != 0)
        return -1;
    return 1;
}

static void release(struct row_source *source)
{
    if (!source)
        return;
    struct task_rows *t = (struct task_rows *)source;
    if (t->inner)
        t->inner->free(t->inner);
    arena_release(&t->arena);
    free(t);
}

static int wrap(struct reporter *r, const struct report_input *in, const struct result_spec *spec,
                struct row_source *inner, struct row_source **out, struct err *e)
{
    struct task_rows *t = xcalloc(1, sizeof(*t));
    *t = (struct task_rows){.source = {.next = next, .free = release}, .inner = inner, .in = in};
    if (columns_check(in->task->job, spec, inner, e) != 0) {
        release(&t->source);
        return -1;
    }
    size_t n = inner->ncolumns;
    t->columns = arena_alloc(&t->arena, n * sizeof(*t->columns));
    memcpy(t->columns, inner->columns, n * sizeof(*t->columns));
    columns_apply(spec, task_locale(in->task)->tag, t->columns, n);
    if (in->task->tenant)
        t->tenant_column = rows_tenant_column(r, t->columns, n, &t->tenant_index);
    if (t->tenant_column && t->columns[t->tenant_index].type == COLUMN_BINARY)
        t->tenant_column = NULL; /* raw bytes; the id is hexadecimal */
    t->source.columns = t->columns;
    t->source.ncolumns = n;
    *out = &t->source;
    return 0;
}

int rows_open(struct reporter *r, const struct report_input *in, size_t result,
              struct row_source **out, struct err *e)
{
    int rc = -1;
    struct arena arena = {0};
    struct statement statement;
    struct bind *binds;
    struct row_source *rows = NULL;
    const struct result_spec *spec = &in->task->job->results[result];
    const struct tenant *tenant = in->task->tenant;
    if (scope_compose(&r->scope, spec->sql, tenant ? SCOPE_FOR_TENANT : SCOPE_FOR_PLATFORM, &arena,
                      &statement, e) != 0 ||
        rows_bind(r, in, tenant ? tenant->id : "", &statement, &arena, &binds, e) != 0)
        goto out;
    if (cursor_open(r->db, &statement, &spec->sql->at, binds, &rows, e) != 0) {
        rows_explain(r, e);
        goto out;
    }
    rc = wrap(r, in, spec, rows, out, e);
out:
    arena_release(&arena);
    return rc;
}
