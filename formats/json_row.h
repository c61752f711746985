/*
 * One row as a JSON object, shared by json.c, json_rows.c and ndjson.c. What each type becomes:
 *
 *     text, date, time, datetime   a string, as the database has it
 *     integer                      a number up to 2^53, beyond that a string
 *     decimal                      always a string: no digit is lost, and the type is stable
 *     float                        a number
 *     boolean                      true, false; another integer as an integer
 *     json                         itself, on one line; a string when it is not valid JSON
 *     binary                       a string of hexadecimal digits
 *     NULL                         null
 */
#ifndef FORMATS_JSON_ROW_H
#define FORMATS_JSON_ROW_H

#include "formats/format.h"
#include "formats/output.h"
#include "lib/buf.h"

struct json_row {
    const struct result *result; /* the caller's; lives as long */
    struct buf keys;             /* `{"name":`, `,"name":`, ... one behind the other */
    size_t *key_ends;
    struct buf scratch;
};

void json_row_begin(struct json_row *j, const struct result *r); /* of a zeroed or released one */
int json_row_add(struct json_row *j, struct output *out, const struct cell *cells,
                 struct render_notes *notes, struct err *e);
void json_row_release(struct json_row *j); /* of a zeroed one, too */

/* A quoted string. What is not valid UTF-8 is replaced and counted. */
void json_row_string(struct output *out, struct buf *scratch, const char *s, size_t len,
                     struct render_notes *notes);

#endif
