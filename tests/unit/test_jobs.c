/* Directories of jobs; what a single one may say is in test_job.c. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/job.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "tests/unit/expect.h"

#define RESULTS "results: {all: {sql: SELECT id FROM videos}}\n"

static struct config *config_for(const char *path)
{
    static const char text[] = "database: {host: db, schema: ai_pipeline_db, user: u}\n"
                               "tenants: {query: SELECT id FROM tenants}\n"
                               "scope:\n"
                               "  videos: {tenant: tenant_id}\n";
    struct problems p = {0};
    struct config *c = config_load_text(path, text, strlen(text), &p);
    expect_problems(&p, "", text);
    return c;
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[LIMIT_PATH_BYTES], parent[LIMIT_PATH_BYTES];
    struct err e = {0};
    ck_ok(file_join(path, dir, name, &e), &e);
    file_dirname(parent, path);
    ck_ok(file_make_dirs(parent, 0755, true, &e), &e);
    ck_ok(file_write_durably(path, text, strlen(text), 0644, &e), &e);
}

static const char *job_text(struct arena *arena, const char *name)
{
    return arena_printf(arena, "job: %s\n" RESULTS, name);
}

/* The configuration of a fresh directory below the temporary one. */
static struct config *config_in(char dir[LIMIT_PATH_BYTES], const char *name)
{
    char path[LIMIT_PATH_BYTES];
    struct err e = {0};
    ck_ok(file_join(dir, unit_temp_dir(), name, &e), &e);
    ck_ok(file_join(path, dir, "pressrun.yaml", &e), &e);
    return config_for(path);
}

static void make_link(const char *dir, const char *from, const char *name)
{
    char link[LIMIT_PATH_BYTES], target[LIMIT_PATH_BYTES];
    struct err e = {0};
    ck_ok(file_join(target, dir, from, &e), &e);
    ck_ok(file_join(link, dir, name, &e), &e);
    ck_assert_int_eq(symlink(target, link), 0);
}

START_TEST(loads_a_tree)
{
    char dir[LIMIT_PATH_BYTES], hex[HASH_HEX_SIZE];
    struct arena a = {0};
    struct problems p = {0};
    struct config *c = config_in(dir, "tree");
    write_file(dir, "jobs/zebra.yaml", job_text(&a, "zebra"));
    write_file(dir, "jobs/sub/deep/ant.yaml", job_text(&a, "ant"));
    write_file(dir, "jobs/sub/README.md", "not a job");
    write_file(dir, "jobs/.hidden.yaml", "[");
    write_file(dir, "jobs/.git/x.yaml", "[");
    write_file(dir, "jobs/backup.yaml~", "[");
    write_file(dir, "elsewhere/bee.yaml", job_text(&a, "bee"));
    write_file(dir, "elsewhere/cat.yaml", job_text(&a, "cat"));
    make_link(dir, "elsewhere", "jobs/linked");
    make_link(dir, "elsewhere/cat.yaml", "jobs/cat.yaml");

    struct jobs *jobs = jobs_load(c, &p);
    expect_problems(&p, "", "");
    ck_assert_uint_eq(jobs->n, 3);
    ck_assert_uint_eq(jobs->nbroken, 0);
    ck_assert_str_eq(jobs->items[0]->name, "ant");
    ck_assert_str_eq(jobs->items[1]->name, "cat");
    ck_assert_str_eq(jobs->items[2]->name, "zebra");
    const struct job *ant = jobs_find(jobs, "ant");
    ck_assert_ptr_nonnull(strstr(ant->file, "tree/jobs/sub/deep/ant.yaml"));
    hash_bytes(job_text(&a, "ant"), strlen(job_text(&a, "ant")), hex);
    ck_assert_str_eq(ant->sha256, hex);
    ck_assert_ptr_null(jobs_find(jobs, "bee"));
    jobs_free(jobs);
    jobs_free(NULL);
    config_free(c);
    arena_release(&a);
}
END_TEST

START_TEST(a_broken_file_stops_only_itself)
{
    char dir[LIMIT_PATH_BYTES], path[LIMIT_PATH_BYTES];
    struct arena a = {0};
    struct problems p = {0};
    struct err e = {0};
    struct config *c = config_in(dir, "broken");
    write_file(dir, "jobs/bad.yaml", "job: bad\nresults: [\n");
    write_file(dir, "jobs/empty.yaml", "");
    write_file(dir, "jobs/good.yaml", job_text(&a, "good"));
    write_file(dir, "jobs/open.yaml", job_text(&a, "open"));
    write_file(dir, "jobs/sub/good.yaml", job_text(&a, "good"));
    write_file(dir, "jobs/wrong.yaml", job_text(&a, "right"));
    write_file(dir, "jobs/other.yml", job_text(&a, "other"));
    ck_ok(file_join(path, dir, "jobs/open.yaml", &e), &e);
    ck_assert_int_eq(chmod(path, 0666), 0);

    struct jobs *jobs = jobs_load(c, &p);
    expect_problems(&p,
                    "3:1 a value was expected here\n"
                    "0:0 the file is empty\n"
                    "0:0 can be written by others (mode 0666)\n"
                    "0:0 warning: this file is not read: job files end in .yaml\n"
                    "1:1 job \"good\" is already in\n"
                    "1:6 job \"right\" does not have the name of its file",
                    "");
    ck_assert_uint_eq(jobs->n, 1);
    ck_assert_uint_eq(jobs->nbroken, 5);
    ck_assert_ptr_nonnull(jobs_find(jobs, "good"));
    jobs_free(jobs);
    config_free(c);
    arena_release(&a);
}
END_TEST

START_TEST(no_jobs_directory)
{
    char dir[LIMIT_PATH_BYTES];
    struct problems p = {0};
    struct config *c = config_in(dir, "nothing");
    struct jobs *jobs = jobs_load(c, &p);
    expect_problems(&p, "0:0 can't be read: No such file or directory | make it, or set", dir);
    ck_assert_uint_eq(jobs->n, 0);
    ck_assert_uint_eq(jobs->nbroken, 1);
    jobs_free(jobs);
    config_free(c);
}
END_TEST

/* The example's destinations are its last part; those that are commented out become real. */
static char *example_with_all_destinations(void)
{
    char *text = strdup(config_example);
    char *at = strstr(text, "\ndestinations:\n");
    ck_assert_ptr_nonnull(at);
    while ((at = strstr(at, "\n  # ")) != NULL) {
        at += strlen("\n  ");
        if (at[2] == ' ' || strncmp(at, "# bucket:", 9) == 0 || strncmp(at, "# portal:", 9) == 0 ||
            strncmp(at, "# admin:", 8) == 0)
            memmove(at, at + 2, strlen(at + 2) + 1);
    }
    return text;
}

/*
 * The reports that are shipped must load with the configuration that `pressrun init` writes, when
 * the destinations that it shows are taken.
 */
START_TEST(shipped_jobs)
{
    struct arena a = {0};
    struct problems p = {0};
    const char *source = getenv("PRESSRUN_SOURCE_DIR");
    ck_assert_ptr_nonnull(source);
    char *text = example_with_all_destinations();
    struct config *c = config_load_text("pressrun.yaml", text, strlen(text), &p);
    expect_problems(&p, "", text);
    c->jobs_directory = arena_printf(&a, "%s/jobs/video-platform", source);
    struct jobs *jobs = jobs_load(c, &p);
    expect_problems(&p, "", c->jobs_directory);
    ck_assert_uint_gt(jobs->n, 0);
    ck_assert_uint_eq(jobs->nbroken, 0);
    jobs_free(jobs);
    config_free(c);
    free(text);
    arena_release(&a);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {loads_a_tree, a_broken_file_stops_only_itself, no_jobs_directory,
                                  shipped_jobs, NULL};
    return unit_main("jobs", tests);
}
