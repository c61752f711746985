/*
 * The raw text behind a YAML tree: is it clean text at all, and where does a character stand.
 *
 * Only '\n' ends a line here. Every other character that YAML 1.1 takes for a line's end is refused
 * (a lone CR, NEL, U+2028, U+2029), so that our lines, libyaml's and an editor's are the same.
 */
#ifndef CONFIG_YAML_SOURCE_H
#define CONFIG_YAML_SOURCE_H

#include <stddef.h>

#include "lib/problems.h"

struct yaml_source {
    const char *file, *text; /* the text without a byte order mark */
    size_t len;
    size_t *line_starts;       /* byte offsets */
    size_t nlines;             /* at least 1 */
    size_t chars, bytes, line; /* a cursor: the same spot in characters, bytes and lines */
};

/*
 * Checks the text: UTF-8 without control characters, of a sane size. `file` and `text` must outlive
 * `s`. On failure the reason is in `problems` and there is nothing to release.
 */
int yaml_source_init(struct yaml_source *s, const char *file, const char *text, size_t len,
                     struct problems *problems);
void yaml_source_release(struct yaml_source *s);

/* The place of a character by its index. Cheap when asked in about the order of the text. */
struct place yaml_source_place(struct yaml_source *s, size_t index);
/* The byte at that character, or '\0' at the end. */
char yaml_source_byte(struct yaml_source *s, size_t index);
/* Where the content of a block scalar begins whose | or > has this index; `text` is its value. */
struct place yaml_source_block_place(struct yaml_source *s, size_t index, const char *text);

#endif
