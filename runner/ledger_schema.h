/* Private to the ledger: its schema, what it shares between its files, and small SQLite helpers. */
#ifndef RUNNER_LEDGER_SCHEMA_H
#define RUNNER_LEDGER_SCHEMA_H

#include <sqlite3.h>

#include "runner/ledger.h"

enum { LEDGER_APPLICATION_ID = 0x70725275, LEDGER_VERSION = 1 };

extern const char ledger_schema[];

struct ledger {
    sqlite3 *db;
    char *path;
};

/* ERR_LEDGER with SQLite's own message; a full disk is transient. */
int ledger_error(struct ledger *l, struct err *e, const char *what);
int ledger_exec(struct ledger *l, const char *sql, struct err *e);
/*
 * Prepares a statement and binds its parameters by a format of one letter each: t text (NULL for
 * SQL NULL), i int64_t. Then the caller steps and finalizes it.
 */
int ledger_prepare(struct ledger *l, sqlite3_stmt **out, struct err *e, const char *sql,
                   const char *types, ...);
/* The same for a statement without rows. */
int ledger_run_sql(struct ledger *l, struct err *e, const char *sql, const char *types, ...);
/* 1 for a row, 0 for the end, -1. */
int ledger_step(struct ledger *l, sqlite3_stmt *stmt, struct err *e);
/* A text column, never NULL. */
const char *ledger_text(sqlite3_stmt *stmt, int column);

#endif
