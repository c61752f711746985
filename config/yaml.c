#include "config/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "config/yaml_source.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/utf8.h"

/*
 * Reads libyaml's events one at a time and stops at the first level too deep. That also bounds its
 * time: what is quadratic in libyaml is the number of brackets open at once, and it never looks
 * more than 1024 characters beyond the event it returns.
 */
struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one; of type YAML_NO_EVENT when there is none */
    struct yaml_source source;
    struct arena *arena;
    struct problems *problems;
    unsigned nodes;
};

/* What libyaml says, and what it most often means. */
struct explanation {
    const char *needle; /* within libyaml's message */
    bool at_context;    /* the mistake is where the construct began, not where reading stopped */
    const char *msg, *hint;
};

static const struct explanation explanations[] = {
    {"found a tab character", false, "a tab can't be used for indentation",
     "indent with spaces, two for each level"},
    {"mapping values are not allowed", false, "a second \": \" can't stand here",
     "put text with \": \" in it into quotes; and check that this line begins in the same column "
     "as its neighbours"},
    {"could not find expected ':'", true, "\": \" is missing after this key",
     "write \"key: value\", with a blank after the colon"},
    {"did not find expected key", false, "a key was expected here",
     "begin it in the same column as its neighbours; text that begins with { [ \" or ' must be in "
     "quotes as a whole"},
    {"did not find expected ',' or ']'", false, "\",\" or \"]\" was expected here",
     "separate the items of a list by commas and close it with ]"},
    {"did not find expected ',' or '}'", false, "\",\" or \"}\" was expected here",
     "separate the pairs by commas and close with }; a text that begins with { must be in quotes"},
    {"did not find expected node content", false, "a value was expected here",
     "a { or [ before it may not be closed"},
    {"did not find expected '-'", false, "a list item (\"- \") was expected here",
     "begin each item of a list in the same column"},
    {"block sequence entries are not allowed", false, "a list item (\"- \") can't begin here",
     "begin it on a line of its own below its key"},
    {"found unexpected end of stream", true, "the quote that begins here is never closed", NULL},
    {"found unexpected document indicator", true, "the quote that begins here is never closed",
     NULL},
    {"found unknown escape character", false, "no such escape in double quotes",
     "take single quotes, which leave a backslash as it is"},
    {"did not find expected alphabetic", true, "text can't begin with * or & without quotes",
     "put it into quotes; anchors and aliases are not supported"},
    {"did not find expected <document start>", false, "nothing can follow here",
     "the file is one mapping, \"key: value\" on each line; check the indentation"},
};

static const struct explanation *explain(struct reader *r, const char *problem)
{
    static const struct explanation tab = {
        .msg = "a tab can't be used for indentation",
        .hint = "indent with spaces, two for each level",
    };
    static const struct explanation quote = {
        .msg = "text can't begin with @ ` or % without quotes",
        .hint = "put it into quotes",
    };
    static const struct explanation other = {.msg = NULL};
    if (strstr(problem, "cannot start any token"))
        return yaml_source_byte(&r->source, r->parser.problem_mark.index) == '\t' ? &tab : &quote;
    for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++) {
        if (strstr(problem, explanations[i].needle))
            return &explanations[i];
    }
    return &other;
}

static int report_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "not valid YAML";
    const struct explanation *x = explain(r, problem);
    size_t index = x->at_context && p->context ? p->context_mark.index : p->problem_mark.index;
    struct place at = yaml_source_place(&r->source, index);
    return problems_add(r->problems, &at, x->hint, "%s", x->msg ? x->msg : problem);
}

static int next(struct reader *r)
{
    yaml_event_delete(&r->event);
    if (!yaml_parser_parse(&r->parser, &r->event))
        return report_syntax(r);
    return 0;
}

/* Anchors and tags are refused, but reading goes on to find what else is wrong. */
static void check_properties(struct reader *r, const struct place *at)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (r->event.type == YAML_SCALAR_EVENT) {
        anchor = r->event.data.scalar.anchor;
        tag = r->event.data.scalar.tag;
    } else if (r->event.type == YAML_SEQUENCE_START_EVENT) {
        anchor = r->event.data.sequence_start.anchor;
        tag = r->event.data.sequence_start.tag;
    } else if (r->event.type == YAML_MAPPING_START_EVENT) {
        anchor = r->event.data.mapping_start.anchor;
        tag = r->event.data.mapping_start.tag;
    }
    if (anchor)
        problems_add(r->problems, at, "put text that begins with & into quotes",
                     "anchors (&name) are not supported");
    if (tag)
        problems_add(r->problems, at, "put text that begins with ! into quotes",
                     "tags (!name) are not supported");
}

static void fill_scalar(struct reader *r, struct yaml_node *node)
{
    size_t index = r->event.start_mark.index;
    node->kind = YAML_SCALAR;
    if (r->event.type == YAML_ALIAS_EVENT) {
        problems_add(r->problems, &node->at,
                     "write the value out; put text that begins with * into quotes",
                     "aliases (*name) are not supported");
        node->text = "";
        return;
    }
    const char *value = (const char *)r->event.data.scalar.value;
    size_t len = r->event.data.scalar.length;
    yaml_scalar_style_t style = r->event.data.scalar.style;
    node->text = arena_strndup(r->arena, value, len);
    node->quoted = style != YAML_PLAIN_SCALAR_STYLE;
    node->text_at = node->at;
    if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
        node->text_at = yaml_source_block_place(&r->source, index, node->text);
    else if (node->quoted)
        node->text_at.column++;
    if (strlen(node->text) != len)
        problems_add(r->problems, &node->at, NULL, "\"\\0\" can't stand in a text");
}

static int by_key(const void *a, const void *b)
{
    const struct yaml_node *x = *(const struct yaml_node *const *)a;
    const struct yaml_node *y = *(const struct yaml_node *const *)b;
    int c = strcmp(x->key, y->key);
    if (c)
        return c;
    if (x->key_at.line != y->key_at.line)
        return x->key_at.line < y->key_at.line ? -1 : 1;
    return x->key_at.column < y->key_at.column ? -1 : 1;
}

/* Sorted, because comparing each with each would take seconds for a file full of keys. */
static void check_duplicates(struct reader *r, const struct yaml_node *mapping)
{
    size_t n = 0, i = 0;
    for (const struct yaml_node *c = mapping->first; c; c = c->next)
        n++;
    if (n < 2)
        return;
    const struct yaml_node **sorted = xcalloc(n, sizeof(*sorted));
    for (const struct yaml_node *c = mapping->first; c; c = c->next)
        sorted[i++] = c;
    qsort(sorted, n, sizeof(*sorted), by_key);
    for (i = 1; i < n; i++) {
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
            problems_add(r->problems, &sorted[i]->key_at, "keep one of the two",
                         "key \"%s\" already stands in line %u",
                         yaml_show(r->arena, sorted[i]->key), sorted[i - 1]->key_at.line);
    }
    free(sorted);
}

/* Takes the current event, a scalar, as the key of the value that comes next. */
static int read_key(struct reader *r, struct yaml_node *key)
{
    *key = (struct yaml_node){.at = yaml_source_place(&r->source, r->event.start_mark.index)};
    if (r->event.type != YAML_SCALAR_EVENT && r->event.type != YAML_ALIAS_EVENT)
        return problems_add(r->problems, &key->at, "put a key that begins with { or [ into quotes",
                            "a key must be a text");
    check_properties(r, &key->at);
    fill_scalar(r, key);
    if (!key->quoted && strcmp(key->text, "<<") == 0)
        problems_add(r->problems, &key->at, "write the keys out",
                     "merge keys (<<) are not supported");
    return next(r);
}

static int read_node(struct reader *r, unsigned depth, struct yaml_node **out);

static int read_children(struct reader *r, unsigned depth, struct yaml_node *parent)
{
    yaml_event_type_t end =
        parent->kind == YAML_MAPPING ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    struct yaml_node **tail = &parent->first;
    if (next(r) != 0)
        return -1;
    while (r->event.type != end) {
        struct yaml_node key = {0};
        if (parent->kind == YAML_MAPPING && read_key(r, &key) != 0)
            return -1;
        if (read_node(r, depth + 1, tail) != 0)
            return -1;
        (*tail)->key = key.text;
        (*tail)->key_at = key.at;
        tail = &(*tail)->next;
    }
    if (parent->kind == YAML_MAPPING)
        check_duplicates(r, parent);
    return 0;
}

/* Reads the node that begins with the current event, and the event behind it. */
static int read_node(struct reader *r, unsigned depth, struct yaml_node **out)
{
    struct place at = yaml_source_place(&r->source, r->event.start_mark.index);
    if (depth > LIMIT_YAML_DEPTH)
        return problems_add(r->problems, &at, NULL, "nested deeper than %d levels",
                            LIMIT_YAML_DEPTH);
    if (++r->nodes > LIMIT_YAML_NODES)
        return problems_add(r->problems, &at, NULL, "the file holds more than %d values",
                            LIMIT_YAML_NODES);
    struct yaml_node *node = arena_alloc(r->arena, sizeof(*node));
    node->at = at;
    node->text_at = at;
    check_properties(r, &at);
    if (r->event.type == YAML_SCALAR_EVENT || r->event.type == YAML_ALIAS_EVENT) {
        fill_scalar(r, node);
    } else {
        node->kind = r->event.type == YAML_MAPPING_START_EVENT ? YAML_MAPPING : YAML_SEQUENCE;
        if (read_children(r, depth, node) != 0)
            return -1;
    }
    *out = node;
    return next(r);
}

static int check_document_start(struct reader *r)
{
    struct place at = {.file = r->source.file};
    if (r->event.type == YAML_STREAM_END_EVENT)
        return problems_add(r->problems, &at, NULL, "the file is empty");
    if (r->event.data.document_start.version_directive ||
        r->event.data.document_start.tag_directives.start !=
            r->event.data.document_start.tag_directives.end) {
        at = yaml_source_place(&r->source, r->event.start_mark.index);
        return problems_add(r->problems, &at, "remove the line",
                            "directives (%%) are not supported");
    }
    return 0;
}

static int read_document(struct reader *r, struct yaml_node **out)
{
    struct yaml_node *root = NULL;
    if (next(r) != 0 || next(r) != 0 || check_document_start(r) != 0)
        return -1;
    if (next(r) != 0 || read_node(r, 1, &root) != 0)
        return -1;
    struct place whole = {.file = r->source.file};
    if (root->kind == YAML_SCALAR && !root->quoted && root->text[0] == '\0')
        return problems_add(r->problems, &whole, NULL, "the file is empty");
    /* The current event is the document's end. */
    if (next(r) != 0)
        return -1;
    if (r->event.type != YAML_STREAM_END_EVENT) {
        struct place at = yaml_source_place(&r->source, r->event.start_mark.index);
        return problems_add(r->problems, &at, "write one file for each",
                            "a second document (---) is not supported");
    }
    *out = root;
    return 0;
}

struct yaml_node *yaml_read_text(struct arena *arena, const char *file, const char *text,
                                 size_t len, struct problems *problems)
{
    size_t before = problems->nerrors;
    struct yaml_node *root = NULL;
    struct reader r = {.arena = arena, .problems = problems};
    if (yaml_source_init(&r.source, arena_strdup(arena, file), text, len, problems) != 0)
        return NULL;
    if (!yaml_parser_initialize(&r.parser)) {
        struct place whole = {.file = file};
        problems_add(problems, &whole, NULL, "out of memory");
        goto out;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)r.source.text, r.source.len);
    if (read_document(&r, &root) != 0 || problems->nerrors != before)
        root = NULL;
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
out:
    yaml_source_release(&r.source);
    return root;
}

struct yaml_node *yaml_read_file(struct arena *arena, const char *path, struct problems *problems)
{
    struct yaml_node *root = NULL;
    struct err e = {0};
    struct buf text;
    buf_init(&text, LIMIT_YAML_BYTES);
    if (file_read(path, FILE_NOT_WRITABLE_BY_OTHERS, &text, &e) != 0) {
        struct place whole = {.file = path};
        problems_add(problems, &whole, e.hint, "%s", e.msg);
    } else {
        root = yaml_read_text(arena, path, text.data, text.len, problems);
    }
    buf_release(&text);
    return root;
}

struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
    if (!mapping || mapping->kind != YAML_MAPPING)
        return NULL;
    for (struct yaml_node *c = mapping->first; c; c = c->next) {
        if (strcmp(c->key, key) == 0)
            return c;
    }
    return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != YAML_SCALAR || node->quoted)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(node->text, words[i]) == 0)
            return true;
    }
    return false;
}

const char *yaml_show(struct arena *arena, const char *text)
{
    enum { SHOWN = 60 };
    struct buf visible;
    buf_init(&visible, 1024); /* SHOWN bytes, each escaped, fit easily */
    utf8_add_visible(&visible, text, strlen(text), SHOWN);
    const char *copy = arena_strndup(arena, visible.data, visible.len);
    buf_release(&visible);
    return copy;
}
