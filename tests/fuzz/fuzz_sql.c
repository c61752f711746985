/*
 * The lexer and the rules. Properties: nothing crashes; the canonical text is a fixed point: read
 * again it gives the same tokens and the same text; and what the rules pass names no schema.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/sql.h"
#include "lib/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* A copy whose parameters are emitted as they were written, since `?` can't be read back. */
static struct sql with_names(const struct sql *sql, struct arena *arena)
{
    struct sql copy = *sql;
    struct sql_token *tokens =
        arena_grow(arena, sql->tokens, sql->ntokens, sql->ntokens, sizeof(*tokens));
    for (size_t i = 0; i < sql->ntokens; i++) {
        if (tokens[i].kind != SQL_PARAM)
            continue;
        tokens[i].kind = SQL_SYMBOL;
        tokens[i].text = arena_printf(arena, ":%s", tokens[i].text);
        tokens[i].len++;
    }
    copy.tokens = tokens;
    return copy;
}

static void emit(const struct sql *sql, struct arena *arena, struct buf *out)
{
    struct sql named = with_names(sql, arena);
    sql_emit(&named, 0, out);
    must(buf_ok(out));
}

static void check_same(const struct sql *a, const struct sql *b)
{
    must(a->ntokens == b->ntokens && a->with == b->with && a->body == b->body);
    for (size_t i = 0; i < a->ntokens; i++) {
        const struct sql_token *x = &a->tokens[i], *y = &b->tokens[i];
        /* sql_emit() quotes some words; nothing else may change. */
        must(x->kind == y->kind || (x->kind == SQL_WORD && y->kind == SQL_NAME));
        must(x->role == y->role && x->len == y->len);
        must(memcmp(x->text, y->text, x->len) == 0);
    }
}

static void check_fixed_point(const struct sql *sql, const struct place *at, struct arena *arena)
{
    struct problems problems = {0};
    struct buf once, twice;
    buf_init(&once, (size_t)LIMIT_STATEMENT_BYTES);
    buf_init(&twice, (size_t)LIMIT_STATEMENT_BYTES);
    emit(sql, arena, &once);
    /* Blanks and doubled quotes make a text longer: near the limit it can't be read again. */
    if (once.len <= LIMIT_SQL_BYTES) {
        const struct sql *again = sql_lex(once.data, once.len, at, arena, &problems);
        must(again != NULL && problems.n == 0);
        check_same(sql, again);
        emit(again, arena, &twice);
        must(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    }
    buf_release(&once);
    buf_release(&twice);
    problems_release(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const schemas[] = {"ai_pipeline_db", "other_db"};
    struct arena arena = {0};
    struct problems problems = {0};
    struct place at = {"fuzz.yaml", 3, 7};
    const struct sql *lexed = sql_lex((const char *)data, size, &at, &arena, &problems);
    if (lexed)
        check_fixed_point(lexed, &at, &arena);
    const struct sql *sql = sql_parse((const char *)data, size, &at, &arena, &problems);
    must(sql != NULL || problems.nerrors > 0);
    if (sql && sql_check_schemas(sql, schemas, 2, &problems) == 0) {
        must(lexed != NULL);
        must(!sql_mentions(sql, "ai_pipeline_db") && !sql_mentions(sql, "mysql"));
        sql_check_tables(sql, schemas, 2, &problems);
    }
    problems_release(&problems);
    arena_release(&arena);
    return 0;
}
