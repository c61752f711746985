/*
 * Which identifiers stand for tables, common table expressions and functions. Found by place alone,
 * with a stack of parentheses; what this misses costs a good message, not the isolation, which
 * rests on names without a schema meaning nothing to the server (docs/isolation.md).
 */
#include "jobs/sql_parts.h"

enum clause {
    CLAUSE_OTHER,
    CLAUSE_TABLE_NEXT, /* after FROM, JOIN or a comma of the FROM clause */
    CLAUSE_TABLES,     /* in the FROM clause, after a table */
};

/* What is between two parentheses; the first level is the whole query. */
struct level {
    enum clause clause;
    bool select;     /* there was a SELECT on this level */
    bool plain_from; /* the parenthesis of EXTRACT(... FROM ...) and its like */
};

struct walk {
    struct sql *sql;
    struct sql_token *tokens;
    struct level levels[SQL_DEPTH + 1];
    size_t depth;
    bool in_with, cte_next; /* in the list of WITH; a name is due there */
};

static const char *const takes_from[] = {"EXTRACT", "TRIM", "SUBSTRING", "SUBSTR", "MID", NULL};
static const char *const ends_from[] = {"WHERE",     "GROUP",  "HAVING", "ORDER", "LIMIT",
                                        "WINDOW",    "UNION",  "EXCEPT", "FETCH", "FOR",
                                        "INTERSECT", "OFFSET", NULL};

static void open_level(struct walk *w, size_t i)
{
    struct level *outer = &w->levels[w->depth];
    struct level *inner = &w->levels[++w->depth];
    *inner = (struct level){
        .clause = outer->clause == CLAUSE_TABLE_NEXT ? CLAUSE_TABLE_NEXT : CLAUSE_OTHER,
        .plain_from = i > 0 && sql_is_one_of(w->sql, i - 1, takes_from),
    };
    /* The list of WITH ends where a parenthesis follows neither AS nor the name of an expression.
     */
    if (w->depth == 1 && w->in_with && i > 0 && !sql_is_keyword(w->sql, i - 1, "AS") &&
        w->tokens[i - 1].role != SQL_CTE)
        w->in_with = false;
}

static void close_level(struct walk *w)
{
    struct level *outer = &w->levels[--w->depth];
    if (outer->clause == CLAUSE_TABLE_NEXT)
        outer->clause = CLAUSE_TABLES;
}

static void comma(struct walk *w)
{
    struct level *level = &w->levels[w->depth];
    if (w->depth == 0 && w->in_with)
        w->cte_next = true;
    else if (level->clause == CLAUSE_TABLES)
        level->clause = CLAUSE_TABLE_NEXT;
}

/* A keyword that begins or ends a list of tables; false for any other word. */
static bool keyword(struct walk *w, size_t i)
{
    struct level *level = &w->levels[w->depth];
    if (sql_is_keyword(w->sql, i, "SELECT")) {
        level->select = true;
        level->clause = CLAUSE_OTHER;
        if (w->depth == 0)
            w->in_with = false;
    } else if (sql_is_keyword(w->sql, i, "FROM")) {
        if (level->select || !level->plain_from)
            level->clause = CLAUSE_TABLE_NEXT;
    } else if (sql_is_keyword(w->sql, i, "JOIN") ||
               (level->clause == CLAUSE_TABLES && sql_is_keyword(w->sql, i, "STRAIGHT_JOIN"))) {
        level->clause = CLAUSE_TABLE_NEXT;
    } else if (sql_is_one_of(w->sql, i, ends_from)) {
        level->clause = CLAUSE_OTHER;
    } else {
        return sql_is_keyword(w->sql, i, "LATERAL");
    }
    return true;
}

static void identifier(struct walk *w, size_t i)
{
    struct level *level = &w->levels[w->depth];
    bool called = sql_is_symbol(w->sql, i + 1, "(");
    if (w->cte_next && w->depth == 0) {
        w->tokens[i].role = SQL_CTE;
        w->cte_next = false;
        return;
    }
    if (keyword(w, i))
        return;
    if (level->clause == CLAUSE_TABLE_NEXT) {
        level->clause = CLAUSE_TABLES;
        if (!called && !sql_is_keyword(w->sql, i, "DUAL"))
            w->tokens[i].role = SQL_TABLE;
    }
    if (called && w->tokens[i].kind == SQL_WORD && !(i && sql_is_symbol(w->sql, i - 1, ".")) &&
        sql_function_allowed(w->tokens[i].text, w->tokens[i].len))
        w->tokens[i].role = SQL_FUNCTION;
}

bool sql_set_roles(struct sql *sql, struct arena *arena, struct problems *problems)
{
    struct walk w = {.sql = sql, .in_with = sql->with};
    w.tokens = arena_grow(arena, sql->tokens, sql->ntokens, sql->ntokens, sizeof(*w.tokens));
    sql->tokens = w.tokens;
    w.cte_next = w.in_with;
    for (size_t i = sql->body; i < sql->ntokens; i++) {
        const struct place *at = &w.tokens[i].at;
        if (sql_is_symbol(sql, i, "(")) {
            if (w.depth == SQL_DEPTH) {
                problems_add(problems, at, "write the inner queries as common table expressions",
                             "parentheses nested deeper than %d", SQL_DEPTH);
                return false;
            }
            open_level(&w, i);
        } else if (sql_is_symbol(sql, i, ")")) {
            if (w.depth == 0) {
                problems_add(problems, at, "delete it, or open one before",
                             "a closing parenthesis without an opening one");
                return false;
            }
            close_level(&w);
        } else if (sql_is_symbol(sql, i, ",")) {
            comma(&w);
        } else if (sql_is_identifier(sql, i)) {
            identifier(&w, i);
        }
    }
    if (w.depth == 0)
        return true;
    problems_add(problems, &w.tokens[sql->ntokens - 1].at, "close it", "%zu parenthes%s not closed",
                 w.depth, w.depth == 1 ? "is is" : "es are");
    return false;
}
