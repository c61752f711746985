/*
 * What the parts of the SQL module share: sql.c, sql_lex.c, sql_roles.c, sql_rules.c, sql_emit.c
 * and sql_functions.c. Nobody else includes this.
 */
#ifndef JOBS_SQL_PARTS_H
#define JOBS_SQL_PARTS_H

#include <stdint.h>

#include "jobs/sql.h"

enum {
    SQL_DEPTH = 100,      /* parentheses in parentheses */
    SQL_NAME_LENGTH = 64, /* characters of an identifier, as in the server */
};

/* All of these are false when there is no token `i`. */
bool sql_is_symbol(const struct sql *sql, size_t i, const char *symbol);
bool sql_is_identifier(const struct sql *sql, size_t i); /* SQL_WORD or SQL_NAME */
/* An unquoted word, whatever its case, with no dot beside it: next to a dot it is a name, for the
 * servers too once sql_emit() has quoted the ones they would read otherwise. */
bool sql_is_keyword(const struct sql *sql, size_t i, const char *word);
bool sql_is_one_of(const struct sql *sql, size_t i, const char *const *words); /* ends with NULL */

/* False when a text is not valid UTF-8 or holds a character that is refused everywhere. */
bool sql_check_characters(const char *text, size_t len, const struct place *start,
                          struct problems *problems);
/* What to do about a character that can't be part of a name, or NULL when it can. */
const char *sql_odd_character(uint32_t cp);
/* The tokens of a text; false when any was refused. The roles are not set. */
bool sql_read_tokens(const char *text, size_t len, const struct place *at, struct arena *arena,
                     struct sql *out, struct problems *problems);
/* Sets the role of each token; false when parentheses don't match or are too deep. */
bool sql_set_roles(struct sql *sql, struct arena *arena, struct problems *problems);
/* The rules. 0 or -1. */
int sql_check_rules(const struct sql *sql, struct arena *arena, struct problems *problems);

/* The word of `words` nearest to `word` when it is worth suggesting, or NULL. */
const char *sql_nearest(const char *word, const char *const *words, size_t n);
/* The same among the functions that may be called. */
const char *sql_nearest_function(const char *word);
/* Why a well-known function is not on the list and what to write instead, or NULL. */
const char *sql_function_advice(const char *name);

#endif
