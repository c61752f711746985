/*
 * Private to runner/database: the client library and the connection. MariaDB Connector/C and
 * Oracle's libmysqlclient are one API that grew apart; what pressrun needs of both is named here.
 */
#ifndef RUNNER_DATABASE_CLIENT_H
#define RUNNER_DATABASE_CLIENT_H

#include <errmsg.h>
#include <mysql.h>
#ifndef MARIADB_PACKAGE_VERSION
#include <mysqld_error.h>
#endif

#include "runner/database/database.h"

#ifdef MARIADB_PACKAGE_VERSION
typedef my_bool client_bool; /* a char */
#else
typedef bool client_bool;
#endif

/* Server error numbers that decide something; the same on both servers unless said otherwise. */
enum {
    SERVER_ACCESS_DENIED_DB = 1044,
    SERVER_ACCESS_DENIED = 1045,
    SERVER_NO_DATABASE = 1046,
    SERVER_UNKNOWN_DATABASE = 1049,
    SERVER_UNKNOWN_COLUMN = 1054,
    SERVER_SYNTAX = 1064,
    SERVER_TABLE_DENIED = 1142,
    SERVER_COLUMN_DENIED = 1143,
    SERVER_NO_SUCH_TABLE = 1146,
    SERVER_RIGHT_MISSING = 1227,
    SERVER_NO_SUCH_ROUTINE = 1305,
    SERVER_ROUTINE_DENIED = 1370,
    SERVER_INTERRUPTED = 1317,
    SERVER_TIMEOUT_MARIADB = 1969,
    SERVER_TIMEOUT_MYSQL = 3024,
};

struct database {
    MYSQL *mysql;
    const struct database_config *config;
    bool mariadb;
    char version[96];
    char account[200];            /* CURRENT_USER(): name@host as the grants know it */
    int64_t begun_ms, timeout_ms; /* of the transaction: when, and how long a query may take */
};

/*
 * Turns the failure of a statement (or of the connection, with NULL) into an error: kind, whether
 * it may be tried again, a hint. The message of the server is shown clipped; it may quote the
 * query.
 */
int client_error(struct database *db, MYSQL_STMT *stmt, struct err *e, const char *what);
/* The number of the last failure; a statement of Connector/C reports 0 when the connection was
 * lost. */
unsigned client_errno(struct database *db, MYSQL_STMT *stmt);
/* Prepares a statement. */
int client_prepare(struct database *db, const char *text, size_t len, MYSQL_STMT **out,
                   struct err *e);
/* Reads all that is left of a SHOW WARNINGS and fails on those that mean lost data. */
int client_check_warnings(struct database *db, struct err *e);

/* session.c */
int session_pin(struct database *db, struct err *e);

#endif
