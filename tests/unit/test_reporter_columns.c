/* What a job shows must be there, and of a type that can be shown so: said with its place in the
 * job. */
#include "runner/reporter_columns.h"

#include <string.h>

#include "config/config.h"
#include "lib/problems.h"
#include "tests/unit/rows.h"

static const char config_text[] = "database: {host: db, schema: s, user: u}\n"
                                  "tenants: {query: SELECT id FROM tenants}\n"
                                  "scope: {tenants: {tenant: id}, videos: {tenant: tenant_id}}\n";

/* As the database gives them; the queries of the jobs below don't matter. */
static const struct column columns[] = {
    {"day", "day", COLUMN_DATE, NULL},       {"at", "at", COLUMN_DATETIME, NULL},
    {"status", "status", COLUMN_TEXT, NULL}, {"n", "n", COLUMN_INTEGER, NULL},
    {"rate", "rate", COLUMN_DECIMAL, NULL},  {"mean", "mean", COLUMN_FLOAT, NULL},
    {"on", "on", COLUMN_BOOLEAN, NULL},      {"spent", "spent", COLUMN_TIME, NULL},
};

struct fixture {
    struct config *config;
    struct arena arena;
    const struct job *job;
};

static void read_job(struct fixture *f, const char *more)
{
    struct problems problems = {0};
    *f = (struct fixture){0};
    f->config = config_load_text("pressrun.yaml", config_text, strlen(config_text), &problems);
    const char *text = arena_printf(
        &f->arena, "job: daily\nresults:\n  all:\n    sql: SELECT id FROM videos\n%s", more);
    const struct yaml_node *root =
        yaml_read_text(&f->arena, "jobs/daily.yaml", text, strlen(text), &problems);
    f->job = job_read(root, "jobs/daily.yaml", f->config, &f->arena, &problems);
    ck_assert_msg(f->job != NULL, "%s\n%s", text, problems.n ? problems.items[0].msg : "");
    problems_release(&problems);
}

static void release(struct fixture *f)
{
    arena_release(&f->arena);
    config_free(f->config);
}

static const struct {
    const char *more;
    const char *wrong; /* NULL: taken */
} cases[] = {
    {"", NULL},
    {"    columns: {n: {total: sum, bar: true}, rate: {total: average}, mean: {total: min}}\n",
     NULL},
    {"    columns: {status: {total: count, color: {good: good}}, day: {total: count}}\n", NULL},
    {"    columns: {status: {type: integer, total: sum, bar: true}}\n", NULL},
    {"    columns: {n: {color: {'> 5': good}}, status: {color: {'5': good}}}\n", NULL},
    {"    chart: [{x: day, y: [n, rate, mean]}, {x: status, y: n}, {x: at, y: n}]\n", NULL},
    {"figures: [{result: all, column: status}, {result: all, column: day, value: count}]\n", NULL},
    {"figures: [{result: all, column: n, value: sum}]\n", NULL},

    {"    columns: {meen: {title: M}}\n",
     "jobs/daily.yaml:5:15: the query has no column \"meen\" (did you mean \"mean\"?)"},
    {"    columns: {Mean: {title: M}}\n",
     "5:15: the query has no column \"Mean\" (did you mean \"mean\"?)"},
    {"    columns: {status: {total: sum}}\n", "jobs/daily.yaml:5:15: a total needs numbers, but "
                                              "column \"status\" is of type text"},
    {"    columns:\n      n: {}\n      day: {total: max}\n",
     "7:7: a total needs numbers, but column \"day\" is of type date"},
    {"    columns: {spent: {total: sum}}\n",
     "5:15: a total needs numbers, but column \"spent\" is"},
    {"    columns: {on: {bar: true}}\n", "5:15: a bar needs numbers, but column \"on\" is of type "
                                         "boolean"},
    {"    columns: {n: {type: text, bar: true}}\n",
     "5:15: a bar needs numbers, but column \"n\" is "
     "of type text"},
    {"    columns: {status: {color: {'>= 5': good}}}\n",
     "5:15: a color by < or > needs numbers, but column \"status\" is of type text"},
    {"    chart: {x: days, y: n}\n",
     "5:12: the query has no column \"days\" (did you mean \"day\"?)"},
    {"    chart: {x: day, y: [n, m]}\n", "5:12: the query has no column \"m\""},
    {"    chart: {x: day, y: status}\n",
     "5:12: a chart needs numbers, but column \"status\" is of type text"},
    {"    chart:\n      - {x: day, y: n}\n      - {x: day, y: [n, day]}\n",
     "7:9: a chart needs numbers, but column \"day\" is of type date"},
    {"figures: [{result: all, column: ratio}]\n",
     "5:11: the query has no column \"ratio\" (did you mean"},
    {"figures:\n  - {result: all, column: n}\n  - {result: all, column: status, value: average}\n",
     "7:5: a figure needs numbers, but column \"status\" is of type text"},
};

START_TEST(test_check)
{
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct err e = {0};
        struct fixture f;
        struct rows rows;
        rows_init(&rows, columns, ROWS_COUNT(columns), NULL, 0);
        read_job(&f, cases[i].more);
        int rc = columns_check(f.job, &f.job->results[0], &rows.source, &e);
        if (cases[i].wrong) {
            ck_error(rc, &e, cases[i].wrong);
            ck_assert_int_eq(e.kind, ERR_CONFIG);
            ck_assert_msg(e.hint[0], "no hint: %s", e.msg);
        } else {
            ck_ok(rc, &e);
        }
        release(&f);
    }
}
END_TEST

/* A figure of another result set is none of this one's business. */
START_TEST(test_other_result)
{
    struct err e = {0};
    struct fixture f;
    struct rows rows;
    rows_init(&rows, columns, ROWS_COUNT(columns), NULL, 0);
    read_job(&f, "  other: {sql: SELECT id FROM videos}\n"
                 "figures: [{result: other, column: gone, value: sum}]\n");
    ck_ok(columns_check(f.job, &f.job->results[0], &rows.source, &e), &e);
    ck_error(columns_check(f.job, &f.job->results[1], &rows.source, &e), &e, "no column \"gone\"");
    release(&f);
}
END_TEST

START_TEST(test_apply)
{
    struct fixture f;
    struct column out[ROWS_COUNT(columns)];
    memcpy(out, columns, sizeof(columns));
    read_job(&f, "    columns:\n"
                 "      day: {title: {en: Day, de: Tag}}\n"
                 "      status: {type: integer, total: sum}\n"
                 "      gone: {title: Gone}\n");
    columns_apply(&f.job->results[0], "de-CH", out, ROWS_COUNT(out));
    ck_assert_str_eq(out[0].title, "Tag");
    ck_assert_int_eq(out[0].type, COLUMN_DATE);
    ck_assert_str_eq(out[2].title, "status");
    ck_assert_int_eq(out[2].type, COLUMN_INTEGER);
    ck_assert_int_eq(column_look(&out[2])->total, TOTAL_SUM);
    ck_assert_ptr_null(out[3].look);
    columns_apply(&f.job->results[0], "fr", out, ROWS_COUNT(out));
    ck_assert_str_eq(out[0].title, "Day");
    release(&f);
}
END_TEST

int main(void)
{
    return unit_main("reporter_columns",
                     (const TTest *const[]){test_check, test_other_result, test_apply, NULL});
}
