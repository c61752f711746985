/*
 * A strict JSON parser (RFC 8259) that is fed piece by piece and builds nothing: it proves that a
 * text is one JSON value and tells its owner about the values near the top.
 *
 * The pieces must be valid UTF-8. Stricter than the grammar where readers choke: a \u escape of
 * half a surrogate pair is refused, and so is nesting beyond the limit.
 */
#ifndef FORMATS_JSON_PARSE_H
#define FORMATS_JSON_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JSON_MAX_DEPTH = 128,
    JSON_CELL_DEPTH = 100, /* of a JSON column, as MySQL itself has it; leaves room around it */
    JSON_WATCH_DEPTH = 3,
    JSON_KEY_BYTES = 24, /* keys are compared up to here */
};

/* A value that was read whole. */
struct json_value {
    unsigned depth;  /* how many arrays and objects are around it: 0 is the document itself */
    const char *key; /* its name in its object, cut at JSON_KEY_BYTES - 1; "" in an array */
    char kind;       /* '{' '[' '"' '0' for a number, 't' for true, false and null */
    uint64_t n;      /* members or items; the value of a small whole number, else UINT64_MAX */
};

struct json_parser {
    int state;
    unsigned depth, max_depth;
    bool in_key;
    unsigned hex_left, hex; /* of a \u escape */
    bool want_low;          /* the second half of a pair must follow */
    char kind;              /* of the scalar being read */
    uint64_t number;
    const char *literal; /* what must still follow of true, false, null */
    size_t key_len;
    char stack[JSON_MAX_DEPTH]; /* '{' or '[' */
    uint64_t counts[JSON_MAX_DEPTH];
    char keys[JSON_WATCH_DEPTH + 1][JSON_KEY_BYTES];
    /* Called for values up to JSON_WATCH_DEPTH; may be NULL. Returns NULL, or what is wrong. */
    const char *(*watch)(void *ctx, const struct json_value *v);
    void *ctx;
    const char *wrong; /* after -1: a sentence without its place */
    uint64_t offset;   /* bytes read; after -1: where it went wrong */
};

void json_parse_init(struct json_parser *p, unsigned max_depth);
int json_parse_feed(struct json_parser *p, const char *s, size_t len);
int json_parse_end(struct json_parser *p); /* -1 when the text ended too early */

#endif
