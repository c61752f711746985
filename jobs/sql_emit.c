/* The canonical text: tokens written again, so that the server reads the same ones. */
#include "jobs/sql_parts.h"

/* Blanks mean something in two places only: round a dot, and between a function and its arguments
 * (the servers want none there, so none is written before a function's parenthesis). */
static bool is_glued(const struct sql *sql, size_t i)
{
    const struct sql_token *t = &sql->tokens[i];
    if (sql_is_symbol(sql, i, "(") && sql->tokens[i - 1].role == SQL_FUNCTION)
        return true;
    return !t->space_before && t->newlines_before == 0 &&
           (sql_is_symbol(sql, i, "(") || sql_is_symbol(sql, i, ".") ||
            sql_is_symbol(sql, i - 1, "."));
}

void sql_emit(const struct sql *sql, size_t from, struct buf *out)
{
    unsigned newlines = 0;
    for (size_t i = 0; i < from && i < sql->ntokens; i++)
        newlines += sql->tokens[i].newlines_before;
    for (size_t i = from; i < sql->ntokens; i++) {
        const struct sql_token *t = &sql->tokens[i];
        bool glued = i > from && is_glued(sql, i);
        newlines += t->newlines_before;
        if (!glued && newlines == 0 && i > from)
            buf_add_char(out, ' ');
        for (; !glued && newlines; newlines--)
            buf_add_char(out, '\n');
        if (t->kind == SQL_PARAM)
            buf_add_char(out, '?');
        else if (t->kind == SQL_NAME)
            buf_printf(out, "`%s`", t->text);
        else
            buf_add(out, t->text, t->len);
    }
}
