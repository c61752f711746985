#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/utf8.h"
#include "runner/commands/commands.h"
#include "runner/params.h"
#include "runner/reporter.h"

enum { WIDEST = 40 };

/* The rows to show, kept so that each column is as wide as it needs to be. */
struct table {
    size_t ncolumns, nrows, cap;
    const struct column *columns;
    char **cells; /* nrows + 1 of ncolumns: the names first */
    bool more;
};

/* Characters, which is near enough to columns for a preview. */
static size_t width_of(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static char *shown_cell(const struct column *column, const struct cell *cell)
{
    struct buf b;
    buf_init(&b, LIMIT_CELL_BYTES);
    if (!cell->text) {
        buf_add_str(&b, "NULL");
    } else if (column->type == COLUMN_BINARY) {
        for (size_t i = 0; i < cell->len && i < WIDEST / 2; i++)
            buf_printf(&b, "%02x", (unsigned char)cell->text[i]);
    } else {
        utf8_add_visible(&b, cell->text, cell->len, WIDEST);
    }
    char *text = xstrdup(b.data);
    buf_release(&b);
    return text;
}

static char **next_line(struct table *t)
{
    if (t->nrows == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 32;
        t->cells = xrealloc(t->cells, t->cap * t->ncolumns, sizeof(*t->cells));
    }
    return t->cells + t->nrows++ * t->ncolumns;
}

static int fill(struct table *t, struct row_source *rows, int64_t limit, struct err *e)
{
    const struct cell *row;
    int rc;
    t->ncolumns = rows->ncolumns;
    t->columns = rows->columns;
    char **names = next_line(t);
    for (size_t i = 0; i < t->ncolumns; i++) {
        struct cell name = {rows->columns[i].name, strlen(rows->columns[i].name)};
        names[i] = shown_cell(&(struct column){.type = COLUMN_TEXT}, &name);
    }
    while ((rc = rows->next(rows, &row, e)) == 1) {
        if ((int64_t)t->nrows > limit) {
            t->more = true;
            return 0;
        }
        char **line = next_line(t);
        for (size_t i = 0; i < t->ncolumns; i++)
            line[i] = shown_cell(&t->columns[i], &row[i]);
    }
    return rc;
}

static void print_cell(const char *text, size_t width, bool right, bool last)
{
    size_t pad = width - width_of(text);
    printf("%*s%s%*s", right ? (int)pad : 0, "", text, right || last ? 0 : (int)pad, "");
    fputs(last ? "\n" : "  ", stdout);
}

static void print_table(const struct table *t)
{
    size_t *widths = xcalloc(t->ncolumns, sizeof(*widths));
    for (size_t i = 0; i < t->nrows * t->ncolumns; i++) {
        size_t w = width_of(t->cells[i]);
        if (w > widths[i % t->ncolumns])
            widths[i % t->ncolumns] = w;
    }
    for (size_t r = 0; r < t->nrows; r++) {
        for (size_t i = 0; i < t->ncolumns; i++)
            print_cell(t->cells[r * t->ncolumns + i], widths[i],
                       column_type_is_number(t->columns[i].type), i + 1 == t->ncolumns);
        for (size_t i = 0; r == 0 && i < t->ncolumns; i++) {
            for (size_t k = 0; k < widths[i]; k++)
                putchar('-');
            fputs(i + 1 == t->ncolumns ? "\n" : "  ", stdout);
        }
    }
    printf(t->more ? "(the first %zu rows; --limit N shows more)\n" : "(%zu rows)\n", t->nrows - 1);
    free(widths);
}

static int preview_result(struct reporter *r, const struct report_input *in, size_t result,
                          int64_t limit, bool *more, struct err *e)
{
    struct row_source *rows = NULL;
    struct table t = {0};
    if (reporter_rows(r, in, result, &rows, e) != 0)
        return -1;
    int rc = fill(&t, rows, limit, e);
    if (rc == 0) {
        printf("%s: %s\n", in->task->job->results[result].name,
               label_text(in->task->job->results[result].title, task_locale(in->task)->tag));
        print_table(&t);
        *more = t.more;
        if (!t.more)
            rc = reporter_end(r, e);
    }
    for (size_t i = 0; i < t.nrows * t.ncolumns; i++)
        free(t.cells[i]);
    free(t.cells);
    rows->free(rows);
    return rc;
}

static int preview(struct app *app, const struct job *job, const struct command_options *o,
                   const struct report_input *in, struct err *e)
{
    bool found = false;
    for (size_t i = 0; i < job->nresults; i++) {
        if (o->result && strcmp(job->results[i].name, o->result) != 0)
            continue;
        struct reporter *r = NULL;
        bool more = false;
        if (found)
            putchar('\n');
        found = true;
        /* A result that was left in its middle uses its connection up: each gets its own. */
        int rc = reporter_open(app->config, &r, &app->problems, e);
        if (rc == 0)
            rc = preview_result(r, in, i, o->limit, &more, e);
        reporter_close(r);
        if (rc != 0)
            return -1;
    }
    if (found)
        return 0;
    return err_set(e, ERR_USAGE, "job \"%s\" has no result set \"%s\"", job->name, o->result);
}

static int run_preview(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    struct reporter *r = NULL;
    struct tenant *tenants = NULL;
    struct plan plan = {0};
    struct param_value *values;
    struct period period;
    const char *params_text;
    size_t n = 0;
    int rc = command_read_options(&command_preview, "tpPlr", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (!o.operand)
        return err_set(e, ERR_USAGE, "preview needs the name of a job");
    if (app_load(app, e) != 0) {
        app_print_problems(&app->problems, stderr);
        return -1;
    }
    const struct job *job = app_job(app, o.operand, e);
    if (!job || command_period(app, job, o.period, &period, e) != 0 ||
        params_resolve(job, o.params, o.nparams, false, &app->arena, &values, &params_text, e) != 0)
        return -1;
    if (!job->platform && !o.tenant) {
        err_set(e, ERR_USAGE, "preview needs a tenant");
        return err_hint(e, "pressrun preview %s --tenant ID", job->name);
    }
    rc = reporter_open(app->config, &r, &app->problems, e);
    if (rc == 0)
        rc = reporter_tenants(r, &app->arena, &tenants, &n, e);
    reporter_close(r);
    if (rc != 0 || command_select_tenant(o.tenant, &tenants, &n, e) != 0)
        return -1;
    plan_add(&plan, job, &period, tenants, n);
    struct report_input in = {.task = &plan.tasks[0], .params = values, .generated_at = app->now()};
    rc = preview(app, job, &o, &in, e);
    plan_release(&plan);
    return rc;
}

const struct command command_preview = {
    .name = "preview",
    .usage = "JOB --tenant ID [OPTION...]",
    .summary = "Shows the rows of a report on the terminal; writes nothing",
    .help = "Options:\n"
            "  -t, --tenant ID          whose report\n"
            "  -p, --period LABEL       another period than the last complete one\n"
            "  -P, --param NAME=VALUE   a parameter of the job; may be given several times\n"
            "  -r, --result NAME        only this result set\n"
            "  -l, --limit N            at most so many rows of each (default: 20)\n",
    .run = run_preview,
};
