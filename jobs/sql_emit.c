/* The canonical text: tokens written again, so that the server reads the same ones. */
#include "jobs/sql_parts.h"

/* Parentheses and commas are tokens of their own whatever stands beside them. */
static bool is_border(const struct sql *sql, size_t i)
{
    return sql_is_symbol(sql, i, "(") || sql_is_symbol(sql, i, ")") || sql_is_symbol(sql, i, ",");
}

/* Between a function and its parenthesis the servers want no blank, so there is none. */
static bool is_call(const struct sql *sql, size_t i)
{
    return sql_is_symbol(sql, i, "(") && sql->tokens[i - 1].role == SQL_FUNCTION;
}

/*
 * Tokens are set apart by a blank, except where the author wrote none and none is needed: the
 * server shows the text of an expression as the name of its column.
 */
static bool is_glued(const struct sql *sql, size_t i)
{
    return !sql->tokens[i].space_before &&
           (is_border(sql, i) || is_border(sql, i - 1) || sql_is_symbol(sql, i, ".") ||
            sql_is_symbol(sql, i - 1, "."));
}

/*
 * A word before a dot and a quoted name. There the servers look for keywords, other than before a
 * dot and a word: in FROM.`t` they read FROM. Quotes make a name of it for sure.
 */
static bool needs_quotes(const struct sql *sql, size_t i)
{
    return sql->tokens[i].kind == SQL_WORD && sql_is_symbol(sql, i + 1, ".") &&
           i + 2 < sql->ntokens && sql->tokens[i + 2].kind == SQL_NAME;
}

void sql_emit(const struct sql *sql, size_t from, struct buf *out)
{
    unsigned newlines = 0;
    for (size_t i = 0; i < from && i < sql->ntokens; i++)
        newlines += sql->tokens[i].newlines_before;
    for (size_t i = from; i < sql->ntokens; i++) {
        const struct sql_token *t = &sql->tokens[i];
        newlines += t->newlines_before;
        if (i == from || !is_call(sql, i)) {
            if (newlines == 0 && i > from && !is_glued(sql, i))
                buf_add_char(out, ' ');
            for (; newlines; newlines--)
                buf_add_char(out, '\n');
        }
        if (t->kind == SQL_PARAM)
            buf_add_char(out, '?');
        else if (t->kind == SQL_NAME || needs_quotes(sql, i))
            buf_printf(out, "`%s`", t->text);
        else
            buf_add(out, t->text, t->len);
    }
}
