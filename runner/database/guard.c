/*
 * The wall that stands behind the lexer: the server itself, asked by privilege. A query is prepared
 * over stubs under an identity that can read no table; whatever still names a real table, view or
 * routine is refused at that point, also in branches that would never run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "runner/database/client.h"

struct guard {
    enum guard_mode mode;
    struct database *db;     /* the report connection, for GUARD_ROLE */
    struct database *second; /* GUARD_ACCOUNT */
    char role[256];          /* what to SET ROLE to when going back, quoted */
    char reason[512];
};

static bool is_refusal(unsigned code)
{
    return code == SERVER_TABLE_DENIED || code == SERVER_ACCESS_DENIED_DB;
}

/* Under the guard's identity each table of the scope must be out of reach. */
static int self_test(struct guard *g, struct database *db, const struct scope *scope)
{
    for (size_t i = 0; i < scope->ntables; i++) {
        char sql[300];
        MYSQL_STMT *stmt = NULL;
        struct err e = {0};
        const char *table = scope->tables[i].rule->table;
        int n = snprintf(sql, sizeof(sql), "SELECT 1 FROM `%s`.`%s` LIMIT 0", scope->schema, table);
        if (client_prepare(db, sql, (size_t)n, &stmt, &e) == 0) {
            mysql_stmt_close(stmt);
            snprintf(g->reason, sizeof(g->reason), "it can read table \"%s\"", table);
            return -1;
        }
        if (!is_refusal(e.code)) {
            snprintf(g->reason, sizeof(g->reason), "%.400s", e.msg);
            return -1;
        }
    }
    return 0;
}

/* MySQL gives `name`@`host`, already quoted, or several of them; MariaDB a bare name, or NULL. */
static int read_role(struct guard *g, struct err *e)
{
    char role[200];
    if (database_scalar(g->db, "SELECT CURRENT_ROLE()", role, sizeof(role), e) != 0)
        return -1;
    if (!role[0] || strcmp(role, "NONE") == 0)
        snprintf(g->role, sizeof(g->role), "NONE");
    else
        snprintf(g->role, sizeof(g->role), g->db->mariadb ? "`%s`" : "%s", role);
    return 0;
}

static int enter(struct database *db, struct err *e)
{
    return database_execute(db, e, "SET ROLE NONE");
}

static int leave(struct guard *g, struct err *e)
{
    return database_execute(g->db, e, "SET ROLE %s", g->role);
}

static int try_role(struct guard *g, const struct scope *scope, struct err *e)
{
    if (read_role(g, e) != 0 || enter(g->db, e) != 0)
        return -1;
    bool passed = self_test(g, g->db, scope) == 0;
    if (leave(g, e) != 0)
        return -1;
    if (passed)
        g->mode = GUARD_ROLE;
    return 0;
}

/* A proxy may send the second connection elsewhere; then it proves nothing about the first. */
static int same_server(struct guard *g, struct err *e)
{
    static const char sql[] = "SELECT CONCAT_WS('|', @@hostname, @@port, @@version)";
    char one[300], two[300];
    if (database_scalar(g->db, sql, one, sizeof(one), e) != 0 ||
        database_scalar(g->second, sql, two, sizeof(two), e) != 0)
        return -1;
    if (strcmp(one, two) != 0)
        return err_set(e, ERR_ISOLATION,
                       "the guard account reached another server (%s) than the account (%s)", two,
                       one);
    return 0;
}

static int try_account(struct guard *g, const struct config *config, const struct scope *scope,
                       struct err *e)
{
    if (database_open(&config->database, DATABASE_GUARD_ACCOUNT, &g->second, e) != 0)
        return err_wrap(e, "guard account");
    if (same_server(g, e) != 0 || enter(g->second, e) != 0)
        return -1;
    if (self_test(g, g->second, scope) != 0) {
        err_set(e, ERR_ISOLATION, "the guard account \"%s\" is no guard: %.300s",
                config->database.guard_user, g->reason);
        return err_hint(e, "take all its privileges away: it only needs to log in");
    }
    g->mode = GUARD_ACCOUNT;
    return 0;
}

int guard_open(struct database *db, const struct config *config, const struct scope *scope,
               struct guard **out, struct err *e)
{
    struct guard *g = xcalloc(1, sizeof(*g));
    g->db = db;
    if (config->database.guard_user ? try_account(g, config, scope, e) : try_role(g, scope, e))
        goto fail;
    if (g->mode == GUARD_LEXER && config->database.guard == GUARD_REQUIRED) {
        err_set(e, ERR_ISOLATION,
                "database.guard is \"required\", but without its role the "
                "account is not powerless: %.300s",
                g->reason);
        err_hint(e, "pressrun check prints the GRANTs that make a guard possible");
        goto fail;
    }
    *out = g;
    return 0;
fail:
    guard_close(g);
    return -1;
}

enum guard_mode guard_mode(const struct guard *g)
{
    return g->mode;
}

const char *guard_mode_name(enum guard_mode mode)
{
    static const char *const names[] = {"lexer", "role", "account"};
    return names[mode];
}

const char *guard_reason(const struct guard *g)
{
    return g->reason;
}

/* The query reaches past its stubs; any other refusal is a mistake like one without a guard. */
static bool reaches_past(unsigned code)
{
    static const unsigned codes[] = {
        SERVER_ACCESS_DENIED_DB, SERVER_TABLE_DENIED,  SERVER_COLUMN_DENIED,
        SERVER_ROUTINE_DENIED,   SERVER_RIGHT_MISSING, SERVER_NO_DATABASE,
        SERVER_UNKNOWN_DATABASE, SERVER_NO_SUCH_TABLE, SERVER_NO_SUCH_ROUTINE,
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i] == code)
            return true;
    }
    return false;
}

static int prepare_stubs(struct database *db, const struct statement *stubs, const struct place *at,
                         struct err *e)
{
    MYSQL_STMT *stmt = NULL;
    if (client_prepare(db, stubs->text, stubs->len, &stmt, e) != 0) {
        if (!reaches_past(e->code))
            return err_wrap(e, "%s:%u", at->file, at->line);
        e->kind = ERR_ISOLATION;
        return err_wrap(e, "%s:%u: the guard refuses the query", at->file, at->line);
    }
    int rc = 0;
    if (mysql_stmt_field_count(stmt) == 0 || mysql_stmt_param_count(stmt) != stubs->nslots)
        rc = err_set(e, ERR_ISOLATION, "%s:%u: the guard sees another statement than was written",
                     at->file, at->line);
    mysql_stmt_close(stmt);
    return rc;
}

int guard_prepare(struct guard *g, const struct statement *stubs, const struct place *at,
                  struct err *e)
{
    if (g->mode == GUARD_LEXER)
        return 0;
    if (g->mode == GUARD_ACCOUNT)
        return prepare_stubs(g->second, stubs, at, e);
    if (enter(g->db, e) != 0)
        return -1;
    int rc = prepare_stubs(g->db, stubs, at, e);
    struct err back = {0};
    /* Staying without a role would make every later query fail: then the connection is of no use.
     */
    if (leave(g, &back) != 0 && rc == 0) {
        *e = back;
        rc = -1;
    }
    return rc;
}

void guard_close(struct guard *g)
{
    if (!g)
        return;
    database_close(g->second);
    free(g);
}
