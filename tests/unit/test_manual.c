#include "tests/unit/unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "jobs/job.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "runner/commands/commands.h"

static struct arena pages;

/* A file of the source tree, whole; it may be written to. */
static char *source(const char *name)
{
    struct buf text;
    char path[LIMIT_PATH_BYTES];
    struct err e;
    const char *root = getenv("PRESSRUN_SOURCE_DIR");
    ck_assert_ptr_nonnull(root);
    ck_ok(file_join(path, root, name, &e), &e);
    buf_init(&text, 1 << 20);
    ck_ok(file_read(path, FILE_ANY, &text, &e), &e);
    char *copy = arena_strdup(&pages, text.data);
    buf_release(&text);
    return copy;
}

/* As a word of its own: "sql" in "mysql" is no mention. */
static bool mentions(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = text; (p = strstr(p, word)) != NULL; p += len) {
        bool before = p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '_');
        bool after = !(isalnum((unsigned char)p[len]) || p[len] == '_');
        if (before && after)
            return true;
    }
    return false;
}

static void check_fields(const struct field *fields, const char *section, const char *page)
{
    const char *text = source(page);
    for (const struct field *f = fields; f->key; f++)
        ck_assert_msg(mentions(text, f->key), "%s does not mention %s of %s", page, f->key,
                      section);
    ck_assert(!mentions(text, "no_such_key"));
}

static void check_sections(const struct fields_section *sections, const char *page)
{
    for (; sections->name; sections++)
        check_fields(sections->fields, sections->name, page);
}

START_TEST(every_key_is_in_the_manual)
{
    check_sections(config_sections, "docs/pressrun.yaml.5");
    check_sections(job_sections, "docs/pressrun-job.5");
    for (size_t i = 0; destination_kind_at(i); i++)
        check_fields(destination_kind_at(i)->fields, destination_kind_at(i)->name,
                     "docs/pressrun.yaml.5");
}
END_TEST

START_TEST(every_command_and_option_is_in_the_manual)
{
    const char *text = source("docs/pressrun.1");
    for (size_t i = 0; command_at(i); i++) {
        ck_assert_msg(mentions(text, command_at(i)->name), "%s", command_at(i)->name);
        /* mdoc writes "--name" as "Fl -name"; help texts show "--name" in their option lists. */
        for (const char *p = command_at(i)->help; (p = strstr(p, ", --")) != NULL; p += 4) {
            char word[40];
            snprintf(word, sizeof(word), "-%.*s", (int)strspn(p + 4, "abcdefghijklmnopqrstuvwxyz-"),
                     p + 4);
            ck_assert_msg(strstr(text, word) != NULL, "%s: -%s", command_at(i)->name, word);
        }
    }
}
END_TEST

START_TEST(every_function_is_in_the_manual)
{
    char *functions = source("jobs/sql_functions.c");
    const char *text = source("docs/pressrun-job.5");
    char *end = strstr(functions, "static int compare");
    size_t n = 0;
    ck_assert_ptr_nonnull(end);
    *end = '\0';
    for (char *p = functions; (p = strchr(p, '"')) != NULL; n++) {
        char *close = strchr(p + 1, '"');
        *close = '\0';
        if (isupper((unsigned char)p[1]))
            ck_assert_msg(mentions(text, p + 1), "%s", p + 1);
        p = close + 1;
    }
    ck_assert_uint_gt(n, 200);
}
END_TEST

int main(void)
{
    return unit_main("manual", (const TTest *const[]){
                                   every_key_is_in_the_manual,
                                   every_command_and_option_is_in_the_manual,
                                   every_function_is_in_the_manual,
                                   NULL,
                               });
}
