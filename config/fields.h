/*
 * Mappings as tables: which keys a mapping has, of which type, with which default, into which field
 * of which structure. The table drives reading, defaults, "unknown key, did you mean", and the test
 * that the manual mentions every key.
 */
#ifndef CONFIG_FIELDS_H
#define CONFIG_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "config/yaml.h"
#include "lib/label.h"

enum field_type {
    FIELD_TEXT,     /* const char *; ${NAME} and ${NAME:-default} expanded, $${ is a plain ${ */
    FIELD_LITERAL,  /* const char *; taken as it stands (SQL, titles, templates) */
    FIELD_LABEL,    /* const struct label *; a text, or {en: a text, de: ein Text} */
    FIELD_NAME,     /* const char *; as parse_name() */
    FIELD_INTEGER,  /* int64_t within min..max; ${NAME} expanded as in a text */
    FIELD_BOOLEAN,  /* bool */
    FIELD_DURATION, /* int64_t, milliseconds, within min..max */
    FIELD_SIZE,     /* int64_t, bytes, within min..max */
    FIELD_CHOICE,   /* int: index into `choices` */
    FIELD_NODE,     /* const struct yaml_node *: a nested value the caller reads itself */
};

struct field {
    const char *key;
    enum field_type type;
    size_t offset; /* offsetof() in the structure */
    bool required;
    const char *fallback;       /* default as YAML text; NULL leaves the field as it was */
    int64_t min, max;           /* INTEGER, DURATION, SIZE; both 0: no bounds */
    const char *const *choices; /* CHOICE: NULL-terminated */
    const char *help;           /* one line for `pressrun help config` */
};

/*
 * Fills `out` from a mapping. Every wrong, missing, unknown key is added to `problems`; returns 0
 * or -1. `what` names the mapping in messages: "database", "destination \"reports\"". The table
 * ends with a key of NULL. Texts live in the arena or in the nodes.
 */
int fields_read(const struct yaml_node *mapping, const char *what, const struct field *table,
                void *out, struct arena *arena, struct problems *problems);

/* The same for a mapping whose other keys belong to someone else: unknown keys are left alone. */
int fields_read_known(const struct yaml_node *mapping, const char *what, const struct field *table,
                      void *out, struct arena *arena, struct problems *problems);

/* One entry of a list of texts. */
struct fields_item {
    const char *text;
    struct place at;
};
/*
 * Reads a sequence of texts that differ from each other; `what` names the list. A NULL node is an
 * empty list. Wrong entries are added to `problems` and left out.
 */
int fields_read_list(const struct yaml_node *node, const char *what, struct arena *arena,
                     const struct fields_item **items, size_t *n, struct problems *problems);

/* Adds a problem unless the node is a mapping; `example` shows how one would look, or is NULL. */
int fields_need_mapping(const struct yaml_node *node, const char *what, const char *example,
                        struct problems *problems);

/* A named table, for `pressrun help` and for the test that the manual mentions every key. */
struct fields_section {
    const char *name; /* "database.tls" */
    const struct field *fields;
};

/* " (did you mean \"x\"?)" for the nearest of `n` words, or "". Lives in the arena. */
const char *fields_did_you_mean(struct arena *arena, const char *word, const char *const *words,
                                size_t n);

#endif
