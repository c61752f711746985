#include "config/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/limits.h"
#include "tests/unit/expect.h"

static struct yaml_node *read_text(struct arena *arena, const char *text, struct problems *p)
{
    return yaml_read_text(arena, "test.yaml", text, strlen(text), p);
}

static void refused(const char *text, size_t len, const char *expected)
{
    struct arena arena = {0};
    struct problems p = {0};
    ck_assert_msg(!yaml_read_text(&arena, "test.yaml", text, len, &p), "accepted: %.200s", text);
    expect_problems(&p, expected, text);
    arena_release(&arena);
}

START_TEST(tree)
{
    struct arena arena = {0};
    struct problems p = {0};
    struct yaml_node *root = read_text(&arena,
                                       "a: 1\n"
                                       "list:\n"
                                       "  - x\n"
                                       "  - {k: 'v w', n: null}\n"
                                       "\"quoted key\": \"\"\n"
                                       "empty:\n",
                                       &p);
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(root->kind, YAML_MAPPING);
    ck_assert_ptr_null(root->key);
    ck_assert_str_eq(yaml_get(root, "a")->text, "1");
    const struct yaml_node *list = yaml_get(root, "list");
    ck_assert_int_eq(list->kind, YAML_SEQUENCE);
    ck_assert_str_eq(list->first->text, "x");
    ck_assert_ptr_null(list->first->key);
    const struct yaml_node *map = list->first->next;
    ck_assert_str_eq(yaml_get(map, "k")->text, "v w");
    ck_assert(yaml_get(map, "k")->quoted);
    ck_assert(yaml_is_null(yaml_get(map, "n")));
    ck_assert_ptr_null(map->next);
    ck_assert(!yaml_is_null(yaml_get(root, "quoted key")));
    ck_assert(yaml_is_null(yaml_get(root, "empty")));
    ck_assert(!yaml_is_null(list));
    ck_assert_ptr_null(yaml_get(root, "nothing"));
    ck_assert_ptr_null(yaml_get(list, "a"));
    ck_assert_ptr_null(yaml_get(NULL, "a"));
    expect_problems(&p, "", "");
    arena_release(&arena);
}
END_TEST

/* What a scalar means is decided by who asks: nothing is turned into a number or a flag here. */
START_TEST(scalars_stay_text)
{
    static const char *const texts[] = {"no",  "012", "1:30",  "1e3",  "0x1F", "2026-11-23",
                                        "yes", "off", "1_000", ".inf", "=",    "Norway"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct arena arena = {0};
        struct problems p = {0};
        const char *text = arena_printf(&arena, "k: %s\n", texts[i]);
        ck_assert_str_eq(yaml_get(read_text(&arena, text, &p), "k")->text, texts[i]);
        arena_release(&arena);
    }
}
END_TEST

START_TEST(nulls)
{
    static const struct {
        const char *text;
        bool null;
    } cases[] = {{"k:", true},           {"k: ~", true},    {"k: null", true},
                 {"k: NULL", true},      {"k: Null", true}, {"k: ''", false},
                 {"k: \"null\"", false}, {"k: nil", false}, {"k: []", false},
                 {"k: |\n  null", false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct problems p = {0};
        const struct yaml_node *k = yaml_get(read_text(&arena, cases[i].text, &p), "k");
        ck_assert_msg(yaml_is_null(k) == cases[i].null, "%s", cases[i].text);
        arena_release(&arena);
    }
}
END_TEST

/* Where nodes, keys and texts stand: `k` is always the key that is looked at. */
START_TEST(places)
{
    static const struct {
        const char *text;
        unsigned at[2], text_at[2], key_at[2];
    } cases[] = {
        {"k: v", {1, 4}, {1, 4}, {1, 1}},
        {"a: 1\nk:   'v'", {2, 6}, {2, 7}, {2, 1}},
        {"k: \"v\"", {1, 4}, {1, 5}, {1, 1}},
        {"k: |\n  SELECT 1\n  FROM t\n", {1, 4}, {2, 3}, {1, 1}},
        {"a: 1\nk: |\n      SELECT 1\n", {2, 4}, {3, 7}, {2, 1}},
        {"k: >-\n   folded\n   text\n", {1, 4}, {2, 4}, {1, 1}},
        {"k: |   # why\n  SELECT 1\n", {1, 4}, {2, 3}, {1, 1}},
        {"k: |2\n    indented more\n", {1, 4}, {2, 3}, {1, 1}},
        {"k: |+\n\n\n  two empty lines first\n", {1, 4}, {2, 3}, {1, 1}},
        {"k: |\r\n  SELECT 1\r\n  FROM t\r\n", {1, 4}, {2, 3}, {1, 1}},
        {"k: |\n", {1, 4}, {2, 1}, {1, 1}},
        {"k:\n    v", {2, 5}, {2, 5}, {1, 1}},
        {"k: {x: 1}", {1, 4}, {1, 4}, {1, 1}},
        {"k:\n  x: 1", {2, 3}, {2, 3}, {1, 1}},
        {"k:\n  - 1", {2, 3}, {2, 3}, {1, 1}},
        /* Columns are bytes: an umlaut and an emoji before, in a flow and in a plain text. */
        {"{ä: ü, k: v}", {1, 13}, {1, 13}, {1, 10}},
        {"# 😀\n{😀: 1, k: 'v'}", {2, 14}, {2, 15}, {2, 11}},
        {"\xef\xbb\xbfk: v", {1, 4}, {1, 4}, {1, 1}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct problems p = {0};
        struct yaml_node *root = read_text(&arena, cases[i].text, &p);
        expect_problems(&p, "", cases[i].text);
        const struct yaml_node *k = yaml_get(root, "k");
        const struct place *have[] = {&k->at, &k->text_at, &k->key_at};
        const unsigned *want[] = {cases[i].at, cases[i].text_at, cases[i].key_at};
        for (size_t w = 0; w < 3; w++) {
            ck_assert_msg(have[w]->line == want[w][0] && have[w]->column == want[w][1],
                          "%s: place %zu is %u:%u, not %u:%u", cases[i].text, w, have[w]->line,
                          have[w]->column, want[w][0], want[w][1]);
            ck_assert_str_eq(have[w]->file, "test.yaml");
        }
        arena_release(&arena);
    }
}
END_TEST

static const struct {
    const char *text, *expected;
} bad[] = {
    {"", "0:0 the file is empty"},
    {"# only a comment\n", "0:0 the file is empty"},
    {"---\n", "0:0 the file is empty"},
    {"---\n...\n", "0:0 the file is empty"},
    /* What libyaml would accept. */
    {"a: 1\nb: 2\na: 3\n", "3:1 key \"a\" already stands in line 1"},
    {"x: {a: 1, \"a\": 2}\n", "1:11 key \"a\" already stands in line 1"},
    {"a: 1\na: 2\na: 3\n", "2:1 key \"a\" already stands in line 1\n3:1 already stands in line 2"},
    {"a: &x 1\n", "1:4 anchors (&name)"},
    {"a: &x {b: 1}\nc: &y [1]\n", "1:4 anchors\n2:4 anchors"},
    {"a: *x\n", "1:4 aliases (*name)"},
    {"a: &x 1\nb: *x\n", "1:4 anchors\n2:4 aliases"},
    {"a: &a [*a]\n", "1:4 anchors\n1:8 aliases"},
    {"*x : 1\n", "1:1 aliases"},
    {"&x a: 1\n", "1:1 anchors"},
    {"a: !!str 1\n", "1:4 tags (!name)"},
    {"a: !secret x\nb: ! y\n", "1:4 tags\n2:4 tags"},
    {"a: !x {b: 1}\nc: !y [1]\n", "1:4 tags\n2:4 tags"},
    {"a: {b: 1}\n<<: {c: 1}\n", "2:1 merge keys (<<)"},
    {"a: 1\n---\nb: 2\n", "2:1 a second document"},
    {"a: 1\n...\n---\nb: 2\n", "3:1 a second document"},
    {"%YAML 1.2\n---\na: 1\n", "1:1 directives"},
    {"%TAG ! tag:x,2026:\n---\na: 1\n", "1:1 directives"},
    {"a: \"x\\0y\"\n", "1:4 \"\\0\" can't stand in a text"},
    {"\"\\0\": 1\n", "1:1 \"\\0\" can't stand in a text"},
    {"? [a, b]\n: 1\n", "1:3 a key must be a text"},
    {"{{a: 1}: 2}\n", "1:2 a key must be a text"},
    /* What libyaml refuses, in words that help. */
    {"a:\n\tb: 1\n", "2:1 a tab can't be used for indentation"},
    {"a: b: c\n", "1:5 a second \": \" can't stand here"},
    {"a: 1\n  b: 2\n", "2:4 a second \": \" can't stand here"},
    {"a: 1\nb\nc: 2\n", "2:1 \": \" is missing after this key"},
    {"a: 1\nb:2\nc: 3\n", "2:1 with a blank after the colon"},
    {"a:\n  b: 1\n c: 2\n", "3:2 a key was expected here"},
    {"key: {tenant.id}/{job}\n", "1:17 in quotes as a whole"},
    {"a: \"x\" y\n", "1:8 a key was expected here"},
    {"a: [1, 2\nb: 3\n", "2:2 \",\" or \"]\" was expected here"},
    {"a: {b: 1\nc: [2]]\n", "2:2 \",\" or \"}\" was expected here"},
    {"a: {b: 1,\n", "2:1 a value was expected here"},
    {"a: \"x\nb: 1\n", "1:4 the quote that begins here is never closed"},
    {"a: 'x\n", "1:4 the quote that begins here is never closed"},
    {"a: \"x\n---\nb: 1\n", "1:4 the quote that begins here is never closed"},
    {"a: \"\\d\"\n", "1:5 no such escape"},
    {"a: @x\n", "1:4 text can't begin with @"},
    {"a: %x\n", "1:4 text can't begin with @ ` or %"},
    {"a: * b\n", "1:4 text can't begin with * or &"},
    {"a: - b\n", "1:4 a list item (\"- \") can't begin here"},
    {"a:\n  - b\n  c: 1\n", "3:3 a list item (\"- \") was expected here"},
    {"[1]\nx: 1\n", "2:1 nothing can follow here"},
    /* Characters. */
    {"a: \x01\n", "1:4 a control character"},
    {"a: b\x7f\n", "1:5 a control character"},
    {"a: b\xc2\x85\n", "1:5 a control character"},
    {"a: b\xe2\x80\xa8\n", "1:5 a Unicode line separator"},
    {"a: 1\rb: 2\n", "1:5 a carriage return without a line feed"},
    {"a: \xef\xbb\xbf\n", "1:4 a byte order mark can only stand at the beginning"},
    {"a: \xef\xbf\xbf\n", "1:4 are no characters"},
    {"ok: 1\na: x\xff\n", "2:5 the byte 0xff is not valid UTF-8"},
    {"a: \xc0\xaf\n", "1:4 the byte 0xc0 is not valid UTF-8"},
    {"a: \xed\xa0\x80\n", "1:4 is not valid UTF-8"},
    {"a: \xe2\x82", "1:4 is not valid UTF-8"},
    {"\xff\xfe"
     "a",
     "0:0 the file is UTF-16"},
    {"\xfe\xff"
     "a",
     "0:0 the file is UTF-16"},
};

START_TEST(refusals)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refused(bad[i].text, strlen(bad[i].text), bad[i].expected);
}
END_TEST

START_TEST(refuses_nul_bytes)
{
    refused("a: 1\nb: \0\n", 10, "2:4 a NUL byte");
    refused("a\0:\0 \0001\0", 8, "1:2 a NUL byte"); /* UTF-16 without a mark */
}
END_TEST

/* The names of keys come from the file: they must not be able to draw on a terminal. */
START_TEST(shows_texts_harmlessly)
{
    struct arena arena = {0};
    refused("\"a\\x1b[2J\": 1\n\"a\\x1b[2J\": 2\n", 28, "2:1 key \"a\\x1b[2J\" already stands");
    ck_assert_str_eq(yaml_show(&arena, "two\nlines"), "two\\x0alines");
    char text[500];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert_uint_lt(strlen(yaml_show(&arena, text)), 100);
    arena_release(&arena);
}
END_TEST

/* `n` times `unit`, between two texts; the caller frees it. */
static char *repeat(const char *before, const char *unit, size_t n, const char *after)
{
    size_t size = strlen(before) + strlen(unit) * n + strlen(after) + 1;
    char *text = malloc(size), *end = stpcpy(text, before);
    for (size_t i = 0; i < n; i++)
        end = stpcpy(end, unit);
    stpcpy(end, after);
    return text;
}

START_TEST(depth)
{
    struct arena arena = {0};
    struct problems p = {0};
    char *fits = repeat("", "[", LIMIT_YAML_DEPTH, "");
    char *closed = repeat(fits, "]", LIMIT_YAML_DEPTH, "");
    ck_assert_ptr_nonnull(read_text(&arena, closed, &p));
    expect_problems(&p, "", closed);
    char *deeper = repeat("", "[", LIMIT_YAML_DEPTH + 1, "");
    refused(deeper, strlen(deeper), "1:17 nested deeper than 16 levels");
    free(fits);
    free(closed);
    free(deeper);
    arena_release(&arena);
}
END_TEST

/*
 * libyaml alone takes a minute for the first of these. Each must be refused within seconds, or the
 * alarm ends the test.
 */
START_TEST(hostile_nesting)
{
    static const struct {
        const char *before, *unit, *expected;
    } cases[] = {
        {"", "[", "1:17 nested"},
        {"", "{", "1:2 a key must be a text"},
        {"", "[\n", "17:1 nested"},
        {"", "{a: ", "1:65 nested"},
        {"", "- ", "1:33 nested"},
        {"", "? ", "1:3 a key must be a text"},
        {"", "[a: ", "1:33 nested"},
        {"a: ", "[[],", "1:61 nested"},
        {"# \n", "[ # [[[[\n", "18:1 nested"},
    };
    alarm(10);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t n = 200 * 1024 / strlen(cases[i].unit);
        char *text = repeat(cases[i].before, cases[i].unit, n, "");
        refused(text, strlen(text), cases[i].expected);
        free(text);
    }
    alarm(0);
}
END_TEST

START_TEST(hostile_sizes)
{
    alarm(30);
    char *nodes = repeat("[", "a,", LIMIT_YAML_NODES + 10, "]");
    refused(nodes, strlen(nodes), "1:40000 more than 20000 values");
    char *big = repeat("a: ", "x", LIMIT_YAML_BYTES, "");
    refused(big, strlen(big), "0:0 larger than 256 KiB");
    /* All of one key: many problems, none of them slow. */
    struct arena arena = {0};
    struct problems p = {0};
    char *same = repeat("", "a: 1\n", LIMIT_YAML_NODES - 10, "");
    ck_assert_ptr_null(read_text(&arena, same, &p));
    ck_assert_uint_eq(p.n, LIMIT_PROBLEMS);
    ck_assert_uint_eq(p.nerrors, LIMIT_YAML_NODES - 11);
    problems_release(&p);
    /* Many values on one line, and lines without end: both are fine, if not slow. */
    char *line = repeat("{", "ä: 1,", 1, "b: [");
    char *wide = repeat(line, "ü,", LIMIT_YAML_NODES - 10, "]}");
    ck_assert_ptr_nonnull(read_text(&arena, wide, &p));
    char *lines = repeat("a: |\n", "\n", 200 * 1024, "  x\n");
    ck_assert_ptr_nonnull(read_text(&arena, lines, &p));
    problems_release(&p);
    arena_release(&arena);
    free(nodes);
    free(big);
    free(same);
    free(line);
    free(wide);
    free(lines);
    alarm(0);
}
END_TEST

START_TEST(files)
{
    struct arena arena = {0};
    struct problems p = {0};
    struct err e = {0};
    char path[LIMIT_PATH_BYTES];
    ck_ok(file_join(path, unit_temp_dir(), "some.yaml", &e), &e);
    ck_ok(file_write_durably(path, "a: 1\n", 5, 0644, &e), &e);
    const struct yaml_node *root = yaml_read_file(&arena, path, &p);
    ck_assert_str_eq(yaml_get(root, "a")->text, "1");
    ck_assert_str_eq(yaml_get(root, "a")->at.file, path);

    ck_assert_int_eq(chmod(path, 0664), 0);
    ck_assert_ptr_null(yaml_read_file(&arena, path, &p));
    expect_problems(&p, "0:0 can be written by others (mode 0664) | chmod go-w", path);
    ck_assert_int_eq(chmod(path, 0646), 0);
    ck_assert_ptr_null(yaml_read_file(&arena, path, &p));
    expect_problems(&p, "0:0 can be written by others", path);

    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(truncate(path, LIMIT_YAML_BYTES + 1), 0);
    ck_assert_ptr_null(yaml_read_file(&arena, path, &p));
    expect_problems(&p, "0:0 is larger than 262144 bytes", path);

    ck_assert_ptr_null(yaml_read_file(&arena, unit_temp_dir(), &p));
    expect_problems(&p, "0:0 is not a regular file", "the directory");
    ck_assert_ptr_null(yaml_read_file(&arena, "/nowhere/x.yaml", &p));
    expect_problems(&p, "0:0 No such file", "nowhere");
    arena_release(&arena);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        tree,  scalars_stay_text,      nulls,           places,        refusals, refuses_nul_bytes,
        depth, shows_texts_harmlessly, hostile_nesting, hostile_sizes, files,    NULL};
    return unit_main("yaml", tests);
}
