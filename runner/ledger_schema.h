/* Private to the ledger: its schema, what it shares between its files, and small SQLite helpers. */
#ifndef RUNNER_LEDGER_SCHEMA_H
#define RUNNER_LEDGER_SCHEMA_H

#include <sqlite3.h>

#include "runner/ledger_outbox.h"

enum { LEDGER_APPLICATION_ID = 0x70725275, LEDGER_VERSION = 2 };

extern const char ledger_schema[];

struct ledger {
    sqlite3 *db;
    char *path;
};

/* ERR_LEDGER with SQLite's own message; a full disk is transient. */
int ledger_error(struct ledger *l, struct err *e, const char *what);
int ledger_exec(struct ledger *l, const char *sql, struct err *e);
/*
 * A statement with its parameters bound by a format of one letter each: t text (NULL for SQL NULL),
 * i int64_t. The caller steps it, and must end it. It stays prepared for the next use of the same
 * text: a run takes a dozen statements, and preparing one costs more than running it.
 */
int ledger_prepare(struct ledger *l, sqlite3_stmt **out, struct err *e, const char *sql,
                   const char *types, ...);
void ledger_end(sqlite3_stmt *stmt);
/* Both for a statement without rows. */
int ledger_run_sql(struct ledger *l, struct err *e, const char *sql, const char *types, ...);
/* 1 for a row, 0 for the end, -1. */
int ledger_step(struct ledger *l, sqlite3_stmt *stmt, struct err *e);
/* A text column, never NULL. */
const char *ledger_text(sqlite3_stmt *stmt, int column);

/* Within a transaction: one item of the outbox of a run. `artifact` is the id of its file. */
int ledger_add_delivery(struct ledger *l, int64_t run, const struct outbox_item *item,
                        int64_t artifact, bool held, time_t now, struct err *e);
/* Runs `body` between BEGIN and COMMIT, or ROLLBACK when it fails; as a part of ledger_together()
 * within that. */
int ledger_in_transaction(struct ledger *l, int (*body)(struct ledger *l, void *ctx, struct err *e),
                          void *ctx, struct err *e);

#endif
