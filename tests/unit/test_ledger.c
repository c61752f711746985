#include "tests/unit/ledger_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "runner/ledger_outbox.h"
#include "runner/ledger_schema.h"
#include "runner/manifest.h"

static struct err e;

static const struct label_text daily = {NULL, "Daily"};
static const struct label title = {&daily, 1};
static const struct job job = {
    .name = "daily", .title = &title, .locale = &locale_default, .sha256 = "abc"};
static const struct tenant acme = {.id = "acme", .name = "Acme"};

static struct task task_for(const struct tenant *tenant)
{
    return (struct task){&job, {.label = "2026-11-23", .start = 100, .end = 200}, tenant};
}

static struct artifact artifact(const char *name, uint64_t rows)
{
    struct artifact a = {.format = &format_csv, .rows = rows, .size_bytes = 10};
    snprintf(a.name, sizeof(a.name), "%s", name);
    snprintf(a.sha256, sizeof(a.sha256), "%064d", 7);
    return a;
}

/* Claims and commits one run with a file and a manifest for destination "out". */
static int64_t commit(struct ledger *l, const struct task *t, bool again, time_t now)
{
    struct claim c;
    struct artifact files[] = {artifact("a.csv", 5), artifact(MANIFEST_NAME, 0)};
    struct outbox_item outbox[] = {
        {DELIVERY_FILE, 0, "out", "acme/a.csv", NULL},
        {DELIVERY_MANIFEST, 1, "out", "acme/manifest.json", NULL},
    };
    ck_assert_int_eq(ledger_claim(l, t, "{}", again, now, &c, &e), 1);
    struct run_result result = {c.run, files, 2, outbox, 2, 5, VERDICT_DELIVER, NULL};
    ck_ok(ledger_commit_run(l, &result, now, &e), &e);
    return c.run;
}

START_TEST(a_task_is_claimed_once)
{
    struct ledger *l = new_ledger("once");
    struct task t = task_for(&acme);
    struct claim first, second;
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 1000, &first, &e), 1);
    ck_assert_int_eq(first.revision, 1);
    ck_assert_int_eq(first.attempt, 1);
    struct run_result result = {.run = first.run};
    ck_ok(ledger_commit_run(l, &result, 1001, &e), &e);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 2000, &second, &e), 0);
    ck_assert_int_eq(second.run, first.run);
    ledger_close(l);
}
END_TEST

static int64_t count(struct ledger *l, const char *name)
{
    char sql[64];
    sqlite3_stmt *stmt;
    snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM %s", name);
    ck_ok(ledger_prepare(l, &stmt, &e, sql, ""), &e);
    ck_assert_int_eq(ledger_step(l, stmt, &e), 1);
    int64_t n = sqlite3_column_int64(stmt, 0);
    ledger_end(stmt);
    return n;
}

START_TEST(a_claim_that_is_taken_back_leaves_no_trace)
{
    struct ledger *l = new_ledger("unclaim");
    struct task t = task_for(&acme);
    struct claim c, other;
    struct err why;
    err_set_transient(&why, ERR_DATABASE, "connection lost");
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 1000, &c, &e), 1);
    ck_ok(ledger_unclaim(l, &c, &e), &e);
    ck_assert_int_eq(count(l, "tasks"), 0);
    ck_assert_int_eq(count(l, "runs"), 0);
    /* What was tried before, and what is done, stays. */
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 1000, &c, &e), 1);
    ck_ok(ledger_fail_run(l, c.run, &why, 1001, &e), &e);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 2000, &other, &e), 1);
    ck_ok(ledger_unclaim(l, &other, &e), &e);
    ck_ok(ledger_unclaim(l, &c, &e), &e);
    ck_assert_int_eq(count(l, "tasks"), 1);
    ck_assert_int_eq(count(l, "runs"), 1);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 3000, &c, &e), 1);
    ck_assert_int_eq(c.attempt, 2);
    ck_assert_int_eq(c.generated_at, 1000);
    ledger_close(l);
}
END_TEST

START_TEST(a_look_ahead_is_not_the_report)
{
    struct ledger *l = new_ledger("early");
    struct task t = task_for(&acme); /* its period ends at 200 */
    struct claim early, due;
    struct run_result result = {.rows = 1};
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 150, &early, &e), 1);
    result.run = early.run;
    ck_ok(ledger_commit_run(l, &result, 151, &e), &e);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 199, &due, &e), 0);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 200, &due, &e), 1);
    ck_assert_int_eq(due.revision, 2);
    result.run = due.run;
    ck_ok(ledger_commit_run(l, &result, 201, &e), &e);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 300, &due, &e), 0);
    ledger_close(l);
}
END_TEST

START_TEST(a_failed_run_is_tried_again_with_the_same_time)
{
    struct ledger *l = new_ledger("again");
    struct task t = task_for(&acme);
    struct claim first, second;
    struct err why;
    err_set_transient(&why, ERR_DATABASE, "connection lost");
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 1000, &first, &e), 1);
    ck_ok(ledger_fail_run(l, first.run, &why, 1001, &e), &e);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 5000, &second, &e), 1);
    ck_assert_int_eq(second.revision, 1);
    ck_assert_int_eq(second.attempt, 2);
    ck_assert_int_eq(second.generated_at, 1000);
    ledger_close(l);
}
END_TEST

START_TEST(again_and_other_parameters_make_a_new_revision)
{
    struct ledger *l = new_ledger("revision");
    struct task t = task_for(&acme);
    struct claim c;
    commit(l, &t, false, 1000);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", true, 2000, &c, &e), 1);
    ck_assert_int_eq(c.revision, 2);
    ck_assert_int_eq(c.generated_at, 2000);
    struct run_result result = {.run = c.run};
    ck_ok(ledger_commit_run(l, &result, 2001, &e), &e);
    ck_assert_int_eq(ledger_claim(l, &t, "{\"x\": \"1\"}", false, 3000, &c, &e), 1);
    ck_assert_int_eq(c.revision, 3);
    ledger_close(l);
}
END_TEST

START_TEST(tenants_and_the_platform_are_different_tasks)
{
    struct ledger *l = new_ledger("tenants");
    struct tenant other = {.id = "other", .name = "Other"};
    struct task t = task_for(&acme), u = task_for(&other), p = task_for(NULL);
    struct claim c;
    bool done = true;
    commit(l, &t, false, 1000);
    ck_assert_int_eq(ledger_claim(l, &u, "{}", false, 1000, &c, &e), 1);
    ck_ok(ledger_is_done(l, &p, &done, &e), &e);
    ck_assert(!done);
    ck_ok(ledger_is_done(l, &t, &done, &e), &e);
    ck_assert(done);
    ledger_close(l);
}
END_TEST

START_TEST(what_a_dead_process_left_is_interrupted)
{
    struct ledger *l = new_ledger("dead");
    struct task t = task_for(&acme);
    struct claim c;
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 1000, &c, &e), 1);
    ck_assert_int_eq(ledger_recover(l, 1500, &e), 1);
    ck_assert_int_eq(ledger_recover(l, 1500, &e), 0);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 2000, &c, &e), 1);
    ck_assert_int_eq(c.attempt, 2);
    ledger_close(l);
}
END_TEST

static int count_rows(void *ctx, const struct run_row *row, struct err *err)
{
    (void)err;
    ck_assert_str_eq(row->job, "daily");
    ++*(int *)ctx;
    return 0;
}

START_TEST(runs_are_listed_and_filtered)
{
    struct ledger *l = new_ledger("list");
    struct task t = task_for(&acme);
    struct claim c;
    struct err why;
    int n = 0;
    commit(l, &t, false, 1000);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", true, 2000, &c, &e), 1);
    err_set(&why, ERR_DATA, "bad");
    ck_ok(ledger_fail_run(l, c.run, &why, 2001, &e), &e);
    struct run_filter all = {NULL, NULL, false, 10}, bad = {NULL, NULL, true, 10},
                      other = {"other", NULL, false, 10};
    ck_ok(ledger_runs(l, &all, count_rows, &n, &e), &e);
    ck_assert_int_eq(n, 2);
    n = 0;
    ck_ok(ledger_runs(l, &bad, count_rows, &n, &e), &e);
    ck_assert_int_eq(n, 1);
    n = 0;
    ck_ok(ledger_runs(l, &other, count_rows, &n, &e), &e);
    ck_assert_int_eq(n, 0);
    ledger_close(l);
}
END_TEST

static void damage(const char *name, off_t at, const char *bytes, size_t n)
{
    char path[600];
    snprintf(path, sizeof(path), "%s/%s", state, name);
    int fd = open(path, O_WRONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, n, at), (ssize_t)n);
    close(fd);
}

static void expect_refused(const char *text)
{
    struct ledger *l = NULL;
    ck_error(ledger_open(state, &l, &e), &e, text);
    ck_assert_int_eq(e.kind, ERR_LEDGER);
    ck_assert_ptr_null(l);
}

START_TEST(a_ledger_that_is_not_ours_is_never_taken_for_an_empty_one)
{
    char path[600];
    /* Control: an untouched one opens. */
    struct ledger *l = new_ledger("untouched");
    ledger_close(l);

    ledger_close(new_ledger("emptied"));
    snprintf(path, sizeof(path), "%s/ledger.db", state);
    ck_assert_int_eq(truncate(path, 0), 0);
    expect_refused("empty");

    ledger_close(new_ledger("missing"));
    snprintf(path, sizeof(path), "%s/ledger.db", state);
    ck_assert_int_eq(unlink(path), 0);
    expect_refused("can't be opened");

    ledger_close(new_ledger("foreign-uuid"));
    damage("ledger.uuid", 0, "0000", 4);
    expect_refused("does not belong");

    ledger_close(new_ledger("foreign-id"));
    damage("ledger.db", 68, "\0\0\0\1", 4); /* application id, "Database File Format" 1.2 */
    expect_refused("not a pressrun ledger");

    ledger_close(new_ledger("newer"));
    damage("ledger.db", 60, "\0\0\0\143", 4); /* user version */
    expect_refused("version 99");

    ledger_close(new_ledger("garbage"));
    damage("ledger.db", 0, "nonsense", 8);
    expect_refused("not a database");

    ledger_close(new_ledger("torn"));
    damage("ledger.db", 4096 + 3, "\xff\xff\xff\xff\xff", 5);
    expect_refused("ledger.db\"");

    snprintf(state, sizeof(state), "%s/nothing", unit_temp_dir());
    ck_ok(file_make_dirs(state, 0700, true, &e), &e);
    expect_refused("no ledger");
}
END_TEST

START_TEST(creating_twice_keeps_what_is_there)
{
    struct ledger *l = new_ledger("twice");
    struct task t = task_for(&acme);
    bool done = false;
    commit(l, &t, false, 1000);
    ledger_close(l);
    ck_ok(ledger_create(state, &e), &e);
    ck_ok(ledger_open(state, &l, &e), &e);
    ck_ok(ledger_is_done(l, &t, &done, &e), &e);
    ck_assert(done);
    ledger_close(l);
    /* A database without its uuid is not overwritten by a new one. */
    char path[600];
    snprintf(path, sizeof(path), "%s/ledger.uuid", state);
    ck_assert_int_eq(unlink(path), 0);
    ck_error(ledger_create(state, &e), &e, "without its ledger.uuid");
}
END_TEST

/* Statements stay prepared: one that is in use is not taken from its user. */
struct nested {
    struct ledger *l;
    char outer[8], inner[32];
};

static void note(char *out, const struct run_row *row)
{
    snprintf(out + strlen(out), 4, "%lld", (long long)row->run);
}

static int note_inner(void *ctx, const struct run_row *row, struct err *err)
{
    (void)err;
    note(((struct nested *)ctx)->inner, row);
    return 0;
}

static int note_outer(void *ctx, const struct run_row *row, struct err *err)
{
    struct nested *n = ctx;
    const struct run_filter two = {.limit = 2};
    note(n->outer, row);
    return ledger_runs(n->l, &two, note_inner, n, err);
}

START_TEST(test_nested)
{
    struct nested n = {.l = new_ledger("nested")};
    struct task t = task_for(&acme);
    for (int i = 0; i < 3; i++)
        commit(n.l, &t, true, 1000 + i);
    const struct run_filter all = {.limit = 10}, one = {.limit = 1};
    ck_ok(ledger_runs(n.l, &all, note_outer, &n, &e), &e);
    ck_assert_str_eq(n.outer, "321");
    ck_assert_str_eq(n.inner, "323232");
    n.inner[0] = '\0';
    ck_ok(ledger_runs(n.l, &one, note_inner, &n, &e), &e);
    ck_assert_str_eq(n.inner, "3");
    ledger_close(n.l);
}
END_TEST

int main(void)
{
    return unit_main("ledger", (const TTest *const[]){
                                   a_task_is_claimed_once,
                                   a_claim_that_is_taken_back_leaves_no_trace,
                                   a_look_ahead_is_not_the_report,
                                   a_failed_run_is_tried_again_with_the_same_time,
                                   again_and_other_parameters_make_a_new_revision,
                                   tenants_and_the_platform_are_different_tasks,
                                   what_a_dead_process_left_is_interrupted,
                                   runs_are_listed_and_filtered,
                                   a_ledger_that_is_not_ours_is_never_taken_for_an_empty_one,
                                   creating_twice_keeps_what_is_there,
                                   test_nested,
                                   NULL,
                               });
}
