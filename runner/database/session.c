/*
 * The pinned session. Each row is set and then read back: a proxy, a plug-in or a privilege that
 * keeps a value from taking effect is found before the first query, not in a report.
 */
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "runner/database/client.h"

enum server { BOTH, MARIADB, MYSQL8 };

struct pin {
    enum server server;
    const char *name;
    const char *value; /* as SQL */
};

static const struct pin pins[] = {
    /* The lexer assumes exactly these rules of quoting; no ANSI_QUOTES, no NO_BACKSLASH_ESCAPES.
     * Not ONLY_FULL_GROUP_BY: MariaDB then refuses GROUP BY on a key through a shadow (1055). */
    {BOTH, "sql_mode", "'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"},
    {BOTH, "time_zone", "'+00:00'"},
    /* These cut results without an error, most of them without a warning. */
    {BOTH, "sql_select_limit", "18446744073709551615"},
    {BOTH, "group_concat_max_len", "16777216"},
    {BOTH, "sql_auto_is_null", "0"},
    /* MySQL lets no ordinary account set it; client_check_warnings() counts what it was not told.
     */
    {MARIADB, "max_error_count", "65535"},
    {MARIADB, "max_recursive_iterations", "1000000"},
    {MYSQL8, "cte_max_recursion_depth", "1000000"},
    /* The server hangs up on a reader that pauses longer than this. */
    {BOTH, "net_write_timeout", "3600"},
    {BOTH, "lock_wait_timeout", "10"},
    {BOTH, "lc_time_names", "'en_US'"},
    /* What WEEK() and a division give. */
    {BOTH, "default_week_format", "0"},
    {BOTH, "div_precision_increment", "4"},
    {MARIADB, "tx_isolation", "'REPEATABLE-READ'"},
    {MYSQL8, "transaction_isolation", "'REPEATABLE-READ'"},
};

static bool applies(const struct database *db, const struct pin *pin)
{
    return pin->server == BOTH || (pin->server == MARIADB) == db->mariadb;
}

static int compare(const char *name, const char *value, const char *got, struct err *e)
{
    size_t len = strlen(value);
    bool quoted = value[0] == '\'';
    if (strlen(got) == len - (quoted ? 2 : 0) && memcmp(got, value + quoted, strlen(got)) == 0)
        return 0;
    return err_set(e, ERR_ISOLATION, "session variable %s is \"%s\" although it was set to %s",
                   name, got, value);
}

static int read_back(struct database *db, const char *name, const char *value, struct err *e)
{
    char sql[128], got[512];
    snprintf(sql, sizeof(sql), "SELECT @@session.%s", name);
    if (database_scalar(db, sql, got, sizeof(got), e) != 0)
        return -1;
    return compare(name, value, got, e);
}

static int pin_one(struct database *db, const struct pin *pin, struct err *e)
{
    if (database_execute(db, e, "SET SESSION %s = %s", pin->name, pin->value) != 0)
        return err_wrap(e, "setting %s", pin->name);
    return read_back(db, pin->name, pin->value, e);
}

/* Shadows must be merged into the author's query, or every report would read all the tenant's rows.
 */
static int pin_optimizer(struct database *db, struct err *e)
{
    return database_execute(db, e, "SET SESSION optimizer_switch = 'derived_merge=on,%s=on'",
                            db->mariadb ? "condition_pushdown_for_derived"
                                        : "derived_condition_pushdown");
}

static int check_charset(struct database *db, struct err *e)
{
    static const char *const names[] = {"character_set_client", "character_set_connection",
                                        "character_set_results"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (read_back(db, names[i], "'utf8mb4'", e) != 0)
            return -1;
    }
    return 0;
}

static int check_no_database(const char *name, struct err *e)
{
    if (!name[0])
        return 0;
    err_set(e, ERR_ISOLATION, "refusing to run: the connection has the default database \"%s\"",
            name);
    return err_hint(e, "the server's init_connect sets it; take USE out of it for this account");
}

struct state {
    char timeout[40], database[256];
};

static int take_state(void *ctx, const struct cell *row, size_t n, struct err *e)
{
    (void)e;
    struct state *s = ctx;
    if (n == 2 && row[0].text)
        snprintf(s->timeout, sizeof(s->timeout), "%.*s", (int)row[0].len, row[0].text);
    if (n == 2 && row[1].text)
        snprintf(s->database, sizeof(s->database), "%.*s", (int)row[1].len, row[1].text);
    return 0;
}

/*
 * What is set, and looked at, before each task; in few statements, for each waits for the network.
 * `timestamp` is the time that NOW() and CURDATE() give; 0 gives them the server's clock.
 */
static int set_state(struct database *db, int64_t timeout_ms, int64_t timestamp, struct err *e)
{
    char value[40], sql[128];
    struct state state = {"", ""};
    const char *name = db->mariadb ? "max_statement_time" : "max_execution_time";
    if (db->mariadb)
        snprintf(value, sizeof(value), "%lld.%06lld", (long long)(timeout_ms / 1000),
                 (long long)(timeout_ms % 1000 * 1000));
    else
        snprintf(value, sizeof(value), "%lld", (long long)timeout_ms);
    snprintf(sql, sizeof(sql), "SELECT @@session.%s, DATABASE()", name);
    if (database_execute(db, e, "SET SESSION %s = %s, SESSION timestamp = %lld", name, value,
                         (long long)timestamp) != 0 ||
        database_query(db, sql, take_state, &state, e) != 0 ||
        compare(name, value, state.timeout, e) != 0)
        return -1;
    return check_no_database(state.database, e);
}

int session_pin(struct database *db, struct err *e)
{
    /* First, so that a short limit of the server's own does not end what follows. */
    if (set_state(db, db->config->statement_timeout_ms, 0, e) != 0)
        return -1;
    for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
        if (applies(db, &pins[i]) && pin_one(db, &pins[i], e) != 0)
            return -1;
    }
    return pin_optimizer(db, e) != 0 ? -1 : check_charset(db, e);
}

int database_begin(struct database *db, time_t run_time, int64_t statement_timeout_ms,
                   struct err *e)
{
    /* NOW() and CURDATE() are the run's own time, so that a rerun gives the same rows. */
    if (set_state(db, statement_timeout_ms, (int64_t)run_time, e) != 0)
        return -1;
    db->timeout_ms = statement_timeout_ms;
    db->begun_ms = clock_ms();
    return database_execute(db, e, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}

static int take_exceeded(void *ctx, const struct cell *row, size_t n, struct err *e)
{
    (void)e;
    if (n == 2 && row[1].text && !(row[1].len == 1 && row[1].text[0] == '0'))
        *(bool *)ctx = true;
    return 0;
}

/* Some functions turn the end of the time limit into an ordinary row: only this counter tells. It
 * need not be asked when all took less time than one query may. */
int database_end(struct database *db, struct err *e)
{
    bool exceeded = false;
    if (clock_ms() - db->begun_ms >= db->timeout_ms &&
        database_query(db,
                       db->mariadb ? "SHOW SESSION STATUS LIKE 'Max\\_statement\\_time\\_exceeded'"
                                   : "SHOW SESSION STATUS LIKE 'Max\\_execution\\_time\\_exceeded'",
                       take_exceeded, &exceeded, e) != 0)
        return -1;
    if (exceeded) {
        err_set_transient(e, ERR_DATABASE, "a query ran into its time limit and hid it");
        return err_hint(e, "make the query faster, or set timeout: in the job");
    }
    return database_execute(db, e, "COMMIT");
}
