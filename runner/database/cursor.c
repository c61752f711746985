/* A prepared statement as a stream of rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/parse.h"
#include "runner/database/client.h"
#include "runner/database/fetch.h"

struct cursor {
    struct row_source source;
    struct database *db;
    MYSQL_STMT *stmt;
    struct place at;
    unsigned lines_before;
    struct column *columns;
    struct fetch_column *state;
    struct cell *cells;
    MYSQL_BIND *binds;
    size_t n;
    uint64_t rows;
    bool rebind; /* some room has grown */
    struct arena arena;
};

static struct cursor *cursor_of(struct row_source *s)
{
    return (struct cursor *)s;
}

/* "... near 'x' at line 7": the server counts our lines too; the author's own is wanted. */
static int add_place(struct cursor *c, struct err *e)
{
    unsigned line = c->at.line;
    char *found = strstr(e->msg, " at line ");
    int64_t n;
    char digits[12] = {0};
    if (found) {
        snprintf(digits, sizeof(digits), "%.*s", (int)strspn(found + 9, "0123456789"), found + 9);
        if (parse_int64(digits, 1, 1000000, &n) && n > c->lines_before)
            line += (unsigned)n - 1 - c->lines_before;
        memmove(found, found + 9 + strlen(digits), strlen(found + 9 + strlen(digits)) + 1);
    }
    return err_wrap(e, "%s:%u", c->at.file, line);
}

static int author_error(struct cursor *c, struct err *e, const char *what)
{
    client_error(c->db, c->stmt, e, what);
    return add_place(c, e);
}

static int describe_column(struct cursor *c, size_t i, const MYSQL_FIELD *f, struct err *e)
{
    c->columns[i].name = arena_strdup(&c->arena, f->name);
    c->columns[i].title = c->columns[i].name;
    if (fetch_describe(&c->state[i], f, &c->columns[i].type))
        return 0;
    err_set(e, ERR_DATA, "%s:%u: column \"%s\" has a type pressrun does not know (%d)", c->at.file,
            c->at.line, f->name, (int)f->type);
    return err_hint(e, "convert it in the query, for example CAST(%s AS CHAR)", f->name);
}

static int describe(struct cursor *c, struct err *e)
{
    MYSQL_RES *meta = mysql_stmt_result_metadata(c->stmt);
    if (!meta)
        return err_set(e, ERR_ISOLATION, "%s:%u: the query returns no rows, so it is not a SELECT",
                       c->at.file, c->at.line);
    int rc = 0;
    c->n = mysql_num_fields(meta);
    if (c->n > LIMIT_COLUMNS)
        rc = err_set(e, ERR_DATA, "%s:%u: %zu columns are more than %d", c->at.file, c->at.line,
                     c->n, LIMIT_COLUMNS);
    c->columns = xcalloc(c->n, sizeof(*c->columns));
    c->state = xcalloc(c->n, sizeof(*c->state));
    c->cells = xcalloc(c->n, sizeof(*c->cells));
    c->binds = xcalloc(c->n, sizeof(*c->binds));
    const MYSQL_FIELD *f = mysql_fetch_fields(meta);
    for (size_t i = 0; rc == 0 && i < c->n; i++)
        rc = describe_column(c, i, &f[i], e);
    mysql_free_result(meta);
    return rc;
}

static int bind_columns(struct cursor *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++)
        fetch_bind(&c->state[i], &c->binds[i]);
    c->rebind = false;
    if (mysql_stmt_bind_result(c->stmt, c->binds) != 0)
        return author_error(c, e, "can't read the result");
    return 0;
}

static int take_row(struct cursor *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        struct fetch_column *f = &c->state[i];
        if (f->as == FETCH_TEXT && !f->is_null && f->length > LIMIT_CELL_BYTES)
            return err_set(e, ERR_DATA,
                           "%s:%u: column \"%s\" holds a value of %lu bytes, more than %d",
                           c->at.file, c->at.line, c->columns[i].name, f->length, LIMIT_CELL_BYTES);
        if (!fetch_take(f, c->stmt, (unsigned)i, &c->cells[i], &c->rebind))
            return author_error(c, e, "can't read a long value");
    }
    return 0;
}

static int end_of_rows(struct cursor *c, struct err *e)
{
    mysql_stmt_free_result(c->stmt);
    if (client_check_warnings(c->db, e) != 0)
        return err_wrap(e, "%s:%u", c->at.file, c->at.line);
    return 0;
}

static int next(struct row_source *source, const struct cell **row, struct err *e)
{
    struct cursor *c = cursor_of(source);
    if (c->rebind && bind_columns(c, e) != 0)
        return -1;
    int rc = mysql_stmt_fetch(c->stmt);
    if (rc == MYSQL_NO_DATA)
        return end_of_rows(c, e);
    if (rc != 0 && rc != MYSQL_DATA_TRUNCATED) {
        author_error(c, e, "the query failed");
        return err_wrap(e, "after %llu rows", (unsigned long long)c->rows);
    }
    if (take_row(c, e) != 0)
        return -1;
    c->rows++;
    *row = c->cells;
    return 1;
}

static void release(struct row_source *source)
{
    if (!source)
        return;
    struct cursor *c = cursor_of(source);
    for (size_t i = 0; c->state && i < c->n; i++)
        fetch_release(&c->state[i]);
    if (c->stmt)
        mysql_stmt_close(c->stmt);
    free(c->columns);
    free(c->state);
    free(c->cells);
    free(c->binds);
    arena_release(&c->arena);
    free(c);
}

/* "2026-11-24 02:00:07" or its date alone; checked when it was read, so only taken apart here. */
static void to_time(const char *text, MYSQL_TIME *out)
{
    *out = (MYSQL_TIME){.time_type = MYSQL_TIMESTAMP_DATETIME};
    sscanf(text, "%4u-%2u-%2u%*1[ T]%2u:%2u:%2u", &out->year, &out->month, &out->day, &out->hour,
           &out->minute, &out->second);
}

static int bind_params(struct cursor *c, const struct bind *binds, size_t n, struct err *e)
{
    int rc = 0;
    MYSQL_BIND *out = xcalloc(n, sizeof(*out));
    MYSQL_TIME *times = xcalloc(n, sizeof(*times));
    unsigned long *lengths = xcalloc(n, sizeof(*lengths));
    for (size_t i = 0; i < n; i++) {
        const struct bind *b = &binds[i];
        lengths[i] = b->len;
        out[i].length = &lengths[i];
        out[i].buffer_length = b->len;
        out[i].buffer = (void *)(uintptr_t)b->text;
        switch (b->type) {
        case BIND_NULL:
            out[i].buffer_type = MYSQL_TYPE_NULL;
            break;
        case BIND_INTEGER:
            out[i].buffer_type = MYSQL_TYPE_LONGLONG;
            out[i].buffer = (void *)(uintptr_t)&b->integer;
            out[i].is_unsigned = b->is_unsigned;
            break;
        case BIND_TEXT:
            out[i].buffer_type = MYSQL_TYPE_STRING;
            break;
        case BIND_BYTES:
            out[i].buffer_type = MYSQL_TYPE_BLOB;
            break;
        case BIND_DECIMAL:
            out[i].buffer_type = MYSQL_TYPE_NEWDECIMAL;
            break;
        case BIND_DATETIME:
            to_time(b->text, &times[i]);
            out[i].buffer_type = MYSQL_TYPE_DATETIME;
            out[i].buffer = &times[i];
            break;
        }
    }
    if (mysql_stmt_bind_param(c->stmt, out) != 0 || mysql_stmt_execute(c->stmt) != 0)
        rc = author_error(c, e, "the query failed");
    free(out);
    free(times);
    free(lengths);
    return rc;
}

int cursor_open(struct database *db, const struct statement *statement, const struct place *at,
                const struct bind *binds, struct row_source **out, struct err *e)
{
    struct cursor *c = xcalloc(1, sizeof(*c));
    *c = (struct cursor){.source = {.next = next, .free = release},
                         .db = db,
                         .at = *at,
                         .lines_before = statement->lines_before};
    if (client_prepare(db, statement->text, statement->len, &c->stmt, e) != 0) {
        add_place(c, e);
        goto fail;
    }
    if (mysql_stmt_param_count(c->stmt) != statement->nslots) {
        err_set(e, ERR_ISOLATION, "%s:%u: the server sees %lu parameters where %zu were written",
                at->file, at->line, mysql_stmt_param_count(c->stmt), statement->nslots);
        goto fail;
    }
    if (describe(c, e) != 0 || bind_params(c, binds, statement->nslots, e) != 0 ||
        bind_columns(c, e) != 0)
        goto fail;
    c->source.columns = c->columns;
    c->source.ncolumns = c->n;
    *out = &c->source;
    return 0;
fail:
    release(&c->source);
    return -1;
}
