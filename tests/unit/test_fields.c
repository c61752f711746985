#include "config/fields.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/expect.h"

struct sample {
    const char *text, *literal, *name;
    int64_t integer, duration, size;
    bool flag;
    int choice;
    const struct yaml_node *node;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct field table[] = {
    {"text", FIELD_TEXT, offsetof(struct sample, text), .required = true, .help = "some text"},
    {"literal", FIELD_LITERAL, offsetof(struct sample, literal), .required = false},
    {"name", FIELD_NAME, offsetof(struct sample, name), .fallback = "nobody"},
    {"integer", FIELD_INTEGER, offsetof(struct sample, integer), .fallback = "7", .min = 1,
     .max = 100},
    {"duration", FIELD_DURATION, offsetof(struct sample, duration), .fallback = "30s", .min = 1000,
     .max = 7200000},
    {"size", FIELD_SIZE, offsetof(struct sample, size), .fallback = "5MiB", .min = 1,
     .max = 1024 * 1024 * 1024},
    {"flag", FIELD_BOOLEAN, offsetof(struct sample, flag), .fallback = "true"},
    {"choice", FIELD_CHOICE, offsetof(struct sample, choice), .fallback = "green",
     .choices = colours},
    {"node", FIELD_NODE, offsetof(struct sample, node), .required = false},
    {0},
};

/* Reads `text`, expects the problems, and returns what came of it. */
static int read_sample(const char *text, struct sample *out, struct arena *arena,
                       const char *expected)
{
    struct problems p = {0};
    const struct yaml_node *root = yaml_read_text(arena, "test.yaml", text, strlen(text), &p);
    ck_assert_msg(root != NULL, "bad YAML: %s", text);
    int rc = fields_read(root, "the sample", table, out, arena, &p);
    ck_assert_int_eq(rc, *expected ? -1 : 0);
    expect_problems(&p, expected, text);
    return rc;
}

START_TEST(reads_all_types)
{
    struct arena arena = {0};
    struct sample s = {0};
    read_sample("text: hello\nliteral: '${HOME}'\nname: a-1_b\ninteger: 100\nduration: 2h\n"
                "size: 64KiB\nflag: off\nchoice: blue\nnode: [1]\n",
                &s, &arena, "");
    ck_assert_str_eq(s.text, "hello");
    ck_assert_str_eq(s.literal, "${HOME}");
    ck_assert_str_eq(s.name, "a-1_b");
    ck_assert_int_eq(s.integer, 100);
    ck_assert_int_eq(s.duration, 7200000);
    ck_assert_int_eq(s.size, 65536);
    ck_assert(!s.flag);
    ck_assert_int_eq(s.choice, 2);
    ck_assert_int_eq(s.node->kind, YAML_SEQUENCE);
    arena_release(&arena);
}
END_TEST

START_TEST(defaults)
{
    struct arena arena = {0};
    struct sample s = {.literal = "as it was"};
    read_sample("text: ''\n", &s, &arena, "");
    ck_assert_str_eq(s.text, "");
    ck_assert_str_eq(s.literal, "as it was");
    ck_assert_str_eq(s.name, "nobody");
    ck_assert_int_eq(s.integer, 7);
    ck_assert_int_eq(s.duration, 30000);
    ck_assert_int_eq(s.size, 5 * 1024 * 1024);
    ck_assert(s.flag);
    ck_assert_int_eq(s.choice, 1);
    ck_assert_ptr_null(s.node);
    arena_release(&arena);
}
END_TEST

static const struct {
    const char *text, *expected;
} bad[] = {
    {"text: x\nintegr: 5\n",
     "2:1 unknown key \"integr\" in the sample (did you mean \"integer\"?)"},
    {"text: x\nintegr: 5\n", "2:1 known keys: text, literal, name, integer, duration"},
    {"text: x\nzzzzzz: 5\n", "2:1 unknown key \"zzzzzz\" in the sample |"},
    {"text: x\nText: y\n", "2:1 (did you mean \"text\"?)"},
    {"name: x\n", "1:1 \"text\" is missing in the sample | some text"},
    {"text:\n", "1:1 \"text\" in the sample has no value"},
    {"text: null\n", "1:1 \"text\" in the sample has no value | write a value, or remove the line"},
    {"text: [a]\n", "1:7 \"text\" must be one value, not a list | some text"},
    {"text: {a: b}\n", "1:7 must be one value, not a mapping"},
    {"text: x\nname: Ümlaut\n",
     "2:7 \"name\" must be a name of a-z, 0-9, - and _ (at most 64), not "
     "\"Ümlaut\""},
    {"text: x\ninteger: 0\n", "2:10 \"integer\" must be a whole number from 1 to 100, not \"0\""},
    {"text: x\ninteger: 101\n", "2:10 from 1 to 100"},
    {"text: x\ninteger: 1.0\n", "2:10 a whole number"},
    {"text: x\ninteger: 1e1\n", "2:10 a whole number"},
    {"text: x\ninteger: 0x10\n", "2:10 a whole number"},
    {"text: x\ninteger: ten\n", "2:10 a whole number"},
    {"text: x\ninteger: 99999999999999999999\n", "2:10 a whole number"},
    {"text: x\nduration: 30\n", "2:11 must be a duration such as 30s, 5m, 2h from 1s to 2h, not "
                                "\"30\""},
    {"text: x\nduration: 3h\n", "2:11 from 1s to 2h"},
    {"text: x\nduration: 1 m\n", "2:11 a duration such as"},
    {"text: x\nsize: 5MB\n", "2:7 a size such as 64KiB, 5MiB, 1GiB from 1 to 1GiB, not \"5MB\""},
    {"text: x\nflag: maybe\n", "2:7 \"flag\" must be true or false, not \"maybe\""},
    {"text: x\nflag: True\n", "2:7 must be true or false"},
    {"text: x\nchoice: gren\n", "2:9 \"choice\" can't be \"gren\" (did you mean \"green\"?) | one "
                                "of: red, green, blue"},
    {"text: x\nchoice: 1\n", "2:9 \"choice\" can't be \"1\" | one of"},
    /* All of it at once, in the order of the file. */
    {"txt: x\ninteger: no\nflag: 2\nduration: []\n",
     "1:1 unknown key \"txt\"\n1:1 \"text\" is missing\n2:10 a whole number\n3:7 true or "
     "false\n4:11 must be one value"},
    {"just text\n", "1:1 the sample must be a mapping, not a text"},
    {"- a\n- b\n", "1:1 the sample must be a mapping, not a list"},
    {"null\n", "1:1 the sample must be a mapping, not empty"},
};

START_TEST(refusals)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct arena arena = {0};
        struct sample s = {.integer = -1};
        read_sample(bad[i].text, &s, &arena, bad[i].expected);
        arena_release(&arena);
    }
}
END_TEST

/* A nested mapping's missing key is reported where the mapping is named. */
START_TEST(place_of_a_missing_key)
{
    struct arena arena = {0};
    struct problems p = {0};
    struct sample s = {0};
    const char *text = "a: 1\nouter:\n    name: x\n";
    const struct yaml_node *root = yaml_read_text(&arena, "f", text, strlen(text), &p);
    ck_assert_int_eq(fields_read(yaml_get(root, "outer"), "outer", table, &s, &arena, &p), -1);
    expect_problems(&p, "2:1 \"text\" is missing in outer", text);
    arena_release(&arena);
}
END_TEST

START_TEST(known_keys_only)
{
    struct arena arena = {0};
    struct problems p = {0};
    struct sample s = {0};
    const char *text = "text: x\nwhatever: [1, 2]\n";
    const struct yaml_node *root = yaml_read_text(&arena, "f", text, strlen(text), &p);
    ck_assert_int_eq(fields_read_known(root, "it", table, &s, &arena, &p), 0);
    ck_assert_str_eq(s.text, "x");
    expect_problems(&p, "", text);
    arena_release(&arena);
}
END_TEST

START_TEST(environment)
{
    static const struct {
        const char *written, *read;
    } cases[] = {
        {"${FIELDS_A}", "alpha"},
        {"<${FIELDS_A}-${FIELDS_A}>", "<alpha-alpha>"},
        {"${FIELDS_A:-other}", "alpha"},
        {"${FIELDS_NONE:-other one}", "other one"},
        {"${FIELDS_NONE:-}", ""},
        {"${FIELDS_EMPTY:-other}", "other"},
        {"${FIELDS_EMPTY}", ""},
        {"$${FIELDS_A}", "${FIELDS_A}"},
        {"$FIELDS_A $$ $", "$FIELDS_A $$ $"},
        {"{a} $(b) }", "{a} $(b) }"},
        {"${FIELDS_LOOP}", "${FIELDS_LOOP}"}, /* what was expanded is not expanded again */
    };
    setenv("FIELDS_A", "alpha", 1);
    setenv("FIELDS_EMPTY", "", 1);
    setenv("FIELDS_LOOP", "${FIELDS_LOOP}", 1);
    unsetenv("FIELDS_NONE");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct sample s = {0};
        read_sample(arena_printf(&arena, "text: '%s'\n", cases[i].written), &s, &arena, "");
        ck_assert_str_eq(s.text, cases[i].read);
        arena_release(&arena);
    }
}
END_TEST

START_TEST(environment_in_numbers)
{
    struct arena arena = {0};
    struct sample s = {0};
    setenv("FIELDS_N", "42", 1);
    read_sample("text: x\ninteger: ${FIELDS_N}\n", &s, &arena, "");
    ck_assert_int_eq(s.integer, 42);
    /* A wrong value is not shown: it may be a secret that went into the wrong variable. */
    setenv("FIELDS_N", "hunter2", 1);
    read_sample("text: x\ninteger: ${FIELDS_N}\n", &s, &arena, "2:10 not \"${FIELDS_N}\"");
    arena_release(&arena);
}
END_TEST

START_TEST(environment_refusals)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"text: ${FIELDS_NONE}\n", "1:7 the environment variable \"FIELDS_NONE\" is not set | set "
                                   "it, or write ${NAME:-default}"},
        {"text: \"a ${\"\n", "1:8 a reference to the environment that is not complete"},
        {"text: '${}'\n", "1:8 not complete"},
        {"text: '${A'\n", "1:8 not complete"},
        {"text: '${A B}'\n", "1:8 not complete"},
        {"text: '${A:default}'\n", "1:8 write ${NAME} or ${NAME:-default}; a plain ${ is written "
                                   "$${"},
        {"text: ${FIELDS_BYTES}\n", "1:7 \"FIELDS_BYTES\" is not valid UTF-8"},
    };
    unsetenv("FIELDS_NONE");
    setenv("FIELDS_BYTES", "a\xff", 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct sample s = {0};
        read_sample(cases[i].text, &s, &arena, cases[i].expected);
        arena_release(&arena);
    }
}
END_TEST

START_TEST(lists)
{
    static const struct {
        const char *text, *expected;
        size_t n;
    } cases[] = {
        {"[a, b]", "", 2},
        {"[]", "", 0},
        {"a", "1:1 the list must be a list, not a text | write a list: [one, two]", 0},
        {"{a: b}", "1:1 the list must be a list, not a mapping", 0},
        {"[a, b, a]", "1:8 \"a\" stands twice in the list", 2},
        {"[a, [b], '', null]",
         "1:5 must be a list of names\n1:10 must be a list of names\n1:14 must "
         "be a list of names",
         1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct problems p = {0};
        const struct fields_item *items = NULL;
        size_t n = 0;
        const struct yaml_node *node =
            yaml_read_text(&arena, "f", cases[i].text, strlen(cases[i].text), &p);
        int rc = fields_read_list(node, "the list", &arena, &items, &n, &p);
        ck_assert_int_eq(rc, *cases[i].expected ? -1 : 0);
        ck_assert_uint_eq(n, cases[i].n);
        if (n)
            ck_assert_str_eq(items[0].text, "a");
        expect_problems(&p, cases[i].expected, cases[i].text);
        arena_release(&arena);
    }
    const struct fields_item *items;
    size_t n = 9;
    ck_assert_int_eq(fields_read_list(NULL, "none", NULL, &items, &n, NULL), 0);
    ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(did_you_mean)
{
    static const char *const words[] = {"tenant", "through", "shared", "on", "hide"};
    static const struct {
        const char *word, *said;
    } cases[] = {
        {"tenent", " (did you mean \"tenant\"?)"},
        {"thru", ""},
        {"hid", " (did you mean \"hide\"?)"},
        {"share", " (did you mean \"shared\"?)"},
        {"x", ""},
        {"", ""},
        {"something else", ""},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(fields_did_you_mean(&arena, cases[i].word, words, 5), cases[i].said);
    ck_assert_str_eq(fields_did_you_mean(&arena, "tenant", NULL, 0), "");
    arena_release(&arena);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {reads_all_types,
                                  defaults,
                                  refusals,
                                  place_of_a_missing_key,
                                  known_keys_only,
                                  environment,
                                  environment_in_numbers,
                                  environment_refusals,
                                  lists,
                                  did_you_mean,
                                  NULL};
    return unit_main("fields", tests);
}
