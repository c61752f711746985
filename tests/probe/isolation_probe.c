/*
 * Runs queries the way pressrun does, with all its walls or with one alone, for the scenarios about
 * isolation. Publishes nothing.
 *
 *   isolation_probe rows CONFIG TENANT [--mode tenant|platform]
 *       queries from standard input, each ended by a NUL, through all walls: the lexer, the names
 * of schemas and tables, the guard, the canary, the shadows, the comparison of each row
 *   isolation_probe files CONFIG TENANT FILE...
 *       the same for the texts of files, which may hold a NUL themselves
 *   isolation_probe guard CONFIG FILE...
 *       the guard alone: the text of a file as it stands, no rule applied, behind the stubs
 *   isolation_probe raw CONFIG TENANT FILE...
 *       the shadows alone: the text as it stands behind the tenant's shadows, neither lexer nor
 * guard
 *
 * The first line of a file, "-- expect: ...", is no part of the text. The answer to each query is
 * its rows, a line each, "row<TAB>cell<TAB>...", and one line at the end: "ok", "accepted",
 * "refused<TAB>code<TAB>message" by pressrun or "error<TAB>code<TAB>message". Cells are written as
 * the mysql clients do with --batch, so that both can be compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "runner/reporter_rows.h"

enum { MOST_INPUT = 64 * 1024 * 1024 };

static const time_t now = 1795478400, month_ago = 1792886400; /* 2026-11-24 and 2026-10-25 */

struct probe {
    struct config *config;
    struct reporter *reporter;   /* NULL: to be opened before the next query */
    const struct tenant *tenant; /* NULL: the platform */
    /* Lives as long as the probe: a reporter knows the jobs it has cleared by their addresses. */
    struct arena arena;
};

static void die(const struct problems *problems, const struct err *e)
{
    for (size_t i = 0; problems && i < problems->n; i++)
        fprintf(stderr, "isolation_probe: %s:%u:%u: %s\n", problems->items[i].at.file,
                problems->items[i].at.line, problems->items[i].at.column, problems->items[i].msg);
    if (e && e->kind)
        fprintf(stderr, "isolation_probe: %s\n", e->msg);
    exit(1);
}

static struct reporter *connection(struct probe *p)
{
    struct err e = {0};
    struct problems problems = {0};
    if (!p->reporter && reporter_open(p->config, &p->reporter, &problems, &e) != 0)
        die(&problems, &e);
    problems_release(&problems);
    return p->reporter;
}

static void put_cell(const struct cell *cell)
{
    putchar('\t');
    if (!cell->text)
        fputs("NULL", stdout);
    for (size_t i = 0; cell->text && i < cell->len; i++) {
        char c = cell->text[i];
        if (c == '\t' || c == '\n' || c == '\\' || c == '\0')
            putchar('\\');
        putchar(c == '\t' ? 't' : c == '\n' ? 'n' : c == '\0' ? '0' : c);
    }
}

static void put_answer(const char *answer, unsigned code, const char *message)
{
    printf("%s\t%u", answer, code);
    put_cell(&(struct cell){message, strlen(message)});
    putchar('\n');
}

static int put_rows(struct row_source *rows, struct err *e)
{
    const struct cell *row;
    int rc;
    while ((rc = rows->next(rows, &row, e)) == 1) {
        fputs("row", stdout);
        for (size_t i = 0; i < rows->ncolumns; i++)
            put_cell(&row[i]);
        putchar('\n');
    }
    return rc;
}

/* After any error a reporter is used up, so the next query gets a new one. */
static void put_end(struct probe *p, const char *good, int rc, const struct err *e)
{
    if (rc == 0) {
        puts(good);
        return;
    }
    bool refused = e->kind == ERR_ISOLATION || e->kind == ERR_CONFIG;
    put_answer(refused ? "refused" : "error", e->code, e->msg);
    reporter_close(p->reporter);
    p->reporter = NULL;
}

static const struct label_text probe_text = {NULL, "probe"};
static const struct label probe_title = {&probe_text, 1};

/* What a run of this one query as a job of its own would be. */
static struct report_input *input_of(struct probe *p, const struct sql *sql)
{
    struct result_spec *result = arena_alloc(&p->arena, sizeof(*result));
    struct job *job = arena_alloc(&p->arena, sizeof(*job));
    struct task *task = arena_alloc(&p->arena, sizeof(*task));
    struct report_input *in = arena_alloc(&p->arena, sizeof(*in));
    *result = (struct result_spec){.name = "probe", .title = &probe_title, .sql = sql};
    *job = (struct job){.file = "probe",
                        .name = "probe",
                        .title = result->title,
                        .locale = &locale_default,
                        .platform = !p->tenant,
                        .results = result,
                        .nresults = 1};
    *task = (struct task){.job = job,
                          .period = {.label = "2026-11", .start = month_ago, .end = now},
                          .tenant = p->tenant};
    *in = (struct report_input){.task = task, .generated_at = now};
    return in;
}

static void put_problems(const struct problems *problems)
{
    struct buf all;
    buf_init(&all, MOST_INPUT);
    for (size_t i = 0; i < problems->n; i++) {
        const struct problem *p = &problems->items[i];
        buf_printf(&all, "%s%s:%u:%u: %s", i ? "; " : "", p->at.file, p->at.line, p->at.column,
                   p->msg);
    }
    put_answer("refused", 0, all.data);
    buf_release(&all);
}

static void run_query(struct probe *p, const char *text, size_t len)
{
    struct err e = {0};
    struct problems problems = {0};
    struct row_source *rows = NULL;
    const struct place at = {"query", 1, 1};
    const struct sql *sql = sql_parse(text, len, &at, &p->arena, &problems);
    if (sql) {
        struct reporter *r = connection(p);
        int rc = reporter_rows(r, input_of(p, sql), 0, &rows, &e);
        if (rc == 0)
            rc = put_rows(rows, &e);
        if (rows)
            rows->free(rows);
        if (rc == 0)
            rc = reporter_end(r, &e);
        put_end(p, "ok", rc, &e);
    } else {
        put_problems(&problems);
    }
    problems_release(&problems);
}

static void run_queries(struct probe *p)
{
    struct buf input;
    size_t n, begin = 0;
    char block[65536];
    buf_init(&input, MOST_INPUT);
    while ((n = fread(block, 1, sizeof(block), stdin)) > 0)
        buf_add(&input, block, n);
    for (size_t i = 0; i < input.len; i++) {
        if (input.data[i] != '\0')
            continue;
        run_query(p, input.data + begin, i - begin);
        begin = i + 1;
        fflush(stdout);
    }
    buf_release(&input);
}

/* The shadows (or stubs) of all tables of the scope, without the query that they were made for. */
static void compose_shadows(struct probe *p, enum scope_mode mode, struct statement *out)
{
    struct buf text;
    struct problems problems = {0};
    struct err e = {0};
    const struct scope *scope = &connection(p)->scope;
    const struct place at = {"shadows", 1, 1};
    buf_init(&text, LIMIT_SQL_BYTES);
    buf_add_str(&text, "SELECT 1 FROM");
    for (size_t i = 0; i < scope->ntables; i++)
        buf_printf(&text, "%s %s", i ? "," : "", scope->tables[i].rule->table);
    const struct sql *sql = sql_parse(text.data, text.len, &at, &p->arena, &problems);
    if (!sql || scope_compose(scope, sql, mode, &p->arena, out, &e) != 0)
        die(&problems, &e);
    const char *end = out->text;
    for (unsigned i = 0; i < out->lines_before; i++)
        end = strchr(end, '\n') + 1;
    out->len = (size_t)(end - out->text);
    buf_release(&text);
}

/* The text of a file without its expectation. */
static void read_text(const char *path, struct buf *text)
{
    struct err e = {0};
    if (file_read(path, FILE_ANY, text, &e) != 0)
        die(NULL, &e);
    char *end = memchr(text->data, '\n', text->len);
    if (strncmp(text->data, "-- expect:", 10) != 0 || !end)
        return;
    text->len -= (size_t)(end + 1 - text->data);
    memmove(text->data, end + 1, text->len + 1);
}

static void run_file(struct probe *p, const char *path)
{
    struct buf text;
    buf_init(&text, LIMIT_SQL_BYTES);
    read_text(path, &text);
    run_query(p, text.data, text.len);
    buf_release(&text);
}

/* A text's own WITH is joined to ours, as the product does after reading it; here by its letters.
 */
static void splice(struct statement *shadows, const struct buf *text, struct arena *arena)
{
    static const char with[] = "WITH", recursive[] = "RECURSIVE";
    struct buf all;
    const char *author = text->data, *after = author + sizeof(with) - 1;
    size_t skip = sizeof(with) - 1; /* of ours */
    bool joined = strncasecmp(author, with, sizeof(with) - 1) == 0;
    buf_init(&all, LIMIT_STATEMENT_BYTES);
    buf_add_str(&all, with);
    if (joined) {
        after += strspn(after, " \n");
        if (strncasecmp(after, recursive, sizeof(recursive) - 1) == 0) {
            buf_printf(&all, " %s", recursive);
            after += sizeof(recursive) - 1;
        }
        author = after;
    }
    buf_add(&all, shadows->text + skip, shadows->len - skip);
    buf_add_str(&all, joined ? "," : "");
    buf_add(&all, author, text->len - (size_t)(author - text->data));
    shadows->text = arena_strndup(arena, all.data, all.len);
    shadows->len = all.len;
    buf_release(&all);
}

static void ask_guard(struct probe *p, const char *path)
{
    struct err e = {0};
    struct buf text;
    struct statement stubs;
    buf_init(&text, LIMIT_SQL_BYTES);
    read_text(path, &text);
    compose_shadows(p, SCOPE_FOR_GUARD, &stubs);
    splice(&stubs, &text, &p->arena);
    if (reporter_guard(p->reporter) == GUARD_LEXER) {
        err_set(&e, ERR_ISOLATION, "no guard: %s", reporter_guard_reason(p->reporter));
        die(NULL, &e);
    }
    int rc = guard_prepare(p->reporter->guard, &stubs, &(struct place){path, 1, 1}, &e);
    put_end(p, "accepted", rc, &e);
    buf_release(&text);
}

static void run_raw(struct probe *p, const char *path)
{
    struct err e = {0};
    struct buf text;
    struct statement statement;
    struct bind *binds;
    struct row_source *rows = NULL;
    buf_init(&text, LIMIT_SQL_BYTES);
    read_text(path, &text);
    compose_shadows(p, p->tenant ? SCOPE_FOR_TENANT : SCOPE_FOR_PLATFORM, &statement);
    splice(&statement, &text, &p->arena);
    struct database *db = p->reporter->db;
    const struct place at = {path, 1, 1};
    int rc =
        rows_bind(p->reporter, input_of(p, NULL), p->tenant->id, &statement, &p->arena, &binds, &e);
    if (rc == 0)
        rc = database_begin(db, now, p->config->database.statement_timeout_ms, &e);
    if (rc == 0)
        rc = cursor_open(db, &statement, &at, binds, &rows, &e);
    if (rc == 0)
        rc = put_rows(rows, &e);
    if (rows)
        rows->free(rows);
    if (rc == 0)
        rc = database_end(db, &e);
    put_end(p, "ok", rc, &e);
    buf_release(&text);
}

static void run_files(struct probe *p, void (*run)(struct probe *p, const char *path), char **paths)
{
    for (; *paths; paths++) {
        run(p, *paths);
        fflush(stdout);
    }
}

static void usage(void)
{
    fputs("usage: isolation_probe rows CONFIG TENANT [--mode tenant|platform] < QUERIES\n"
          "       isolation_probe files CONFIG TENANT FILE...\n"
          "       isolation_probe guard CONFIG FILE...\n"
          "       isolation_probe raw CONFIG TENANT FILE...\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    struct problems problems = {0};
    struct probe p = {0};
    if (argc < 4)
        usage();
    p.config = config_load(argv[2], &problems);
    if (!p.config)
        die(&problems, NULL);
    const struct tenant tenant = {.id = argv[3], .name = argv[3]};
    bool platform = argc == 6 && strcmp(argv[4], "--mode") == 0 && strcmp(argv[5], "platform") == 0;
    p.tenant = platform ? NULL : &tenant;
    if (strcmp(argv[1], "rows") == 0)
        run_queries(&p);
    else if (strcmp(argv[1], "files") == 0)
        run_files(&p, run_file, argv + 4);
    else if (strcmp(argv[1], "guard") == 0)
        run_files(&p, ask_guard, argv + 3);
    else if (strcmp(argv[1], "raw") == 0)
        run_files(&p, run_raw, argv + 4);
    else
        usage();
    reporter_close(p.reporter);
    config_free(p.config);
    arena_release(&p.arena);
    problems_release(&problems);
    return 0;
}
