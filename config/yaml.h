/*
 * A strict subset of YAML 1.2 as a tree whose nodes know where they stand. The home of libyaml.
 *
 * Refused, each with its place: anchors, aliases, tags, merge keys, a second document, duplicate
 * keys, NUL, anything but UTF-8, nesting deeper than LIMIT_YAML_DEPTH, files over LIMIT_YAML_BYTES.
 * Scalars are text; what they mean is decided by who asks (config/fields.h), never guessed.
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/mem.h"
#include "lib/problems.h"

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    struct place at;      /* where the node begins */
    struct place text_at; /* scalars: where the text itself begins (a block's first line) */
    const char *text;     /* scalars */
    bool quoted;          /* scalars: quoted or block style, so `null` and `~` are just text */
    const char *key;      /* when it is the value in a mapping, else NULL */
    struct place key_at;
    struct yaml_node *first; /* sequences and mappings: children in order */
    struct yaml_node *next;
};

/*
 * Reads a file (not writable by group or world) or a text under a file name. NULL when anything was
 * wrong; every reason is in `problems`. Nodes live in the arena. An empty document is a problem.
 */
struct yaml_node *yaml_read_file(struct arena *arena, const char *path, struct problems *problems);
struct yaml_node *yaml_read_text(struct arena *arena, const char *file, const char *text,
                                 size_t len, struct problems *problems);

/* The value of a key in a mapping, or NULL. */
struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);
/* True for an unquoted null, Null, NULL, ~ or nothing. */
bool yaml_is_null(const struct yaml_node *node);
/* A text of the file made fit to be quoted in a message: visible, and clipped. */
const char *yaml_show(struct arena *arena, const char *text);

#endif
