/*
 * A strict parser that proves a part of a workbook, or a page, to be well-formed XML, fed piece by
 * piece. It knows what our files use and refuses the rest: no DOCTYPE, comments, CDATA or names
 * beyond ASCII. Pieces must be valid UTF-8 and end between characters.
 */
#ifndef FORMATS_XML_PARSE_H
#define FORMATS_XML_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { XML_MAX_DEPTH = 64, XML_NAME_BYTES = 64, XML_ENTITY_BYTES = 10 };

struct xml_parser {
    int state, after_entity; /* the state that an entity interrupted */
    char quote;              /* of the attribute being read */
    size_t depth, name_len;
    char entity[XML_ENTITY_BYTES];
    size_t entity_len;
    char names[XML_MAX_DEPTH + 1]
              [XML_NAME_BYTES]; /* of the open elements, then the one being read */
    unsigned char lens[XML_MAX_DEPTH + 1];
    const char *counted; /* a name, and how many elements have it */
    size_t counted_len;
    uint64_t count;
    /* Called for each element that opens and closes, unless NULL; returns NULL or what is wrong. */
    const char *(*element)(void *ctx, const char *name, bool opens);
    void *ctx;
    const char *wrong; /* after -1: a sentence without its place */
    uint64_t offset;   /* bytes read; after -1: where it went wrong */
};

void xml_parse_init(struct xml_parser *p, const char *counted); /* and no element() */
int xml_parse_feed(struct xml_parser *p, const char *s, size_t len);
int xml_parse_end(struct xml_parser *p);                /* -1 unless the root element was closed */
const char *xml_parse_root(const struct xml_parser *p); /* after the end: the root's name */

#endif
