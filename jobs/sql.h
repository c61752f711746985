/*
 * The author's query: read by a strict lexer, checked, and written again as a canonical text. Only
 * that text is ever sent to the server, so what was checked is what runs, whatever the server's own
 * lexer thinks of comments, quotes and odd bytes.
 *
 * Refused, each with file:line:column and a sentence: anything but one SELECT (or WITH ... SELECT),
 * statements, INTO, locking reads, tables with a schema in front, a WITH anywhere but at the start,
 * user and system variables, executable comments and hints, functions off the allow-list, and any
 * identifier that equals a schema the account can see. The rules and the experiments behind them
 * are in docs/isolation.md.
 */
#ifndef JOBS_SQL_H
#define JOBS_SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/mem.h"
#include "lib/problems.h"

enum sql_token_kind {
    SQL_WORD,   /* an unquoted ASCII identifier or keyword */
    SQL_NAME,   /* a quoted or non-ASCII identifier; text without its quotes */
    SQL_STRING, /* text in canonical form, with its single quotes */
    SQL_NUMBER,
    SQL_PARAM,  /* :name; text without the colon */
    SQL_SYMBOL, /* operator or punctuation */
};

/* What an identifier stands for, as far as its place tells. */
enum sql_role {
    SQL_PLAIN,    /* a keyword, a column, an alias, ... */
    SQL_TABLE,    /* after FROM, JOIN or a comma there */
    SQL_CTE,      /* declared by the query's own WITH */
    SQL_FUNCTION, /* a function that may be called */
};

struct sql_token {
    enum sql_token_kind kind;
    enum sql_role role;
    const char *text; /* ends with a NUL */
    size_t len;
    struct place at;
    unsigned newlines_before; /* kept, so that the server's "at line N" is the author's line */
    bool space_before;
};

/* A query that passed. Lives in the arena it was parsed into. */
struct sql {
    const struct sql_token *tokens;
    size_t ntokens;
    struct place at; /* of the first character of the text */
    bool with;       /* it begins with WITH: the lists are joined, ours first */
    bool recursive;  /* WITH RECURSIVE */
    size_t body;     /* first token after WITH [RECURSIVE], or 0 */
};

/*
 * Lexes and checks everything that can be known without the database. NULL when refused; every
 * reason is in `problems`.
 *
 * `at` is the place of the text's first character. The text of a block in YAML has lost its
 * indentation, which is the same for all its lines: so columns count from at->column on each line.
 */
const struct sql *sql_parse(const char *text, size_t len, const struct place *at,
                            struct arena *arena, struct problems *problems);

/* The lexer alone, without the rules: for tests that ask the guard what the rules would refuse. */
const struct sql *sql_lex(const char *text, size_t len, const struct place *at, struct arena *arena,
                          struct problems *problems);

/*
 * Refuses every identifier that equals (folded) one of the schemas the account can see. To be
 * called with a fresh list before each use of a connection: this is what makes qualified names
 * impossible on an account that may read whole schemas. An empty list is refused too.
 */
int sql_check_schemas(const struct sql *sql, const char *const *schemas, size_t nschemas,
                      struct problems *problems);

/* True when some identifier that is not behind a dot equals `name` exactly. */
bool sql_mentions(const struct sql *sql, const char *name);
/*
 * Names used where a table stands (after FROM, JOIN or a comma there) that are neither in `known`
 * nor common table expressions of the query, and common table expressions that are called like one
 * of `known`: adds a problem for each.
 */
int sql_check_tables(const struct sql *sql, const char *const *known, size_t nknown,
                     struct problems *problems);

/*
 * Appends the canonical text from token `from` on; each parameter becomes `?`. Line breaks before
 * `from` are kept, so line n of what is appended is line n of the author's text.
 */
void sql_emit(const struct sql *sql, size_t from, struct buf *out);

/* True when a function may be called; the list is sorted, in jobs/sql_functions.c. */
bool sql_function_allowed(const char *name, size_t len);

#endif
