/*
 * The rules, one function each. A token is refused for one reason only, the most telling one.
 * docs/isolation.md says why each rule is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "jobs/sql_parts.h"

struct rules {
    const struct sql *sql;
    const char **names; /* identifiers with no dot beside them, sorted ignoring case */
    size_t nnames;
    struct problems *problems;
};

static int by_case(const void *a, const void *b)
{
    return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect_names(struct rules *r, struct arena *arena)
{
    r->names = arena_alloc(arena, (r->sql->ntokens + 1) * sizeof(*r->names));
    for (size_t i = 0; i < r->sql->ntokens; i++) {
        if (sql_is_identifier(r->sql, i) && !sql_is_symbol(r->sql, i + 1, ".") &&
            !(i && sql_is_symbol(r->sql, i - 1, ".")))
            r->names[r->nnames++] = r->sql->tokens[i].text;
    }
    qsort(r->names, r->nnames, sizeof(*r->names), by_case);
}

static bool refuse(const struct rules *r, size_t i, const char *hint, const char *msg)
{
    problems_add(r->problems, &r->sql->tokens[i].at, hint, "%s", msg);
    return true;
}

static bool check_first(const struct rules *r)
{
    const struct sql *sql = r->sql;
    size_t first = 0;
    while (sql_is_symbol(sql, first, "("))
        first++;
    if (first && sql_is_keyword(sql, first, "WITH"))
        return false; /* the rule about WITH has the better message */
    if (sql_is_keyword(sql, first, "SELECT") || (first == 0 && sql->with))
        return false;
    problems_add(r->problems, &sql->tokens[0].at, "a result set is one SELECT, or WITH ... SELECT",
                 "a query begins with SELECT, not with \"%.64s\"", sql->tokens[0].text);
    return true;
}

/* Words that no report needs and that no column may be called without backticks. */
static const struct {
    const char *word, *msg, *hint;
} refused_words[] = {
    {"INTO", "INTO writes to a file or a variable", "pressrun writes the files: delete it"},
    {"OUTFILE", "OUTFILE writes to a file of the server", "pressrun writes the files: delete it"},
    {"DUMPFILE", "DUMPFILE writes to a file of the server", "pressrun writes the files: delete it"},
    {"PROCEDURE", "procedures can't be used", "delete it"},
    {"CALL", "procedures can't be used", "delete it"},
    {"HANDLER", "HANDLER can't be used", "write a column of that name as `handler`"},
    {"UPDATE", "a report can't change or lock rows", "delete it"},
    {"DELETE", "a report can't change or lock rows", "delete it"},
    {"LOCK", "a report takes no locks", "delete it"},
    {"TABLE", "TABLE can't be used", "write SELECT ... FROM"},
    {"VALUES", "VALUES can't be used", "write SELECT ... UNION ALL SELECT ..."},
    {"SQL_CALC_FOUND_ROWS", "SQL_CALC_FOUND_ROWS can't be used", "write COUNT(*) in its own query"},
    {"HIGH_PRIORITY", "HIGH_PRIORITY can't be used", "delete it"},
    {"CURRENT_USER", "CURRENT_USER is the account of pressrun, not of the tenant", "delete it"},
    {"CURRENT_ROLE", "CURRENT_ROLE is of pressrun, not of the tenant", "delete it"},
    {"CURRENT_SCHEMA", "a query runs in no database", "delete it"},
    {"CURRENT_CATALOG", "a query runs in no database", "delete it"},
    {"CURRENT_PATH", "a query runs in no database", "delete it"},
    {"SESSION_USER", "SESSION_USER is the account of pressrun, not of the tenant", "delete it"},
    {"SYSTEM_USER", "SYSTEM_USER is the account of pressrun, not of the tenant", "delete it"},
};

static bool check_word(const struct rules *r, size_t i)
{
    for (size_t k = 0; k < sizeof(refused_words) / sizeof(refused_words[0]); k++) {
        if (sql_is_keyword(r->sql, i, refused_words[k].word))
            return refuse(r, i, refused_words[k].hint, refused_words[k].msg);
    }
    return false;
}

/* Two words that are refused together; NULL in place of the second stands for a parenthesis. */
static const struct {
    const char *first, *second, *msg, *hint;
} refused_pairs[] = {
    {"FOR", "SHARE", "FOR SHARE locks rows of the database", "delete it"},
    {"SHARE", "MODE", "LOCK IN SHARE MODE locks rows of the database", "delete it"},
    {"FOR", "SYSTEM_TIME", "FOR SYSTEM_TIME can't be used", "pressrun reads one moment: delete it"},
    {"ROWS", "EXAMINED", "LIMIT ROWS EXAMINED cuts a report without saying so", "delete it"},
    {"VALUE", "FOR", "sequences can't be used", "a report counts with ROW_NUMBER() OVER ()"},
    {"PARTITION", NULL, "PARTITION (...) after a table can't be used", "delete it"},
    {"USE", "INDEX", "index hints have no meaning for the tenant's part of a table", "delete it"},
    {"USE", "KEY", "index hints have no meaning for the tenant's part of a table", "delete it"},
    {"FORCE", "INDEX", "index hints have no meaning for the tenant's part of a table", "delete it"},
    {"FORCE", "KEY", "index hints have no meaning for the tenant's part of a table", "delete it"},
    {"IGNORE", "INDEX", "index hints have no meaning for the tenant's part of a table",
     "delete it"},
    {"IGNORE", "KEY", "index hints have no meaning for the tenant's part of a table", "delete it"},
};

static bool check_pair(const struct rules *r, size_t i)
{
    for (size_t k = 0; k < sizeof(refused_pairs) / sizeof(refused_pairs[0]); k++) {
        const char *second = refused_pairs[k].second;
        if (sql_is_keyword(r->sql, i, refused_pairs[k].first) &&
            (second ? sql_is_keyword(r->sql, i + 1, second) : sql_is_symbol(r->sql, i + 1, "(")))
            return refuse(r, i, refused_pairs[k].hint, refused_pairs[k].msg);
    }
    if (sql_is_keyword(r->sql, i, "SET") && !(i && sql_is_keyword(r->sql, i - 1, "CHARACTER")))
        return refuse(r, i, "settings belong to the operator: delete it", "SET can't be used");
    return false;
}

static bool check_with(const struct rules *r, size_t i)
{
    if (i == 0 || !sql_is_keyword(r->sql, i, "WITH") || sql_is_keyword(r->sql, i + 1, "ROLLUP"))
        return false;
    return refuse(r, i, "move it to the very beginning: WITH a AS (...), b AS (...) SELECT ...",
                  "WITH inside a query can't be used");
}

static bool is_plain(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    return *name && strchr(letters, *name) && name[strspn(name, all)] == '\0';
}

/* A name before a dot. */
static bool check_qualifier(const struct rules *r, size_t i)
{
    const struct sql *sql = r->sql;
    const struct sql_token *t = &sql->tokens[i];
    if (!sql_is_symbol(sql, i + 1, ".") || (i && sql_is_symbol(sql, i - 1, ".")))
        return false;
    if (t->role == SQL_TABLE)
        return refuse(r, i,
                      "write the table alone: pressrun puts the tenant's own rows in its place",
                      "a table can't be named with its database");
    if (sql->tokens[i + 1].space_before || sql->tokens[i + 1].newlines_before)
        return false; /* the rule about dots has the better message */
    if (sql_is_symbol(sql, i + 3, "."))
        return refuse(r, i, "write table.column", "a name of three parts");
    if (!is_plain(t->text))
        return refuse(r, i, "give the table an alias made of A-Z, a-z, 0-9 and _",
                      "this name can't stand before a dot");
    if (bsearch(&t->text, r->names, r->nnames, sizeof(*r->names), by_case))
        return false;
    problems_add(r->problems, &t->at, "qualify a column with a table of FROM or with its alias",
                 "\"%s\" is neither a table nor an alias of this query", t->text);
    return true;
}

static bool check_dot(const struct rules *r, size_t i)
{
    const struct sql *sql = r->sql;
    if (!sql_is_symbol(sql, i, "."))
        return false;
    if (i == 0 || !sql_is_identifier(sql, i - 1) ||
        !(sql_is_identifier(sql, i + 1) || sql_is_symbol(sql, i + 1, "*")))
        return refuse(r, i, "write table.column", "a dot that joins no two names");
    const struct sql_token *t = sql->tokens;
    if (t[i].space_before || t[i].newlines_before || t[i + 1].space_before ||
        t[i + 1].newlines_before)
        return refuse(r, i, "write table.column without blanks", "a blank beside a dot");
    return false;
}

/* Words that are followed by a parenthesis without being functions. */
static const char *const not_functions[] = {
    /* keywords */
    "AGAINST", "ALL", "AND", "ANY", "AS", "BETWEEN", "BY", "CASE", "COLUMNS", "DISTINCT",
    "DISTINCTROW", "DIV", "DUAL", "ELSE", "ESCAPE", "EXCEPT", "EXISTS", "FROM", "HAVING", "IN",
    "INTERSECT", "INTERVAL", "IS", "JOIN", "LATERAL", "LIKE", "LIMIT", "NOT", "OFFSET", "OF", "ON",
    "OR", "OVER", "REGEXP", "RLIKE", "SELECT", "SEPARATOR", "SOME", "STRAIGHT_JOIN", "THEN",
    "UNION", "USING", "WHEN", "WHERE", "XOR", "GROUP",
    /* types */
    "BIGINT", "BINARY", "BIT", "CHARACTER", "DATETIME", "DEC", "DECIMAL", "DOUBLE", "FLOAT", "INT",
    "INTEGER", "MEDIUMINT", "NCHAR", "NUMERIC", "REAL", "SIGNED", "SMALLINT", "TEXT", "TINYINT",
    "UNSIGNED", "VARBINARY", "VARCHAR", NULL};

/* `) AS t (a, b)`: names for the columns of a derived table. */
static bool is_column_list(const struct sql *sql, size_t i)
{
    if (i < 2 || !sql_is_keyword(sql, i - 1, "AS") || !sql_is_symbol(sql, i - 2, ")"))
        return false;
    for (i += 2; sql_is_identifier(sql, i); i += 2) {
        if (sql_is_symbol(sql, i + 1, ")"))
            return true;
        if (!sql_is_symbol(sql, i + 1, ","))
            return false;
    }
    return false;
}

static bool check_call(const struct rules *r, size_t i)
{
    const struct sql *sql = r->sql;
    const struct sql_token *t = &sql->tokens[i];
    if (!sql_is_symbol(sql, i + 1, "("))
        return false;
    if (i && sql_is_symbol(sql, i - 1, "."))
        return refuse(r, i, "write the function alone", "stored functions can't be used");
    if (t->role == SQL_FUNCTION || t->role == SQL_CTE || sql_is_one_of(sql, i, not_functions) ||
        is_column_list(sql, i))
        return false;
    char hint[160];
    const char *advice = sql_function_advice(t->text), *near = sql_nearest_function(t->text);
    snprintf(hint, sizeof(hint), "did you mean %s?", near ? near : "");
    problems_add(r->problems, &t->at,
                 advice ? advice
                 : near ? hint
                        : "only functions built into both servers can be used; pressrun-job(5) "
                          "lists them",
                 "the function \"%s\" can't be used", t->text);
    return true;
}

/* _utf8mb4'text': other character sets would make other characters of the same bytes. */
static bool check_introducer(const struct rules *r, size_t i)
{
    static const char *const known[] = {"_utf8mb4", "_utf8mb3", "_utf8", "_binary",
                                        "_latin1",  "_ascii",   NULL};
    const struct sql *sql = r->sql;
    if (sql->tokens[i].kind != SQL_WORD || sql->tokens[i].text[0] != '_' || i + 1 >= sql->ntokens ||
        sql->tokens[i + 1].kind != SQL_STRING || sql_is_one_of(sql, i, known))
        return false;
    return refuse(r, i, "write the string alone, or AS before an alias",
                  "a string in a character set that can't be used");
}

static void check_identifier(const struct rules *r, size_t i)
{
    (void)(check_qualifier(r, i) || check_word(r, i) || check_pair(r, i) || check_with(r, i) ||
           check_call(r, i) || check_introducer(r, i));
}

int sql_check_rules(const struct sql *sql, struct arena *arena, struct problems *problems)
{
    struct rules r = {.sql = sql, .problems = problems};
    size_t before = problems->nerrors;
    collect_names(&r, arena);
    if (check_first(&r))
        return -1; /* whatever it is, it is no query: more would only confuse */
    for (size_t i = 0; i < sql->ntokens; i++) {
        if (sql_is_identifier(sql, i))
            check_identifier(&r, i);
        else
            check_dot(&r, i);
    }
    return problems->nerrors == before ? 0 : -1;
}
