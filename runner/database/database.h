/*
 * The report database: one read-only connection whose session is pinned.
 *
 * A connection has no default database, loads no option files, never reconnects, allows no second
 * statement and no LOCAL INFILE. Everything in the session that could change what a query means, or
 * silently cut its result, is set and read back. After any error a connection is closed, never used
 * again: the next tenant must not meet a reply that was meant for another.
 *
 * The home of the MySQL client library is this folder; client.h hides what differs between MariaDB
 * Connector/C and libmysqlclient. What differs between the servers is in session.c.
 */
#ifndef RUNNER_DATABASE_DATABASE_H
#define RUNNER_DATABASE_DATABASE_H

#include <stdint.h>
#include <time.h>

#include "config/config.h"
#include "formats/row.h"
#include "jobs/job.h"
#include "jobs/scope.h"
#include "lib/err.h"

struct database;

/* Which identity: the account of the configuration, or the second one that has no rights. */
enum database_identity { DATABASE_ACCOUNT, DATABASE_GUARD_ACCOUNT };

/* Connects and pins the session. `timeout_ms` bounds each statement. */
int database_open(const struct database_config *config, enum database_identity identity,
                  struct database **out, struct err *e);
void database_close(struct database *db); /* takes NULL */

bool database_is_mariadb(const struct database *db);
const char *database_version(const struct database *db); /* "10.11.19-MariaDB" */
/* The account as the server's grants know it: "reader@%". */
const char *database_account(const struct database *db);
const char *database_tls(const struct database *db); /* cipher, or "" without TLS */
void database_set_timeout(struct database *db, int64_t statement_timeout_ms);

/* Runs a statement of our own that returns no rows. */
int database_execute(struct database *db, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Runs a query of our own and gives each row to `each`, which returns 0 or -1 with `e` set. */
int database_query(struct database *db, const char *sql,
                   int (*each)(void *ctx, const struct cell *row, size_t n, struct err *e),
                   void *ctx, struct err *e);
/* The first cell of the first row as a text in the caller's buffer ("" for NULL or no row). */
int database_scalar(struct database *db, const char *sql, char *out, size_t size, struct err *e);

/*
 * The transaction of a task: checks that no default database is set, fixes NOW() to the run's time
 * and takes one consistent read-only snapshot for all its queries. database_end() proves that no
 * time limit was swallowed and ends it.
 */
int database_begin(struct database *db, time_t run_time, int64_t statement_timeout_ms,
                   struct err *e);
int database_end(struct database *db, struct err *e);

/* A value for a `?`. Texts must live until the cursor is open. */
struct bind {
    enum { BIND_NULL, BIND_INTEGER, BIND_TEXT, BIND_BYTES, BIND_DECIMAL, BIND_DATETIME } type;
    int64_t integer;
    bool is_unsigned; /* INTEGER: the 64 bits are unsigned */
    const char *text; /* TEXT, BYTES, DECIMAL; DATETIME as "YYYY-MM-DD[ HH:MM:SS]" */
    size_t len;
};

/*
 * Prepares and executes a statement as a stream of rows; nothing is buffered. `lines_before` is
 * subtracted from the line numbers in the server's messages, `at` is where the author's text
 * begins, so that an error names the author's file and line. The end of the stream is proven: only
 * MYSQL_NO_DATA is the end, and a warning that means lost data fails there.
 */
int cursor_open(struct database *db, const struct statement *statement, const struct place *at,
                const struct bind *binds, struct row_source **out, struct err *e);

/* The names of all schemas the account can see; they live in the arena. An empty list is an error.
 */
int database_schemas(struct database *db, struct arena *arena, const char ***names, size_t *n,
                     struct err *e);

/*
 * Describes the tables of the configuration's scope. With `problems`, everything wrong is added
 * there (missing tables and columns, views, engines without snapshots, id columns of unusable
 * types) and -1 returned at the end; the error is set when the database itself failed.
 */
int tables_describe(struct database *db, const struct config *config, struct arena *arena,
                    struct scope *scope, struct problems *problems, struct err *e);

/* What an account may do, read from SHOW GRANTS; see grants.c. */
int grants_check(struct database *db, const struct config *config, struct problems *problems,
                 struct err *e);
/* The same for one line of SHOW GRANTS; pure, for tests. */
void grants_check_line(const char *line, const char *schema, const struct place *at,
                       struct problems *problems);

/* Which wall stands behind the lexer. */
enum guard_mode {
    GUARD_LEXER,   /* none: one plain account */
    GUARD_ROLE,    /* SET ROLE NONE takes the rights away */
    GUARD_ACCOUNT, /* a second account that never had any */
};
struct guard;
/* Chooses the strongest mode whose self-test passes; GUARD_REQUIRED fails without one. */
int guard_open(struct database *db, const struct config *config, const struct scope *scope,
               struct guard **out, struct err *e);
enum guard_mode guard_mode(const struct guard *g);
const char *guard_mode_name(enum guard_mode mode);
/* Why a stronger mode was not taken; "" for none. */
const char *guard_reason(const struct guard *g);
/*
 * Has the server parse a query under the identity without rights, over stubs: whatever still names
 * a real table, view or routine is refused. Does nothing in mode GUARD_LEXER.
 */
int guard_prepare(struct guard *g, const struct statement *stubs, const struct place *at,
                  struct err *e);
void guard_close(struct guard *g); /* takes NULL */

#endif
