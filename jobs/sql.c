#include "jobs/sql.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "jobs/sql_parts.h"
#include "lib/limits.h"
#include "lib/parse.h"
#include "lib/utf8.h"

bool sql_is_symbol(const struct sql *sql, size_t i, const char *symbol)
{
    return i < sql->ntokens && sql->tokens[i].kind == SQL_SYMBOL &&
           strcmp(sql->tokens[i].text, symbol) == 0;
}

bool sql_is_identifier(const struct sql *sql, size_t i)
{
    return i < sql->ntokens && (sql->tokens[i].kind == SQL_WORD || sql->tokens[i].kind == SQL_NAME);
}

bool sql_is_keyword(const struct sql *sql, size_t i, const char *word)
{
    return i < sql->ntokens && sql->tokens[i].kind == SQL_WORD &&
           strcasecmp(sql->tokens[i].text, word) == 0 && !sql_is_symbol(sql, i + 1, ".") &&
           !(i && sql_is_symbol(sql, i - 1, "."));
}

bool sql_is_one_of(const struct sql *sql, size_t i, const char *const *words)
{
    for (; *words; words++) {
        if (sql_is_keyword(sql, i, *words))
            return true;
    }
    return false;
}

static struct sql *read_query(const char *text, size_t len, const struct place *at,
                              struct arena *arena, struct problems *problems)
{
    struct sql *sql = arena_alloc(arena, sizeof(*sql));
    if (!sql_read_tokens(text, len, at, arena, sql, problems))
        return NULL;
    sql->with = sql_is_keyword(sql, 0, "WITH");
    sql->recursive = sql->with && sql_is_keyword(sql, 1, "RECURSIVE");
    sql->body = sql->with ? 1u + sql->recursive : 0;
    return sql;
}

const struct sql *sql_parse(const char *text, size_t len, const struct place *at,
                            struct arena *arena, struct problems *problems)
{
    struct sql *sql = read_query(text, len, at, arena, problems);
    if (!sql || !sql_set_roles(sql, arena, problems) || sql_check_rules(sql, arena, problems) != 0)
        return NULL;
    return sql;
}

const struct sql *sql_lex(const char *text, size_t len, const struct place *at, struct arena *arena,
                          struct problems *problems)
{
    struct sql *sql = read_query(text, len, at, arena, problems);
    return sql && sql_set_roles(sql, arena, problems) ? sql : NULL;
}

/* The characters that a server may take for an ASCII letter when it folds names. */
static uint32_t fold(uint32_t cp)
{
    if (cp >= 'A' && cp <= 'Z')
        return cp + ('a' - 'A');
    if (cp >= 0xff21 && cp <= 0xff3a)
        return cp - 0xff21 + 'a';
    if (cp >= 0xff41 && cp <= 0xff5a)
        return cp - 0xff41 + 'a';
    switch (cp) {
    case 0x130: /* I with a dot */
    case 0x131: /* i without one */
        return 'i';
    case 0x17f: /* long s */
        return 's';
    case 0x212a: /* KELVIN SIGN */
        return 'k';
    case 0xff3f: /* fullwidth low line */
        return '_';
    default:
        return cp;
    }
}

/* The next folded character; 0 at the end. A combining dot above is left out. */
static uint32_t next_folded(const char **s)
{
    uint32_t cp = 0;
    while (**s) {
        size_t n = utf8_decode(*s, strlen(*s), &cp);
        *s += n ? n : 1;
        if (n == 0)
            return 0xfffd;
        if (cp != 0x307)
            return fold(cp);
    }
    return 0;
}

static bool same_folded(const char *a, const char *b)
{
    for (;;) {
        uint32_t x = next_folded(&a), y = next_folded(&b);
        if (x != y)
            return false;
        if (x == 0)
            return true;
    }
}

static bool is_schema(const char *name, const char *const *schemas, size_t n)
{
    static const char *const always[] = {"information_schema", "performance_schema", "mysql",
                                         "sys"};
    for (size_t i = 0; i < n; i++) {
        if (same_folded(name, schemas[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
        if (same_folded(name, always[i]))
            return true;
    }
    return false;
}

int sql_check_schemas(const struct sql *sql, const char *const *schemas, size_t nschemas,
                      struct problems *problems)
{
    size_t before = problems->nerrors;
    if (nschemas == 0)
        return problems_add(problems, &sql->at, "the account must be able to run SHOW DATABASES",
                            "the databases that the account can see are not known");
    for (size_t i = 0; i < sql->ntokens; i++) {
        const struct sql_token *t = &sql->tokens[i];
        if (!sql_is_identifier(sql, i) || !is_schema(t->text, schemas, nschemas))
            continue;
        problems_add(problems, &t->at,
                     sql_is_symbol(sql, i + 1, ".")
                         ? "write the table alone: pressrun puts the tenant's own rows in its place"
                         : "choose another name for it",
                     "\"%s\" is the name of a database; a query can't name one", t->text);
    }
    return problems->nerrors == before ? 0 : -1;
}

bool sql_mentions(const struct sql *sql, const char *name)
{
    for (size_t i = 0; i < sql->ntokens; i++) {
        if (sql_is_identifier(sql, i) && !(i && sql_is_symbol(sql, i - 1, ".")) &&
            strcmp(sql->tokens[i].text, name) == 0)
            return true;
    }
    return false;
}

const char *sql_nearest(const char *word, const char *const *words, size_t n)
{
    const char *best = NULL;
    size_t len = strlen(word);
    unsigned least = (1 + (unsigned)(len / 4)) * 2 + 2;
    for (size_t i = 0; i < n; i++) {
        /* Of two words as near, the one of the same length: letters get swapped more than lost. */
        unsigned d = 2 * parse_distance(word, words[i]) + (strlen(words[i]) != len);
        if (d < least) {
            least = d;
            best = words[i];
        }
    }
    return best;
}

/* The word of a list that equals `name` when case is ignored, or NULL. */
static const char *same_but_case(const char *name, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(words[i], name) == 0)
            return words[i];
    }
    return NULL;
}

/* A common table expression of the query with this name, ignoring case, or NULL. */
static const char *find_cte(const struct sql *sql, const char *name)
{
    for (size_t i = 0; i < sql->ntokens; i++) {
        const struct sql_token *t = &sql->tokens[i];
        if (t->role == SQL_CTE && strcasecmp(t->text, name) == 0)
            return t->text;
    }
    return NULL;
}

static void check_table(const struct sql *sql, const struct sql_token *t, const char *const *known,
                        size_t nknown, struct problems *problems)
{
    const char *cte = find_cte(sql, t->text), *same = same_but_case(t->text, known, nknown);
    const char *right = cte ? cte : same;
    if (right) {
        if (strcmp(right, t->text) != 0)
            problems_add(problems, &t->at, "case counts in the names of tables", "write %s, not %s",
                         right, t->text);
        return;
    }
    char hint[256];
    const char *near = sql_nearest(t->text, known, nknown);
    snprintf(hint, sizeof(hint), "did you mean %s?", near ? near : "");
    problems_add(problems, &t->at,
                 near ? hint : "add it under scope: in pressrun.yaml, with the way to its tenant",
                 "table \"%s\" has no scope", t->text);
}

int sql_check_tables(const struct sql *sql, const char *const *known, size_t nknown,
                     struct problems *problems)
{
    size_t before = problems->nerrors;
    for (size_t i = 0; i < sql->ntokens; i++) {
        const struct sql_token *t = &sql->tokens[i];
        if (t->role == SQL_CTE && same_but_case(t->text, known, nknown))
            problems_add(problems, &t->at, "choose another name for it",
                         "\"%s\" is the name of a table; a query can't define it anew", t->text);
        else if (t->role == SQL_TABLE && !sql_is_symbol(sql, i + 1, "."))
            check_table(sql, t, known, nknown, problems);
    }
    return problems->nerrors == before ? 0 : -1;
}
