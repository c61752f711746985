#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "jobs/scaffold.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/parse.h"
#include "runner/commands/commands.h"
#include "runner/database/database.h"

/* ---- the name ---- */

/* What was meant: for "jobs/Weekly Videos.yaml" weekly-videos. Where letters would be lost, any. */
static void suggest(const char *word, char out[LIMIT_NAME_BYTES + 1])
{
    const char *slash = strrchr(word, '/');
    const char *p = slash && slash[1] ? slash + 1 : word, *end = strstr(p, ".yaml");
    size_t n = 0;
    for (; *p && p != end && n < LIMIT_NAME_BYTES; p++) {
        if (!isascii((unsigned char)*p))
            break;
        if (isalnum((unsigned char)*p) || (*p == '_' && n > 0))
            out[n++] = (char)tolower((unsigned char)*p);
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    bool lost = p != end && *p;
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
    if (n == 0 || lost)
        snprintf(out, LIMIT_NAME_BYTES + 1, "weekly-report");
}

static int check_name(const char *name, struct err *e)
{
    char other[LIMIT_NAME_BYTES + 1];
    if (!name) {
        err_set(e, ERR_USAGE, "new needs a name for the job");
        return err_hint(e, "such as:  pressrun new weekly-videos");
    }
    if (parse_name(name))
        return 0;
    suggest(name, other);
    err_set(e, ERR_USAGE, "\"%s\" can't be the name of a job: a-z, 0-9, - and _, at most %d", name,
            LIMIT_NAME_BYTES);
    return err_hint(e, "pressrun new %s", other);
}

/* The file to write, which must not be there; nor may another one hold a job of that name. */
static int choose_path(struct app *app, const char *name, char *path, struct err *e)
{
    char file[LIMIT_NAME_BYTES + sizeof(".yaml")];
    struct stat st;
    snprintf(file, sizeof(file), "%s.yaml", name);
    if (file_join(path, app->config->jobs_directory, file, e) != 0)
        return -1;
    /* What is wrong in other files is the business of check. */
    app->jobs = jobs_load(app->config, &app->problems);
    const struct job *job = jobs_find(app->jobs, name);
    if (!job && lstat(path, &st) != 0)
        return 0;
    err_set(e, ERR_USAGE, "\"%s\" is there already: nothing was written", job ? job->file : path);
    return err_hint(e, "choose another name, or edit that file");
}

/* ---- the query ---- */

struct search {
    const struct scope_rule *rule;
    char column[LIMIT_NAME_BYTES + 1];
};

static int take_column(void *ctx, const struct cell *row, size_t n, struct err *e)
{
    (void)n, (void)e;
    struct search *s = ctx;
    if (s->column[0] || row[0].len >= sizeof(s->column))
        return 0;
    memcpy(s->column, row[0].text, row[0].len);
    s->column[row[0].len] = '\0';
    if (config_hides(s->rule, s->column))
        s->column[0] = '\0';
    return 0;
}

/* A column that holds a time: that of creation, or else the first. The names are plain (config.c).
 */
static int search_table(struct database *db, const char *schema, struct search *s, struct err *e)
{
    char sql[512];
    snprintf(sql, sizeof(sql),
             "SELECT column_name FROM information_schema.columns "
             "WHERE table_schema = '%s' AND table_name = '%s' "
             "AND data_type IN ('datetime', 'timestamp') "
             "AND column_name REGEXP '^[A-Za-z_][A-Za-z0-9_$]*$' "
             "ORDER BY column_name <> 'created_at', ordinal_position",
             schema, s->rule->table);
    return database_query(db, sql, take_column, s, e);
}

/* The first table of the scope whose rows can be counted by day. -1 and the reason when none can.
 */
static int search_scope(struct app *app, struct scaffold *s, struct err *e)
{
    const struct config *c = app->config;
    struct database *db = NULL;
    int rc = database_open(&c->database, DATABASE_ACCOUNT, &db, e);
    for (size_t i = 0; rc == 0 && i < c->nscope && !s->column; i++) {
        struct search search = {.rule = &c->scope[i]};
        if (!scaffold_suits(search.rule))
            continue;
        rc = search_table(db, c->database.schema, &search, e);
        if (rc == 0 && search.column[0]) {
            s->table = search.rule->table;
            s->column = arena_strdup(&app->arena, search.column);
        }
    }
    database_close(db);
    if (rc == 0 && !s->column)
        rc = err_set(e, ERR_CONFIG, "no table of the scope with a column for the tenant has any");
    return rc;
}

/* ---- the file ---- */

static int write_job(const struct scaffold *s, const struct config *config, const char *path,
                     struct err *e)
{
    struct buf text;
    buf_init(&text, LIMIT_YAML_BYTES);
    scaffold_write(s, &text);
    int rc = file_make_dirs(config->jobs_directory, 0750, true, e);
    if (rc == 0)
        rc = file_create(path, text.data, text.len, 0640, e);
    buf_release(&text);
    return rc;
}

static void say(const struct scaffold *s, const char *path, const struct err *why)
{
    app_print_visible(path, stdout);
    printf(" written: it counts \"%s\"", s->table);
    if (s->column) {
        printf(" by day of \"%s\"\n", s->column);
    } else {
        printf("\n    not by day, as no column with a time is known: ");
        app_print_visible(why->msg, stdout);
        putchar('\n');
    }
    printf("next: pressrun check\n"
           "      pressrun preview %s --tenant ID\n",
           s->job);
}

static int run_new(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    struct scaffold s;
    struct err why = {0};
    char path[LIMIT_PATH_BYTES];
    int rc = command_read_options(&command_new, "", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (check_name(o.operand, e) != 0)
        return -1;
    app->config = config_load(app->config_path, &app->problems);
    if (!app->config) {
        app_print_problems(&app->problems, stderr);
        return err_set(e, ERR_CONFIG, "\"%s\" could not be used", app->config_path);
    }
    if (choose_path(app, o.operand, path, e) != 0)
        return -1;
    scaffold_init(&s, o.operand, app->config);
    /* Without the database it is a smaller job. */
    (void)search_scope(app, &s, &why);
    if (write_job(&s, app->config, path, e) != 0)
        return -1;
    say(&s, path, &why);
    return 0;
}

const struct command command_new = {
    .name = "new",
    .usage = "NAME",
    .summary = "Writes a commented job file to start from",
    .help =
        "It becomes NAME.yaml in jobs_directory; a file that is there is never overwritten. The\n"
        "job works as it is: it counts the rows of the first table of the scope that holds\n"
        "tenants' rows, by day if the database can be asked for a column with a time. Keys that\n"
        "are often wanted are there, switched off.\n",
    .run = run_new,
};
