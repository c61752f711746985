#include "tests/unit/unit.h"

#include <string.h>

#include "jobs/job.h"
#include "jobs/scaffold.h"
#include "lib/limits.h"
#include "tests/unit/expect.h"

#define CONFIG_OF(scope, destinations)                                                             \
    "database: {host: 127.0.0.1, schema: shop, user: reader}\n"                                    \
    "tenants: {query: SELECT id FROM customers}\n"                                                 \
    "scope:\n" scope "destinations:\n" destinations

static const char plain[] =
    CONFIG_OF("  customers: {tenant: id}\n  lines: {through: orders, on: order_id}\n"
              "  orders: {tenant: customer}\n  visits: {tenant: customer}\n",
              "  office: {kind: directory, path: a, platform: true}\n"
              "  reports: {kind: directory, path: b}\n"
              "  archive: {kind: directory, path: c}\n");

struct fixture {
    struct arena arena;
    struct problems problems;
    struct config *config;
    struct buf text;
};

static void setup(struct fixture *f, const char *config)
{
    *f = (struct fixture){0};
    f->config = config_load_text("pressrun.yaml", config, strlen(config), &f->problems);
    expect_problems(&f->problems, "", config);
    buf_init(&f->text, LIMIT_YAML_BYTES);
}

static void release(struct fixture *f)
{
    buf_release(&f->text);
    config_free(f->config);
    arena_release(&f->arena);
}

/* Reads `text` as pressrun would read the file of that job. */
static const struct job *read_text(struct fixture *f, const char *name, const char *text)
{
    const char *file = arena_printf(&f->arena, "jobs/%s.yaml", name);
    const struct yaml_node *root =
        yaml_read_text(&f->arena, file, text, strlen(text), &f->problems);
    ck_assert_msg(root != NULL, "%s", text);
    return job_read(root, file, f->config, &f->arena, &f->problems);
}

static const struct job *write_and_read(struct fixture *f, const struct scaffold *s)
{
    buf_clear(&f->text);
    scaffold_write(s, &f->text);
    ck_assert(buf_ok(&f->text));
    const struct job *job = read_text(f, s->job, f->text.data);
    expect_problems(&f->problems, "", f->text.data);
    ck_assert_ptr_nonnull(job);
    ck_assert_str_eq(job->name, s->job);
    return job;
}

static struct scaffold chosen(const struct fixture *f, const char *name)
{
    struct scaffold s;
    scaffold_init(&s, name, f->config);
    return s;
}

START_TEST(what_is_chosen)
{
    static const struct {
        const char *config, *table, *destination;
    } cases[] = {
        {plain, "orders", "reports"},
        {CONFIG_OF("  customers: {tenant: ID}\n  notes: {shared: true}\n",
                   "  office: {kind: directory, path: a, platform: true}\n"),
         "customers", NULL},
        {CONFIG_OF("  customers: {shared: true}\n", "  b: {kind: directory, path: b}\n"),
         "customers", "b"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;
        setup(&f, cases[i].config);
        struct scaffold s = chosen(&f, "x");
        ck_assert_str_eq(s.table, cases[i].table);
        ck_assert_ptr_null(s.column);
        if (cases[i].destination)
            ck_assert_str_eq(s.destination, cases[i].destination);
        else
            ck_assert_ptr_null(s.destination);
        ck_assert_uint_eq(write_and_read(&f, &s)->ndeliver, cases[i].destination != NULL);
        release(&f);
    }
}
END_TEST

/* Words that mean something else in YAML or in SQL, and the longest ones there can be. */
START_TEST(names)
{
    char longest[LIMIT_NAME_BYTES + 1];
    memset(longest, 'n', LIMIT_NAME_BYTES);
    longest[LIMIT_NAME_BYTES] = '\0';
    const char *const jobs[] = {"null", "true",  "on",      "1",    "1e5",
                                "0x1f", "a-b_c", "2026-11", longest};
    const char *const columns[] = {"order", "From", "a$", "null", longest, NULL};
    struct fixture f;
    setup(&f, CONFIG_OF("  order: {tenant: t}\n", "  null: {kind: directory, path: b}\n"));
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        for (size_t k = 0; k < sizeof(columns) / sizeof(columns[0]); k++) {
            struct scaffold s = chosen(&f, jobs[i]);
            s.column = columns[k];
            write_and_read(&f, &s);
        }
    }
    release(&f);
}
END_TEST

START_TEST(what_the_job_is)
{
    struct fixture f;
    setup(&f, plain);
    struct scaffold s = chosen(&f, "weekly-orders");
    const struct job *job = write_and_read(&f, &s);
    ck_assert_str_eq(label_text(job->title, "en"), "Weekly orders");
    ck_assert_uint_eq(job->nresults, 1);
    ck_assert_uint_eq(job->results[0].look.ncharts, 0);
    s.column = "placed_at";
    job = write_and_read(&f, &s);
    ck_assert_uint_eq(job->nresults, 1);
    ck_assert_uint_eq(job->results[0].look.ncharts, 1);
    ck_assert_uint_eq(job->look.nfigures, 1);
    ck_assert(sql_mentions(job->results[0].sql, "orders"));
    ck_assert(sql_mentions(job->results[0].sql, "placed_at"));
    ck_assert(!sql_mentions(job->results[0].sql, "created_at"));
    release(&f);
}
END_TEST

/* The text with every key switched on: a # goes where no blank is behind it. Of two, one goes. */
static const char *switched_on(struct fixture *f)
{
    char *out = arena_strdup(&f->arena, f->text.data), *to = out;
    bool margin = true; /* only blanks so far in this line */
    size_t n = 0;
    for (const char *p = f->text.data; *p; p++) {
        bool off = margin && *p == '#' && p[1] != ' ' && p[1] != '\n';
        n += off;
        if (!off)
            *to++ = *p;
        margin = *p == '\n' || (margin && !off && *p == ' ');
    }
    *to = '\0';
    ck_assert_uint_gt(n, 4);
    return out;
}

START_TEST(what_is_switched_off_works)
{
    struct fixture f;
    setup(&f, plain);
    struct scaffold s = chosen(&f, "weekly");
    for (int i = 0; i < 2; i++) {
        s.column = i ? "placed_at" : NULL;
        write_and_read(&f, &s);
        const char *text = switched_on(&f);
        const struct job *job = read_text(&f, s.job, text);
        /* the only thing that is left to do is to use it */
        ck_assert_uint_eq(f.problems.n, 1);
        ck_assert_str_eq(f.problems.items[0].msg, "no query uses parameter \"status\"");
        problems_release(&f.problems);
        ck_assert_msg(job != NULL, "%s", text);
        ck_assert_uint_eq(job->nparams, 1);
        ck_assert_ptr_nonnull(job->schedule.calendar);
        ck_assert_ptr_nonnull(job->description);
        ck_assert_int_eq(job->expect.min_rows, 1);
        ck_assert_uint_eq(job->nresults, i ? 1 : 2);
    }
    release(&f);
}
END_TEST

/* What `pressrun init` writes: both files fit each other. */
START_TEST(first_job_fits_the_example)
{
    struct fixture f;
    setup(&f, config_example);
    struct scaffold s = chosen(&f, "first-report");
    ck_assert_str_eq(s.table, "videos");
    s.column = "created_at";
    write_and_read(&f, &s);
    release(&f);
}
END_TEST

int main(void)
{
    return unit_main("scaffold", (const TTest *const[]){
                                     what_is_chosen,
                                     names,
                                     what_the_job_is,
                                     what_is_switched_off_works,
                                     first_job_fits_the_example,
                                     NULL,
                                 });
}
