/*
 * Private to runner/database: one column of a result as it comes from the client library, and its
 * value as the text that the server itself would show.
 *
 * Most types are fetched as text. Integers, dates and times are fetched as they travel and put into
 * words here: the client library does that with printf(3), which costs more than all the rest.
 */
#ifndef RUNNER_DATABASE_FETCH_H
#define RUNNER_DATABASE_FETCH_H

#include "runner/database/client.h"

enum fetch_as { FETCH_TEXT, FETCH_INTEGER, FETCH_TIME, FETCH_BITS };

struct fetch_column {
    enum fetch_as as;
    bool is_unsigned;      /* INTEGER */
    unsigned decimals;     /* TIME: digits of the fraction */
    enum column_type type; /* TIME: date, time or datetime */
    char *room; /* TEXT, BITS: what the library fetches into; grows to the longest value */
    unsigned long capacity, length;
    client_bool is_null;
    int64_t integer;
    MYSQL_TIME time;
    char words[40]; /* INTEGER, TIME, BITS */
};

/* What a field is for formats, and how it is fetched. False for a type pressrun does not know. */
bool fetch_describe(struct fetch_column *f, const MYSQL_FIELD *field, enum column_type *type);
void fetch_bind(struct fetch_column *f, MYSQL_BIND *bind);
/*
 * The value of the row just fetched; the cell is valid until the next one. Sets `*rebind` when the
 * room has grown, so that the column must be bound again before the next row. False when the
 * library could not give a long value; the reason is with the statement.
 */
bool fetch_take(struct fetch_column *f, MYSQL_STMT *stmt, unsigned index, struct cell *cell,
                bool *rebind);
void fetch_release(struct fetch_column *f);

/* In words, as the server writes them; `out` has 40 bytes. Return the length. Pure. */
size_t fetch_integer_words(int64_t value, bool is_unsigned, char *out);
size_t fetch_time_words(const MYSQL_TIME *t, enum column_type type, unsigned decimals, char *out);

#endif
