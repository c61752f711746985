#include "config/fields.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/limits.h"
#include "lib/parse.h"
#include "lib/utf8.h"

/* What every step of reading one mapping needs. */
struct reading {
    const char *what;
    const struct field *table;
    char *out;
    struct arena *arena;
    struct problems *problems;
};

const char *fields_did_you_mean(struct arena *arena, const char *word, const char *const *words,
                                size_t n)
{
    size_t len = strlen(word);
    unsigned best = len <= 3 ? 1 : len <= 7 ? 2 : 3;
    const char *nearest = NULL;
    for (size_t i = 0; i < n; i++) {
        unsigned d = parse_distance(word, words[i]);
        if (d <= best && d < strlen(words[i])) {
            /* Later words must be nearer, so the first of equals wins. */
            nearest = words[i];
            best = d ? d - 1 : 0;
            if (d == 0)
                break;
        }
    }
    return nearest ? arena_printf(arena, " (did you mean \"%s\"?)", nearest) : "";
}

static size_t count_words(const char *const *words)
{
    size_t n = 0;
    while (words[n])
        n++;
    return n;
}

static const char *join(struct arena *arena, const char *const *words, size_t n)
{
    struct buf list;
    buf_init(&list, LIMIT_PATH_BYTES);
    for (size_t i = 0; i < n; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", words[i]);
    const char *copy = arena_strndup(arena, list.data, list.len);
    buf_release(&list);
    return copy;
}

static const char *kind_in_words(const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING)
        return "a mapping";
    return node->kind == YAML_SEQUENCE ? "a list" : "a text";
}

/* ---- ${NAME} ---- */

static int bad_reference(const struct reading *r, const struct yaml_node *node, const char *key)
{
    return problems_add(r->problems, &node->text_at,
                        "write ${NAME} or ${NAME:-default}; a plain ${ is written $${",
                        "\"%s\" holds a reference to the environment that is not complete", key);
}

/* Appends the value of the reference whose name begins at `*s`, and moves behind its brace. */
static int expand_one(const struct reading *r, const struct yaml_node *node, const char *key,
                      const char **s, struct buf *out)
{
    size_t len = strspn(*s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    const char *close = strchr(*s, '}');
    bool has_default = strncmp(*s + len, ":-", 2) == 0;
    if (len == 0 || !close || (!has_default && (*s)[len] != '}'))
        return bad_reference(r, node, key);
    const char *name = arena_strndup(r->arena, *s, len);
    const char *value = getenv(name);
    if (value && !utf8_valid(value, strlen(value)))
        return problems_add(r->problems, &node->text_at, NULL,
                            "the environment variable \"%s\" is not valid UTF-8",
                            yaml_show(r->arena, name));
    if ((!value || !*value) && has_default)
        buf_add(out, *s + len + 2, (size_t)(close - *s) - len - 2);
    else if (value)
        buf_add_str(out, value);
    else
        return problems_add(
            r->problems, &node->text_at, "set it, or write ${NAME:-default} to have a default",
            "the environment variable \"%s\" is not set", yaml_show(r->arena, name));
    *s = close + 1;
    return 0;
}

static int expand(const struct reading *r, const struct yaml_node *node, const char *key,
                  const char **text)
{
    int rc = -1;
    struct buf out;
    buf_init(&out, LIMIT_YAML_BYTES);
    for (const char *s = node->text; *s;) {
        if (strncmp(s, "$${", 3) == 0) {
            buf_add_str(&out, "${");
            s += 3;
        } else if (strncmp(s, "${", 2) == 0) {
            s += 2;
            if (expand_one(r, node, key, &s, &out) != 0)
                goto out;
        } else {
            buf_add_char(&out, *s++);
        }
    }
    if (!buf_ok(&out)) {
        problems_add(r->problems, &node->text_at, NULL, "\"%s\" grows too long", key);
        goto out;
    }
    *text = arena_strndup(r->arena, out.data, out.len);
    rc = 0;
out:
    buf_release(&out);
    return rc;
}

/* ---- values ---- */

/* A number of milliseconds or bytes as people write it. */
static const char *with_unit(struct arena *arena, enum field_type type, int64_t v)
{
    static const struct unit {
        enum field_type type;
        int64_t factor;
        const char *name;
    } units[] = {
        {FIELD_DURATION, 86400000, "d"},  {FIELD_DURATION, 3600000, "h"},
        {FIELD_DURATION, 60000, "m"},     {FIELD_DURATION, 1000, "s"},
        {FIELD_DURATION, 1, "ms"},        {FIELD_SIZE, 1024 * 1024 * 1024, "GiB"},
        {FIELD_SIZE, 1024 * 1024, "MiB"}, {FIELD_SIZE, 1024, "KiB"},
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (units[i].type == type && v && v % units[i].factor == 0)
            return arena_printf(arena, "%lld%s", (long long)(v / units[i].factor), units[i].name);
    }
    return arena_printf(arena, "%lld", (long long)v);
}

/* The value itself is shown as it stands in the file: an expanded one may be nobody's business. */
static int not_expected(const struct reading *r, const struct field *f,
                        const struct yaml_node *node, const char *expected)
{
    const char *bounds = "";
    if (f->min != 0 || f->max != 0)
        bounds = arena_printf(r->arena, " from %s to %s", with_unit(r->arena, f->type, f->min),
                              with_unit(r->arena, f->type, f->max));
    return problems_add(r->problems, &node->at, f->help, "\"%s\" must be %s%s, not \"%s\"", f->key,
                        expected, bounds, yaml_show(r->arena, node->text));
}

static int store_number(const struct reading *r, const struct field *f,
                        const struct yaml_node *node, const char *text)
{
    int64_t v = 0;
    uint64_t bytes = 0;
    bool bounded = f->min != 0 || f->max != 0, ok;
    const char *expected = "a whole number";
    if (f->type == FIELD_INTEGER) {
        ok = parse_int64(text, INT64_MIN, INT64_MAX, &v);
    } else if (f->type == FIELD_DURATION) {
        ok = parse_duration(text, &v);
        expected = "a duration such as 30s, 5m, 2h";
    } else {
        ok = parse_size(text, &bytes);
        v = (int64_t)bytes;
        expected = "a size such as 64KiB, 5MiB, 1GiB";
    }
    if (!ok || (bounded && (v < f->min || v > f->max)))
        return not_expected(r, f, node, expected);
    memcpy(r->out + f->offset, &v, sizeof(v));
    return 0;
}

static int store_choice(const struct reading *r, const struct field *f,
                        const struct yaml_node *node)
{
    size_t n = count_words(f->choices);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(f->choices[i], node->text) == 0) {
            int index = (int)i;
            memcpy(r->out + f->offset, &index, sizeof(index));
            return 0;
        }
    }
    return problems_add(r->problems, &node->at,
                        arena_printf(r->arena, "one of: %s", join(r->arena, f->choices, n)),
                        "\"%s\" can't be \"%s\"%s", f->key, yaml_show(r->arena, node->text),
                        fields_did_you_mean(r->arena, node->text, f->choices, n));
}

static int store_text(const struct reading *r, const struct field *f, const char *text)
{
    memcpy(r->out + f->offset, &text, sizeof(text));
    return 0;
}

static int store_scalar(const struct reading *r, const struct field *f,
                        const struct yaml_node *node)
{
    const char *text = node->text;
    bool flag = false;
    if ((f->type == FIELD_TEXT || f->type == FIELD_INTEGER) && expand(r, node, f->key, &text) != 0)
        return -1;
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_LITERAL:
        return store_text(r, f, text);
    case FIELD_NAME:
        if (!parse_name(text))
            return not_expected(r, f, node, "a name of a-z, 0-9, - and _ (at most 64)");
        return store_text(r, f, text);
    case FIELD_BOOLEAN:
        if (!parse_bool(text, &flag))
            return not_expected(r, f, node, "true or false");
        memcpy(r->out + f->offset, &flag, sizeof(flag));
        return 0;
    case FIELD_CHOICE:
        return store_choice(r, f, node);
    case FIELD_INTEGER:
    case FIELD_DURATION:
    case FIELD_SIZE:
        return store_number(r, f, node, text);
    case FIELD_LABEL:
    case FIELD_NODE:
        break;
    }
    return 0;
}

/* The tag of a language as BCP 47 has it, with a region or without. */
static bool is_language_tag(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");
    if (n < 2 || n > 3)
        return false;
    return !s[n] ||
           (s[n] == '-' && strspn(s + n + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2 && !s[n + 3]);
}

static int store_label(const struct reading *r, const struct field *f, const struct yaml_node *node)
{
    enum { MAX_LANGUAGES = 100 };
    size_t n = 0;
    bool several = node->kind == YAML_MAPPING;
    for (const struct yaml_node *c = several ? node->first : NULL; c; c = c->next, n++) {
        if (!is_language_tag(c->key))
            return problems_add(r->problems, &c->key_at, "such as:  {en: Day, de: Tag, pt-BR: Dia}",
                                "\"%s\" is no language", yaml_show(r->arena, c->key));
        if (c->kind != YAML_SCALAR || yaml_is_null(c) || n == MAX_LANGUAGES)
            return problems_add(r->problems, &c->at, "write a text for each language",
                                "\"%s\" has no text in \"%s\"", f->key, c->key);
    }
    if (several ? n == 0 : node->kind != YAML_SCALAR)
        return problems_add(r->problems, &node->at, f->help,
                            "\"%s\" must be a text, or one for each language:  {en: Day, de: Tag}",
                            f->key);
    struct label *label = arena_alloc(r->arena, sizeof(*label));
    struct label_text *texts = arena_alloc(r->arena, (n + 1) * sizeof(*texts));
    *label = (struct label){texts, several ? n : 1};
    texts[0].text = node->text;
    n = 0;
    for (const struct yaml_node *c = several ? node->first : NULL; c; c = c->next)
        texts[n++] = (struct label_text){c->key, c->text};
    memcpy(r->out + f->offset, &label, sizeof(label));
    return 0;
}

static int store(const struct reading *r, const struct field *f, const struct yaml_node *node)
{
    if (f->type == FIELD_NODE) {
        memcpy(r->out + f->offset, &node, sizeof(node));
        return 0;
    }
    if (f->type == FIELD_LABEL && !yaml_is_null(node))
        return store_label(r, f, node);
    if (node->kind != YAML_SCALAR)
        return problems_add(r->problems, &node->at, f->help, "\"%s\" must be one value, not %s",
                            f->key, kind_in_words(node));
    if (yaml_is_null(node))
        return problems_add(r->problems, &node->key_at, "write a value, or remove the line",
                            "\"%s\" in %s has no value", f->key, r->what);
    return store_scalar(r, f, node);
}

/* ---- mappings ---- */

static int unknown_key(const struct reading *r, const struct yaml_node *node)
{
    size_t n = 0;
    if (r->problems->n >= LIMIT_PROBLEMS) /* counted, but not shown: not worth the search */
        return problems_add(r->problems, &node->key_at, NULL, "unknown key");
    while (r->table[n].key)
        n++;
    const char **keys = arena_alloc(r->arena, (n + 1) * sizeof(*keys));
    for (size_t i = 0; i < n; i++)
        keys[i] = r->table[i].key;
    return problems_add(r->problems, &node->key_at,
                        arena_printf(r->arena, "known keys: %s", join(r->arena, keys, n)),
                        "unknown key \"%s\" in %s%s", yaml_show(r->arena, node->key), r->what,
                        fields_did_you_mean(r->arena, node->key, keys, n));
}

static int store_default(const struct reading *r, const struct field *f,
                         const struct yaml_node *mapping)
{
    const struct place *at = mapping->key ? &mapping->key_at : &mapping->at;
    if (f->required)
        return problems_add(r->problems, at, f->help, "\"%s\" is missing in %s", f->key, r->what);
    if (!f->fallback || f->type == FIELD_NODE)
        return 0;
    const struct yaml_node node = {.kind = YAML_SCALAR, .at = *at, .text = f->fallback};
    return store_scalar(r, f, &node);
}

static const struct field *find(const struct field *table, const char *key)
{
    for (; table->key; table++) {
        if (strcmp(table->key, key) == 0)
            return table;
    }
    return NULL;
}

static int read_table(const struct reading *r, const struct yaml_node *mapping, bool open)
{
    int rc = fields_need_mapping(mapping, r->what, NULL, r->problems);
    if (rc != 0)
        return rc;
    for (const struct yaml_node *c = mapping->first; c; c = c->next) {
        const struct field *f = find(r->table, c->key);
        if (f ? store(r, f, c) != 0 : !open && unknown_key(r, c) != 0)
            rc = -1;
    }
    for (const struct field *f = r->table; f->key; f++) {
        if (!yaml_get(mapping, f->key) && store_default(r, f, mapping) != 0)
            rc = -1;
    }
    return rc;
}

int fields_read(const struct yaml_node *mapping, const char *what, const struct field *table,
                void *out, struct arena *arena, struct problems *problems)
{
    const struct reading r = {what, table, out, arena, problems};
    return read_table(&r, mapping, false);
}

int fields_read_known(const struct yaml_node *mapping, const char *what, const struct field *table,
                      void *out, struct arena *arena, struct problems *problems)
{
    const struct reading r = {what, table, out, arena, problems};
    return read_table(&r, mapping, true);
}

int fields_need_mapping(const struct yaml_node *node, const char *what, const char *example,
                        struct problems *problems)
{
    if (node->kind == YAML_MAPPING)
        return 0;
    if (!example)
        example = "write \"key: value\", one on each line, indented below its name";
    return problems_add(problems, &node->at, example, "%s must be a mapping, not %s", what,
                        yaml_is_null(node) ? "empty" : kind_in_words(node));
}

int fields_read_list(const struct yaml_node *node, const char *what, struct arena *arena,
                     const struct fields_item **items, size_t *n, struct problems *problems)
{
    if (!node) {
        *items = NULL;
        *n = 0;
        return 0;
    }
    if (node->kind != YAML_SEQUENCE)
        return problems_add(problems, &node->at, "write a list: [one, two]",
                            "%s must be a list, not %s", what, kind_in_words(node));
    enum { MAX_ITEMS = 1000 };
    int rc = 0;
    size_t count = 0, max = 0;
    for (const struct yaml_node *c = node->first; c; c = c->next)
        max++;
    if (max > MAX_ITEMS)
        return problems_add(problems, &node->at, NULL, "%s is longer than %d", what, MAX_ITEMS);
    struct fields_item *list = arena_alloc(arena, (max + 1) * sizeof(*list));
    for (const struct yaml_node *c = node->first; c; c = c->next) {
        if (c->kind != YAML_SCALAR || yaml_is_null(c) || !*c->text) {
            rc = problems_add(problems, &c->at, NULL, "%s must be a list of names", what);
            continue;
        }
        bool twice = false;
        for (size_t i = 0; i < count && !twice; i++)
            twice = strcmp(list[i].text, c->text) == 0;
        if (twice)
            rc = problems_add(problems, &c->at, "keep one of the two", "\"%s\" stands twice in %s",
                              yaml_show(arena, c->text), what);
        else
            list[count++] = (struct fields_item){c->text, c->at};
    }
    *items = list;
    *n = count;
    return rc;
}
