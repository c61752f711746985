/* The tenants, by the query of the configuration. */
#include <string.h>

#include "formats/locale.h"
#include "jobs/name.h"
#include "lib/log.h"
#include "lib/utf8.h"
#include "lib/zone.h"
#include "runner/reporter_rows.h"

struct tenant_columns {
    size_t id, name, display_name, locale, timezone;
};

static int find_columns(const struct row_source *rows, const struct config *config,
                        struct tenant_columns *out, struct err *e)
{
    *out = (struct tenant_columns){SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
    for (size_t i = 0; i < rows->ncolumns; i++) {
        const char *name = rows->columns[i].name;
        if (strcmp(name, "id") == 0)
            out->id = i;
        else if (strcmp(name, "name") == 0)
            out->name = i;
        else if (strcmp(name, "display_name") == 0)
            out->display_name = i;
        else if (strcmp(name, "locale") == 0)
            out->locale = i;
        else if (strcmp(name, "timezone") == 0)
            out->timezone = i;
    }
    if (out->id != SIZE_MAX)
        return 0;
    err_set(e, ERR_CONFIG, "%s:%u: tenants.query has no column \"id\"",
            config->tenants_query_at.file, config->tenants_query_at.line);
    return err_hint(e, "write: SELECT id, name, display_name FROM tenants WHERE ...");
}

/* An id of bytes is written in hexadecimal, as it is bound again in rows_bind(). */
static char *tenant_id_text(struct arena *arena, const struct column *column,
                            const struct cell *cell)
{
    if (column->type != COLUMN_BINARY)
        return arena_strndup(arena, cell->text, cell->len);
    struct buf hex;
    buf_init(&hex, 4 * LIMIT_TENANT_ID_BYTES);
    for (size_t i = 0; i < cell->len; i++)
        buf_printf(&hex, "%02x", (unsigned char)cell->text[i]);
    char *text = arena_strdup(arena, hex.data);
    buf_release(&hex);
    return text;
}

/* One that is not known, or NULL, leaves the job's: no report is lost for its language. */
static const struct locale *tenant_locale(const struct cell *cell)
{
    char tag[32] = "";
    if (!cell->text || cell->len >= sizeof(tag))
        return NULL;
    memcpy(tag, cell->text, cell->len);
    /* Applications also write "de_AT", and "de_AT.UTF-8". */
    tag[strcspn(tag, ".@")] = '\0';
    for (char *p = tag; *p; p++)
        *p = *p == '_' ? '-' : *p;
    return locale_by_tag(tag);
}

static const char *tenant_timezone(struct arena *arena, const struct cell *cell)
{
    enum { MAX_NAME = 64 };
    if (!cell->text || !cell->len || cell->len > MAX_NAME)
        return NULL;
    const char *zone = arena_strndup(arena, cell->text, cell->len);
    return zone_exists(zone) ? zone : NULL;
}

/* What is not known is no reason to lose a report, but one to say so. */
static void warn_unknown(const struct tenant *tenant, const char *what, const struct cell *cell)
{
    struct buf shown;
    if (!cell->text || !cell->len)
        return;
    buf_init(&shown, 512);
    utf8_add_visible(&shown, cell->text, cell->len, 64);
    log_event(LOG_LEVEL_WARNING, "tenant.unknown",
              LOG_FIELDS(LOG_TEXT("tenant", tenant->id), LOG_TEXT("what", what),
                         LOG_TEXT("value", shown.data),
                         LOG_TEXT("hint", "the job's own is used; correct what tenants.query "
                                          "gives")));
    buf_release(&shown);
}

static void read_habits(const struct tenant_columns *columns, const struct cell *row,
                        struct arena *arena, struct tenant *out)
{
    if (columns->locale != SIZE_MAX) {
        out->locale = tenant_locale(&row[columns->locale]);
        if (!out->locale)
            warn_unknown(out, "locale", &row[columns->locale]);
    }
    if (columns->timezone != SIZE_MAX) {
        out->timezone = tenant_timezone(arena, &row[columns->timezone]);
        if (!out->timezone)
            warn_unknown(out, "timezone", &row[columns->timezone]);
    }
}

static int read_tenant(const struct row_source *rows, const struct tenant_columns *columns,
                       const struct cell *row, struct arena *arena, struct tenant *out,
                       struct err *e)
{
    const struct cell *id = &row[columns->id];
    const struct cell *name =
        columns->display_name != SIZE_MAX ? &row[columns->display_name] : NULL;
    if ((!name || !name->text || !name->len) && columns->name != SIZE_MAX)
        name = &row[columns->name];
    if (!id->text)
        return err_set(e, ERR_DATA, "tenants.query gives a tenant without an id (NULL)");
    out->id = tenant_id_text(arena, &rows->columns[columns->id], id);
    if (!name_is_tenant_id(out->id)) {
        struct buf shown;
        buf_init(&shown, 1024);
        utf8_add_visible(&shown, out->id, strlen(out->id), 100);
        err_set(e, ERR_DATA, "tenant id \"%s\" can't be part of a file name", shown.data);
        buf_release(&shown);
        return err_hint(e, "ids are 1 to %d of A-Z a-z 0-9 _ -; choose another column AS id",
                        LIMIT_TENANT_ID_BYTES);
    }
    struct buf clean;
    buf_init(&clean, 64 * 1024);
    if (name && name->text)
        utf8_clean(&clean, name->text, name->len);
    out->name = clean.len ? arena_strdup(arena, clean.data) : out->id;
    read_habits(columns, row, arena, out);
    buf_release(&clean);
    return 0;
}

static int collect_tenants(struct reporter *r, struct row_source *rows, struct arena *arena,
                           struct tenant **tenants, size_t *n, struct err *e)
{
    struct tenant_columns columns;
    struct tenant *list = NULL;
    size_t count = 0, cap = 0;
    const struct cell *row;
    int rc;
    if (find_columns(rows, r->config, &columns, e) != 0)
        return -1;
    while ((rc = rows->next(rows, &row, e)) == 1) {
        if (count == cap) {
            cap = cap ? cap * 2 : 64;
            list = arena_grow(arena, list, count, cap, sizeof(*list));
        }
        if (read_tenant(rows, &columns, row, arena, &list[count], e) != 0)
            return -1;
        count++;
    }
    if (rc < 0 || plan_check_tenants(list, count, e) != 0)
        return -1;
    *tenants = list;
    *n = count;
    return 0;
}

int reporter_tenants(struct reporter *r, struct arena *arena, struct tenant **tenants, size_t *n,
                     struct err *e)
{
    int rc = -1;
    struct problems problems = {0};
    struct row_source *rows = NULL;
    struct statement statement;
    const char **schemas;
    size_t nschemas;
    const struct place *at = &r->config->tenants_query_at;
    const struct sql *sql =
        sql_parse(r->config->tenants_query, strlen(r->config->tenants_query), at, arena, &problems);
    if (!sql) {
        reporter_problem(&problems, e);
        goto out;
    }
    if (database_schemas(r->db, arena, &schemas, &nschemas, e) != 0 ||
        reporter_check_schemas(r, sql, schemas, nschemas, e) != 0 ||
        reporter_ask_guard(r, sql, e) != 0 ||
        scope_compose(&r->scope, sql, SCOPE_FOR_PLATFORM, arena, &statement, e) != 0)
        goto out;
    if (statement.nslots) {
        err_set(e, ERR_CONFIG, "%s:%u: tenants.query can't have parameters", at->file, at->line);
        goto out;
    }
    if (cursor_open(r->db, &statement, at, NULL, &rows, e) != 0) {
        rows_explain(r, e);
        goto out;
    }
    rc = collect_tenants(r, rows, arena, tenants, n, e);
out:
    if (rows)
        rows->free(rows);
    if (rc != 0)
        err_wrap(e, "tenants");
    problems_release(&problems);
    return rc;
}
