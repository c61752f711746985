/* Key templates: a template that was accepted gives each tenant keys of its own, below no other. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static bool has_dots(const char *key)
{
    return key[0] == '/' || strncmp(key, "../", 3) == 0 || strstr(key, "/../") ||
           strstr(key, "//") || strstr(key, "/./") || strchr(key, '{');
}

/* Two tasks of two tenants, chosen so that their parts read alike when they run together. */
static void check_apart(const char *template)
{
    static const struct name_values tasks[] = {{"a", "b-c", "2026", "f", 1},
                                               {"a-b", "c", "2026", "f", 1},
                                               {"a-b-c", "c", "2026", "f", 1},
                                               {"2026", "a", "2026", "f", 1},
                                               {"f", "a", "2026", "2026", 1}};
    enum { N = sizeof(tasks) / sizeof(tasks[0]) };
    static char keys[N][LIMIT_KEY_BYTES];
    struct err e = {0};
    for (size_t i = 0; i < N; i++) {
        must(name_expand(template, &tasks[i], keys[i], &e) == 0);
        must(!has_dots(keys[i]));
        for (size_t k = 0; k < i; k++)
            must(strcmp(keys[i], keys[k]) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problems problems = {0};
    struct place at = {"fuzz.yaml", 1, 1};
    char *text = malloc(size + 1);
    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    name_check_template(text, &at, true, &problems);
    if (name_check_template(text, &at, false, &problems) == 0)
        check_apart(text);
    struct name_values values = {text, "job", "2026", "f", 1};
    char key[LIMIT_KEY_BYTES];
    struct err e = {0};
    if (name_expand("{tenant.id}/{file}", &values, key, &e) == 0)
        must(size == 0 || *text == '\0' || name_is_tenant_id(text));
    values.tenant_id = "t";
    values.file = text;
    if (name_expand("{tenant.id}/{file}", &values, key, &e) == 0)
        must(strncmp(key, "t/", 2) == 0 && !has_dots(key));
    problems_release(&problems);
    free(text);
    return 0;
}
