/*
 * What the account may do. A report account reads; anything more could turn a mistake into a write,
 * a file on the server (FILE works even inside a read-only transaction) or a way around the shadows
 * (EXECUTE on a definer's function reads what its definer may read).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/mem.h"
#include "runner/database/client.h"

static const char *const harmless[] = {"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES"};

static bool is_harmless(const char *privilege, size_t len)
{
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        size_t n = strlen(harmless[i]);
        /* SELECT (`a`, `b`) is SELECT on some columns. */
        if (len >= n && strncasecmp(privilege, harmless[i], n) == 0 &&
            (len == n || privilege[n] == ' '))
            return true;
    }
    return false;
}

/* Steps over a character, or over a whole quoted name: names may hold what looks like grammar. */
static const char *skip(const char *s)
{
    const char *end = strchr("`'\"", *s) ? strchr(s + 1, *s) : NULL;
    return end ? end + 1 : s + 1;
}

/* Where some words stand outside quotes, or NULL. */
static const char *find(const char *s, const char *words)
{
    for (; *s; s = skip(s)) {
        if (strncasecmp(s, words, strlen(words)) == 0)
            return s;
    }
    return NULL;
}

/* The end of a privilege in the list: a comma outside the parentheses of a column list, or ON. */
static size_t privilege_length(const char *p)
{
    size_t depth = 0;
    const char *s = p;
    for (; *s; s = skip(s)) {
        if (*s == '(')
            depth++;
        else if (*s == ')' && depth)
            depth--;
        else if (depth == 0 && (*s == ',' || strncasecmp(s, " ON ", 4) == 0))
            break;
    }
    return (size_t)(s - p);
}

/* A grant's schema is a pattern: `ai_pipeline_db` also means aiXpipelineXdb. */
static void check_wildcard(const char *on, const char *schema, const struct place *at,
                           struct problems *problems)
{
    char literal[256], escaped[256];
    size_t n = 0;
    for (const char *s = schema; *s && n + 2 < sizeof(escaped); s++) {
        if (*s == '_')
            escaped[n++] = '\\';
        escaped[n++] = *s;
    }
    escaped[n] = '\0';
    snprintf(literal, sizeof(literal), "`%s`.*", schema);
    if (!strchr(schema, '_') || strncmp(on, literal, strlen(literal)) != 0)
        return;
    char hint[900];
    snprintf(hint, sizeof(hint),
             "as the database's administrator: REVOKE SELECT ON `%s`.* FROM ...; "
             "GRANT SELECT ON `%s`.* TO ...;",
             schema, escaped);
    problems_warn(problems, at, hint,
                  "in the grant ON `%s`.* each \"_\" is a wildcard for any character: schemas with "
                  "similar names can be read, too",
                  schema);
}

void grants_check_line(const char *line, const char *schema, const struct place *at,
                       struct problems *problems)
{
    static const char grant[] = "GRANT ";
    if (strncasecmp(line, grant, sizeof(grant) - 1) != 0)
        return;
    const char *p = line + sizeof(grant) - 1;
    const char *on = find(p, " ON ");
    if (strcasestr(p, "WITH GRANT OPTION"))
        problems_add(problems, at, "REVOKE GRANT OPTION ...; a report account only reads",
                     "the account may pass on its rights (GRANT OPTION)");
    if (!on) /* GRANT role TO account: the role's own lines follow while it is active */
        return;
    while (p < on) {
        size_t len = privilege_length(p);
        if (!is_harmless(p, len))
            problems_add(problems, at,
                         "revoke it, or set database.allow_excess_privileges: true if that is "
                         "really wanted",
                         "the account is not read-only: it has %.*s%.60s", (int)len, p, on);
        p += len;
        p += strspn(p, ", ");
        if (strncasecmp(p, "ON ", 3) == 0)
            break;
    }
    check_wildcard(on + 4, schema, at, problems);
}

struct grant_lines {
    const struct config *config;
    struct problems *problems;
};

static int take_line(void *ctx, const struct cell *row, size_t n, struct err *e)
{
    (void)n, (void)e;
    struct grant_lines *lines = ctx;
    struct arena arena = {0};
    char *line = arena_strndup(&arena, row[0].text ? row[0].text : "", row[0].len);
    /* The line holds the password's hash after IDENTIFIED BY on MariaDB: never shown, cut here. */
    const char *to = find(line, " TO ");
    bool option = to && strcasestr(to, "WITH GRANT OPTION");
    char *shown = arena_printf(&arena, "%.*s%s", (int)(to ? (size_t)(to - line) : strlen(line)),
                               line, option ? " WITH GRANT OPTION" : "");
    grants_check_line(shown, lines->config->database.schema, &lines->config->database.at,
                      lines->problems);
    arena_release(&arena);
    return 0;
}

int grants_check(struct database *db, const struct config *config, struct problems *problems,
                 struct err *e)
{
    struct problems found = {0};
    struct grant_lines lines = {config, &found};
    int rc = database_query(db, "SHOW GRANTS", take_line, &lines, e);
    for (size_t i = 0; rc == 0 && i < found.n; i++) {
        const struct problem *p = &found.items[i];
        if (p->severity == SEVERITY_ERROR && !config->database.allow_excess_privileges)
            problems_add(problems, &p->at, p->hint, "%s", p->msg);
        else
            problems_warn(problems, &p->at, p->hint, "%s", p->msg);
    }
    if (rc == 0 && found.nerrors && !config->database.allow_excess_privileges)
        rc = err_set(e, ERR_CONFIG, "the database account \"%s\" is not read-only",
                     config->database.user);
    problems_release(&found);
    return rc;
}
