/* Statements of our own, and what a failure of any statement means. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/limits.h"
#include "lib/parse.h"
#include "lib/utf8.h"
#include "runner/database/client.h"

unsigned client_errno(struct database *db, MYSQL_STMT *stmt)
{
    unsigned no = stmt ? mysql_stmt_errno(stmt) : 0;
    return no ? no : mysql_errno(db->mysql);
}

static const struct {
    unsigned no;
    const char *hint;
} retryable[] = {
    {1040, "the server has no connection left; raise max_connections or run fewer jobs at once"},
    {1203, "the account has too many connections; raise MAX_USER_CONNECTIONS"},
    {1226, "the account has used up a resource limit"},
    {1205, "another session held a lock for too long"},
    {1213, "another session held a lock"},
    {1412, "a table was altered while the report was read"},
    {1053, "the server is shutting down"},
    {1927, "the connection was killed"},
    {CR_SERVER_GONE_ERROR, "the connection was lost: is the server up, and the SSH tunnel?"},
    {CR_SERVER_LOST, "the connection was lost: is the server up, and the SSH tunnel?"},
    {CR_SSL_CONNECTION_ERROR, "the connection was lost: is the server up, and the SSH tunnel?"},
    {SERVER_INTERRUPTED, "somebody or something on the server stopped the query"},
    {SERVER_TIMEOUT_MARIADB,
     "the query ran into statement_timeout: make it faster (an index on the "
     "tenant and the date?), or set timeout: in the job"},
    {SERVER_TIMEOUT_MYSQL, "the query ran into statement_timeout: make it faster (an index on the "
                           "tenant and the date?), or set timeout: in the job"},
};

int client_error(struct database *db, MYSQL_STMT *stmt, struct err *e, const char *what)
{
    unsigned no = client_errno(db, stmt);
    const char *text = stmt ? mysql_stmt_error(stmt) : "";
    if (!text[0])
        text = mysql_error(db->mysql);
    struct buf shown;
    buf_init(&shown, 2048);
    utf8_add_visible(&shown, text, strlen(text), 300);
    if (no == 0)
        err_set(e, ERR_DATABASE, "%s: the client library reported no reason", what);
    else
        err_set(e, ERR_DATABASE, "%s: %s (%u)", what, shown.data, no);
    buf_release(&shown);
    e->code = no;
    for (size_t i = 0; i < sizeof(retryable) / sizeof(retryable[0]); i++) {
        if (retryable[i].no == no) {
            e->transient = true;
            err_hint(e, "%s", retryable[i].hint);
        }
    }
    return -1;
}

int database_execute(struct database *db, struct err *e, const char *fmt, ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof(text))
        return err_set(e, ERR_INTERNAL, "statement of our own is too long");
    if (mysql_real_query(db->mysql, text, (unsigned long)n) != 0)
        return client_error(db, NULL, e, "the database refused a statement of pressrun's own");
    return 0;
}

int database_query(struct database *db, const char *sql,
                   int (*each)(void *ctx, const struct cell *row, size_t n, struct err *e),
                   void *ctx, struct err *e)
{
    enum { MAX_COLUMNS = 64 };
    if (mysql_real_query(db->mysql, sql, (unsigned long)strlen(sql)) != 0)
        return client_error(db, NULL, e, "the database refused a query of pressrun's own");
    MYSQL_RES *res = mysql_store_result(db->mysql);
    if (!res)
        return client_error(db, NULL, e, "no result from a query of pressrun's own");
    int rc = 0;
    unsigned n = mysql_num_fields(res);
    MYSQL_ROW row;
    while (rc == 0 && n <= MAX_COLUMNS && (row = mysql_fetch_row(res)) != NULL) {
        unsigned long *lengths = mysql_fetch_lengths(res);
        struct cell cells[MAX_COLUMNS];
        for (unsigned i = 0; i < n; i++)
            cells[i] = (struct cell){row[i], lengths[i]};
        rc = each(ctx, cells, n, e);
    }
    mysql_free_result(res);
    return rc;
}

struct scalar {
    char *out;
    size_t size;
    bool seen;
};

static int take_scalar(void *ctx, const struct cell *row, size_t n, struct err *e)
{
    (void)e;
    struct scalar *s = ctx;
    if (!s->seen && n > 0)
        snprintf(s->out, s->size, "%.*s", (int)row[0].len, row[0].text ? row[0].text : "");
    s->seen = true;
    return 0;
}

int database_scalar(struct database *db, const char *sql, char *out, size_t size, struct err *e)
{
    struct scalar s = {out, size, false};
    out[0] = '\0';
    return database_query(db, sql, take_scalar, &s, e);
}

struct names {
    struct arena *arena;
    const char **items;
    size_t n, cap;
};

static int take_name(void *ctx, const struct cell *row, size_t n, struct err *e)
{
    (void)n, (void)e;
    struct names *names = ctx;
    if (names->n == names->cap) {
        size_t cap = names->cap ? names->cap * 2 : 16;
        names->items = arena_grow(names->arena, names->items, names->n, cap, sizeof(char *));
        names->cap = cap;
    }
    if (row[0].text)
        names->items[names->n++] = arena_strndup(names->arena, row[0].text, row[0].len);
    return 0;
}

int database_schemas(struct database *db, struct arena *arena, const char ***names, size_t *n,
                     struct err *e)
{
    struct names list = {.arena = arena};
    if (database_query(db, "SHOW DATABASES", take_name, &list, e) != 0)
        return -1;
    if (list.n == 0)
        return err_set(e, ERR_ISOLATION,
                       "the account can see no schema at all, so none could be refused by name");
    *names = list.items;
    *n = list.n;
    return 0;
}

/*
 * Warnings that mean a value in the result is not what the data says: cut, converted, out of range,
 * or rows left out. All others are about style and are ignored.
 */
static const unsigned lost_data[] = {
    1105, /* a negative number became a large one without a sign */
    1260, /* GROUP_CONCAT was cut */
    1264, /* out of range */
    1265, /* data truncated */
    1292, /* truncated incorrect value */
    1300, /* invalid characters */
    1301, /* result larger than max_allowed_packet became NULL */
    1365, /* division by zero became NULL */
    1366, /* incorrect string value */
    1411, /* incorrect value for a date function became NULL */
    1441, /* a date beyond the calendar became NULL */
    1916, /* overflow in a conversion */
    1931, /* LIMIT ROWS EXAMINED or max_recursive_iterations left rows out */
    1958, /* bad base64 became NULL */
    1977, /* characters lost in a conversion */
    3636, /* recursion limit (MySQL) */
    /* MariaDB: what is not JSON, or no path in it, became NULL; a bad SFORMAT() */
    4036,
    4037,
    4038,
    4039,
    4040,
    4041,
    4042,
    4183,
};

/* MariaDB also warns where an author asks whether a text is JSON. */
static bool is_only_asked(const struct cell *message)
{
    static const char function[] = "'json_valid'";
    return message->text && memmem(message->text, message->len, function, sizeof(function) - 1);
}

static int check_warning(void *ctx, const struct cell *row, size_t n, struct err *e)
{
    (*(unsigned *)ctx)++;
    if (n < 3 || !row[1].text)
        return 0;
    unsigned code = 0;
    for (size_t i = 0; i < row[1].len; i++)
        code = code * 10 + (unsigned)(row[1].text[i] - '0');
    for (size_t i = 0; i < sizeof(lost_data) / sizeof(lost_data[0]); i++) {
        if (lost_data[i] != code || is_only_asked(&row[2]))
            continue;
        struct buf shown;
        buf_init(&shown, 2048);
        utf8_add_visible(&shown, row[2].text ? row[2].text : "", row[2].len, 200);
        err_set(e, ERR_DATA, "the database warns that data was lost: %s (%u)", shown.data, code);
        buf_release(&shown);
        return err_hint(e, "change the query so that it gives no such warning, for example "
                           "NULLIF(x, 0) for a divisor");
    }
    return 0;
}

/*
 * The server is asked: at the end of an unbuffered result Connector/C does not take over the number
 * of warnings that comes with it, and mysql_warning_count() stays 0.
 */
int client_check_warnings(struct database *db, struct err *e)
{
    char text[24];
    int64_t counted;
    unsigned told = 0;
    if (database_scalar(db, "SHOW COUNT(*) WARNINGS", text, sizeof(text), e) != 0)
        return -1;
    if (!parse_int64(text, 0, INT64_MAX, &counted))
        return err_set(e, ERR_DATABASE, "the database does not tell how many warnings there are");
    if (counted == 0)
        return 0;
    if (database_query(db, "SHOW WARNINGS", check_warning, &told, e) != 0)
        return -1;
    if (told >= counted)
        return 0;
    err_set(e, ERR_DATA, "the database counted %lld warnings and tells only %u of them",
            (long long)counted, told);
    return err_hint(e, "change the query so that it gives fewer warnings: one that is not told may "
                       "mean lost data");
}

int client_prepare(struct database *db, const char *text, size_t len, MYSQL_STMT **out,
                   struct err *e)
{
    MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);
    if (!stmt)
        return client_error(db, NULL, e, "no statement handle");
    if (mysql_stmt_prepare(stmt, text, (unsigned long)len) != 0) {
        client_error(db, stmt, e, "the database refused the query");
        mysql_stmt_close(stmt);
        return -1;
    }
    *out = stmt;
    return 0;
}
