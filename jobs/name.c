#include "jobs/name.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/parse.h"

static const char id_bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
/* What a template may hold itself. No @, so that no template can imitate NAME_PLATFORM. */
static const char template_bytes[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.=/";

enum { REVISION_BYTES = 16 };

enum part { PART_TENANT, PART_JOB, PART_PERIOD, PART_FILE, PART_NONE };
static const char *const parts[] = {"{tenant.id}", "{job}", "{period}", "{file}"};

bool name_is_tenant_id(const char *id)
{
    size_t len = strlen(id);
    return len > 0 && len <= LIMIT_TENANT_ID_BYTES && strspn(id, id_bytes) == len;
}

/* The placeholder that stands at `s`. */
static enum part part_at(const char *s)
{
    for (int i = 0; i < PART_NONE; i++) {
        if (strncmp(s, parts[i], strlen(parts[i])) == 0)
            return (enum part)i;
    }
    return PART_NONE;
}

static int refuse(struct problems *problems, const struct place *at, const char *template,
                  const char *hint, const char *why)
{
    return problems_add(problems, at, hint, "key template \"%.200s\" %s", template, why);
}

/* Placeholders and plain characters, nothing else. Counts the placeholders. */
static int check_parts(const char *template, const struct place *at, unsigned counts[PART_NONE],
                       struct problems *problems)
{
    for (const char *s = template; *s;) {
        enum part part = part_at(s);
        if (part != PART_NONE) {
            counts[part]++;
            s += strlen(parts[part]);
        } else if (*s == '{' || *s == '}') {
            return refuse(problems, at, template,
                          "the placeholders are {tenant.id} {job} {period} {file}",
                          "has a placeholder that is not known");
        } else if (!strchr(template_bytes, *s)) {
            return refuse(problems, at, template,
                          "it is made of A-Z a-z 0-9 _ - . = / and placeholders",
                          "has a character that keys should not have");
        } else {
            s++;
        }
    }
    return 0;
}

/* Slashes at the ends, empty segments, "." and "..": ways out of a prefix on some stores. */
static bool has_bad_segment(const char *key)
{
    for (const char *s = key;; s++) {
        size_t len = strcspn(s, "/");
        if (len == 0 || (len == 1 && s[0] == '.') || (len == 2 && s[0] == '.' && s[1] == '.'))
            return true;
        s += len;
        if (*s == '\0')
            return false;
    }
}

/* With another placeholder beside it, "a" + "-b" and "a-b" + "" would be one key. */
static bool tenant_shares_segment(const char *template)
{
    const char *s = strstr(template, parts[PART_TENANT]);
    const char *from = s, *to = s + strlen(parts[PART_TENANT]);
    while (from > template && from[-1] != '/')
        from--;
    to += strcspn(to, "/");
    for (const char *p = from; p < to; p++) {
        if (*p == '{' && p != s)
            return true;
    }
    return false;
}

int name_check_template(const char *template, const struct place *at, bool platform,
                        struct problems *problems)
{
    unsigned counts[PART_NONE] = {0};
    if (check_parts(template, at, counts, problems) != 0)
        return -1;
    size_t len = strlen(template), end = strlen(parts[PART_FILE]);
    if (strlen(template) >= LIMIT_KEY_BYTES / 2)
        return refuse(problems, at, template, "at most 511 bytes", "is too long");
    if (len < end || strcmp(template + len - end, parts[PART_FILE]) != 0 || counts[PART_FILE] != 1)
        return refuse(problems, at, template, "for example {tenant.id}/{job}/{period}/{file}",
                      "must end in {file}");
    if (counts[PART_TENANT] == 0 && !platform)
        return refuse(problems, at, template, "for example {tenant.id}/{job}/{period}/{file}",
                      "must hold {tenant.id}, or tenants would overwrite each other's files");
    if (counts[PART_JOB] == 0)
        return refuse(problems, at, template, "for example {tenant.id}/{job}/{period}/{file}",
                      "must hold {job}, or the manifests of two jobs would replace each other");
    if (has_bad_segment(template))
        return refuse(problems, at, template,
                      "no / at the ends, no // and no segment of dots alone",
                      "has an empty segment, \".\" or \"..\"");
    if (counts[PART_TENANT] && tenant_shares_segment(template))
        return refuse(problems, at, template, "put a / between {tenant.id} and the next",
                      "has {tenant.id} in one segment with another placeholder");
    return 0;
}

/* What we put into a key ourselves: a word of plain characters that does not begin with a dot. */
static bool is_safe_part(const char *s)
{
    size_t len = strlen(s);
    return len > 0 && s[0] != '.' && strchr(s, '/') == NULL && strspn(s, template_bytes) == len;
}

static const char *value_of(const struct name_values *values, enum part part)
{
    switch (part) {
    case PART_TENANT:
        return *values->tenant_id ? values->tenant_id : NAME_PLATFORM;
    case PART_JOB:
        return values->job;
    case PART_PERIOD:
        return values->period;
    case PART_FILE:
        return values->file;
    case PART_NONE:
        break;
    }
    return NULL;
}

static int check_values(const struct name_values *values, struct err *e)
{
    if (*values->tenant_id && !name_is_tenant_id(values->tenant_id))
        return err_set(e, ERR_INTERNAL, "the tenant's id can't be part of a key");
    if (!is_safe_part(values->job) || !is_safe_part(values->period) || !is_safe_part(values->file))
        return err_set(e, ERR_INTERNAL, "\"%.64s\", \"%.64s\" or \"%.200s\" can't be part of a key",
                       values->job, values->period, values->file);
    return 0;
}

/* A newer revision gets a folder of its own where nothing may be replaced. */
static void add_revision(char *key, size_t size, size_t *n, int revision)
{
    if (revision > 1)
        *n += (size_t)snprintf(key + *n, size - *n, "r%d/", revision);
}

int name_expand(const char *template, const struct name_values *values, char *out, struct err *e)
{
    char key[LIMIT_KEY_BYTES];
    size_t n = 0;
    if (check_values(values, e) != 0)
        return -1;
    /* A destination for the platform need not name tenants, so tenants' files can't go there. */
    if (*values->tenant_id && !strstr(template, parts[PART_TENANT]))
        return err_set(
            e, ERR_CONFIG,
            "the key \"%.200s\" has no {tenant.id}: tenants would overwrite each other's "
            "files",
            template);
    for (const char *s = template; *s;) {
        enum part part = part_at(s);
        const char *value = value_of(values, part);
        size_t len = value ? strlen(value) : 1;
        if (n + len + REVISION_BYTES >= sizeof(key))
            return err_set(e, ERR_CONFIG, "the key of \"%.200s\" is longer than %d bytes",
                           values->file, LIMIT_KEY_BYTES - 1);
        if (part == PART_FILE)
            add_revision(key, sizeof(key), &n, values->revision);
        memcpy(key + n, value ? value : s, len);
        n += len;
        s += value ? strlen(parts[part]) : 1;
    }
    key[n] = '\0';
    if (has_bad_segment(key) || strpbrk(key, "{}"))
        return err_set(e, ERR_CONFIG, "the key \"%.200s\" has an empty segment, \".\" or \"..\"",
                       key);
    memcpy(out, key, n + 1);
    return 0;
}
