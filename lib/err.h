/*
 * Errors as values.
 *
 * A function that can fail returns 0 or -1 (iterators: 1 for an item, 0 for the end, -1) and takes
 * `struct err *e` as its last parameter. Whoever understands a failure sets kind, transience and
 * text; each level above may add one piece of context with err_wrap(); only the runner logs. The
 * kind decides the exit code, `transient` decides whether the same work may be tried again.
 *
 * Messages are lower case without a full stop, names in quotes. A hint says what the operator can
 * do.
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <stdbool.h>

enum err_kind {
    ERR_NONE,
    ERR_USAGE,     /* the command line */
    ERR_CONFIG,    /* pressrun.yaml, a job file, a secret */
    ERR_ISOLATION, /* a tenant could have seen another tenant's rows: nothing is published */
    ERR_LEDGER,    /* the ledger is missing, foreign, damaged or can't be written */
    ERR_BUSY,      /* another pressrun works on the same state directory */
    ERR_DATABASE,  /* the report database: connection, privileges, a query */
    ERR_DATA,      /* rows that can't be written faithfully */
    ERR_IO,        /* the local file system */
    ERR_DELIVERY,  /* a destination refused or could not be reached */
    ERR_INTERNAL,  /* a mistake of our own, or a worker that died */
};

struct err {
    enum err_kind kind;
    bool transient;  /* the same work may succeed later */
    unsigned code;   /* the database server's own number, or 0 */
    char msg[1024];  /* without a trailing newline; cut, never overrun */
    char hint[1024]; /* "" or what to do about it */
};

/* All return -1, so that a failure is one line: `return err_set(e, ERR_CONFIG, "...");`. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int err_set_transient(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* ERR_IO with ": " and the text of errno appended. A full disk is marked transient. */
int err_sys(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Puts "context: " before the message. */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Sets the hint of an error that was just set. */
int err_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "configuration", "database", ...: the word used in logs, in JSON and in the ledger. */
const char *err_kind_name(enum err_kind kind);
/* The inverse of err_kind_name(); ERR_INTERNAL for a word it does not know. */
enum err_kind err_kind_by_name(const char *name);
/* The exit code of the program, as listed in pressrun(1). */
int err_exit_code(enum err_kind kind);

#endif
