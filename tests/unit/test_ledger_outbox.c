#include "tests/unit/ledger_fixture.h"

#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "runner/ledger_outbox.h"
#include "runner/manifest.h"

static struct err e;
static struct arena texts;

static const struct label_text daily = {NULL, "Daily"};
static const struct label title = {&daily, 1};
static const struct job job = {
    .name = "daily", .title = &title, .locale = &locale_default, .sha256 = "abc"};
static const struct tenant acme = {.id = "acme", .name = "Acme"},
                           other = {.id = "other", .name = "Other"};

static struct artifact artifact(const char *name)
{
    struct artifact a = {.format = &format_csv, .rows = 5, .size_bytes = 10};
    snprintf(a.name, sizeof(a.name), "%s", name);
    snprintf(a.sha256, sizeof(a.sha256), "%064d", 7);
    return a;
}

/* One run with two files and a manifest for "s3", and a notice that links to them for "hook". */
static int64_t commit(struct ledger *l, const struct tenant *tenant, const char *period, bool again,
                      time_t now)
{
    struct claim c;
    struct task t = {&job, {.start = 100, .end = 200}, tenant};
    struct artifact files[] = {artifact("a.csv"), artifact("b.csv"), artifact(MANIFEST_NAME)};
    char a[32], b[32], m[32], id[32];
    snprintf(a, sizeof(a), "%s/a", tenant->id);
    snprintf(b, sizeof(b), "%s/b", tenant->id);
    snprintf(m, sizeof(m), "%s/m", tenant->id);
    snprintf(id, sizeof(id), "pr_%s", tenant->id);
    struct outbox_item outbox[] = {
        {DELIVERY_FILE, 0, "s3", a, NULL},          {DELIVERY_FILE, 1, "s3", b, NULL},
        {DELIVERY_MANIFEST, 2, "s3", m, NULL},      {DELIVERY_NOTICE, 0, "hook", id, "s3"},
        {DELIVERY_BATCH, 0, "all", "pr_all", "s3"},
    };
    snprintf(t.period.label, sizeof(t.period.label), "%s", period);
    ck_assert_int_eq(ledger_claim(l, &t, "{}", again, now, &c, &e), 1);
    struct run_result result = {c.run, files, 3, outbox, 5, 5, VERDICT_DELIVER, NULL};
    ck_ok(ledger_commit_run(l, &result, now, &e), &e);
    return c.run;
}

static void add_key(void *ctx, int64_t id, const char *destination)
{
    char *out = ctx;
    size_t len = strlen(out);
    snprintf(out + len, 200 - len, "%s%s:%lld", len ? " " : "", destination, (long long)id);
}

static const char *ready(struct ledger *l, struct outbox_filter filter, time_t now)
{
    static char out[200];
    out[0] = '\0';
    ck_ok(ledger_ready(l, &filter, now, add_key, out, &e), &e);
    return out;
}

#define ALL ((struct outbox_filter){0})

static void delivered(struct ledger *l, int64_t id)
{
    struct delivery_result r = {.id = id, .delivered = true};
    ck_ok(ledger_record(l, &r, 1, 1001, &e), &e);
}

static void failed(struct ledger *l, int64_t id, time_t retry_at)
{
    struct delivery_result r = {.id = id, .retry_at = retry_at, .error = "no", .hint = "why"};
    ck_ok(ledger_record(l, &r, 1, 1001, &e), &e);
}

static bool is_settled(struct ledger *l, int64_t run)
{
    bool settled = false;
    ck_ok(ledger_run_settled(l, run, &settled, &e), &e);
    return settled;
}

START_TEST(files_then_manifest_then_notice_then_batch)
{
    struct ledger *l = new_ledger("order");
    int64_t run = commit(l, &acme, "2026-11-23", false, 1000);
    struct outbox_filter of_run = {.run = run, .completed = "s3"};
    ck_assert_str_eq(ready(l, ALL, 1000), "s3:1 s3:2");
    delivered(l, 2);
    ck_assert_str_eq(ready(l, of_run, 1001), "");
    delivered(l, 1);
    ck_assert_str_eq(ready(l, of_run, 1001), "s3:3");
    delivered(l, 3);
    ck_assert_str_eq(ready(l, of_run, 1001), "hook:4");
    ck_assert_str_eq(ready(l, ALL, 1001), "hook:4");
    delivered(l, 4);
    /* The batch notice waits for the end of the batch, but not for ever. */
    ck_assert_str_eq(ready(l, ALL, 1001), "");
    ck_assert_str_eq(ready(l, ALL, 1000 + 3600), "all:5");
    ck_ok(ledger_release_batches(l, "daily", 1002, &e), &e);
    ck_assert_str_eq(ready(l, ALL, 1002), "all:5");
    ck_assert(!is_settled(l, run));
    delivered(l, 5);
    ck_assert(is_settled(l, run));
    ledger_close(l);
}
END_TEST

START_TEST(a_delivery_as_it_is)
{
    struct ledger *l = new_ledger("delivery");
    struct delivery d;
    int64_t run = commit(l, &acme, "2026-11-23", false, 1000);
    ck_assert_int_eq(ledger_delivery(l, 2, &texts, &d, &e), 1);
    ck_assert_int_eq(d.run, run);
    ck_assert_int_eq(d.kind, DELIVERY_FILE);
    ck_assert_str_eq(d.file, "b.csv");
    ck_assert_str_eq(d.tenant_name, "Acme");
    ck_assert_str_eq(d.media_type, format_csv.media_type);
    ck_assert_int_eq(d.queued_at, 1000);
    ck_assert_ptr_null(d.upload);
    ck_ok(ledger_keep_upload(l, 2, "upload-7", &e), &e);
    ck_assert_int_eq(ledger_delivery(l, 2, &texts, &d, &e), 1);
    ck_assert_str_eq(d.upload, "upload-7");
    ck_assert_int_eq(ledger_delivery(l, 4, &texts, &d, &e), 1);
    ck_assert_int_eq(d.kind, DELIVERY_NOTICE);
    ck_assert_ptr_null(d.file);
    ck_assert_str_eq(d.after, "s3");
    delivered(l, 2);
    ck_assert_int_eq(ledger_delivery(l, 2, &texts, &d, &e), 0);
    ledger_close(l);
}
END_TEST

START_TEST(what_failed_waits_for_its_time)
{
    struct ledger *l = new_ledger("later");
    struct delivery d;
    commit(l, &acme, "2026-11-23", false, 1000);
    delivered(l, 1);
    failed(l, 2, 1060);
    ck_assert_str_eq(ready(l, ALL, 1059), "");
    ck_assert_str_eq(ready(l, ALL, 1060), "s3:2");
    ck_assert_int_eq(ledger_delivery(l, 2, &texts, &d, &e), 1);
    ck_assert_int_eq(d.attempts, 1);
    ledger_close(l);
}
END_TEST

START_TEST(what_waits_for_a_dead_one_is_dead)
{
    struct ledger *l = new_ledger("dead");
    int64_t n, run = commit(l, &acme, "2026-11-23", false, 1000);
    failed(l, 2, 0);
    ck_assert_str_eq(ready(l, ALL, 1001), "s3:1");
    delivered(l, 1);
    ck_assert_str_eq(ready(l, ALL, 1001), "");
    ck_ok(ledger_undelivered(l, "daily", &n, &e), &e);
    ck_assert_int_eq(n, 4);
    ck_assert(!is_settled(l, run)); /* the files stay for whoever sends them after all */
    ledger_close(l);
}
END_TEST

START_TEST(what_failed_is_sent_again_when_asked_for)
{
    struct ledger *l = new_ledger("retry");
    struct outbox_filter wanted = {.wanted = true};
    int64_t n, first = commit(l, &acme, "2026-11-23", false, 1000);
    commit(l, &other, "2026-11-23", false, 1000);
    failed(l, 2, 0);    /* of the first run: dead, and its manifest and notice with it */
    failed(l, 6, 5000); /* of the second: due later */
    ck_ok(ledger_retry(l, &(struct retry){.dead = true}, 2000, &n, &e), &e);
    ck_assert_int_eq(n, 3);
    ck_assert_str_eq(ready(l, wanted, 2000), "s3:2");
    ck_ok(ledger_retry(l, &(struct retry){.destination = "s3"}, 2000, &n, &e), &e);
    ck_assert_int_eq(n, 4);
    ck_assert_str_eq(ready(l, wanted, 2000), "s3:2 s3:6");
    ck_ok(ledger_retry(l, &(struct retry){.run = first}, 2000, &n, &e), &e);
    ck_assert_str_eq(ready(l, wanted, 2000), "s3:2");
    delivered(l, 2);
    ck_ok(ledger_retry(l, &(struct retry){.dead = true}, 2000, &n, &e), &e);
    ck_assert_int_eq(n, 0);
    ledger_close(l);
}
END_TEST

START_TEST(what_broke_isolation_is_never_sent_again)
{
    struct ledger *l = new_ledger("isolation");
    int64_t n;
    commit(l, &acme, "2026-11-23", false, 1000);
    ck_ok(ledger_stop_deliveries(l, "daily", "leak", &e), &e);
    ck_ok(ledger_retry(l, &(struct retry){.dead = true}, 2000, &n, &e), &e);
    ck_assert_int_eq(n, 0);
    ck_ok(ledger_retry(l, &(struct retry){.destination = "s3"}, 2000, &n, &e), &e);
    ck_assert_int_eq(n, 0);
    ck_assert_str_eq(ready(l, ALL, 99999), "");
    ledger_close(l);
}
END_TEST

START_TEST(a_destination_that_is_gone_gets_nothing_until_it_is_asked_for)
{
    struct ledger *l = new_ledger("disabled");
    int64_t n;
    commit(l, &acme, "2026-11-23", false, 1000);
    ck_ok(ledger_disable(l, "s3", "410 Gone", 1001, &e), &e);
    commit(l, &other, "2026-11-23", false, 1002);
    ck_assert_str_eq(ready(l, ALL, 1002), "");
    ck_ok(ledger_retry(l, &(struct retry){.destination = "s3"}, 2000, &n, &e), &e);
    ck_assert_str_eq(ready(l, ALL, 2000), "s3:1 s3:2 s3:6 s3:7");
    commit(l, &other, "2026-11-24", false, 2001);
    /* The newer period has the same keys here. */
    ck_assert_str_eq(ready(l, ALL, 2001), "s3:1 s3:2 s3:10 s3:11");
    ledger_close(l);
}
END_TEST

START_TEST(a_destination_is_left_alone_for_a_while)
{
    struct ledger *l = new_ledger("put-off");
    commit(l, &acme, "2026-11-23", false, 1000);
    ck_ok(ledger_put_off(l, "hook", 5000, &e), &e);
    ck_assert_str_eq(ready(l, ALL, 1000), "s3:1 s3:2");
    ck_ok(ledger_put_off(l, "s3", 5000, &e), &e);
    ck_assert_str_eq(ready(l, ALL, 4999), "");
    ck_assert_str_eq(ready(l, ALL, 5000), "s3:1 s3:2");
    ledger_close(l);
}
END_TEST

START_TEST(an_older_revision_never_replaces_a_newer_one)
{
    struct ledger *l = new_ledger("superseded");
    struct delivery d;
    int64_t older = commit(l, &acme, "2026-11-23", false, 1000);
    failed(l, 2, 0);
    int64_t newer = commit(l, &acme, "2026-11-23", true, 2000);
    ck_assert_str_eq(ready(l, ALL, 2000), "s3:6 s3:7");
    ck_assert_int_eq(ledger_delivery(l, 6, &texts, &d, &e), 1);
    ck_assert_int_eq(d.run, newer);
    ck_assert_int_eq(d.revision, 2);
    ck_assert(is_settled(l, older)); /* also what was given up */
    ledger_close(l);
}
END_TEST

START_TEST(an_older_period_never_replaces_a_newer_one_of_the_same_keys)
{
    struct ledger *l = new_ledger("same-keys");
    commit(l, &acme, "2026-11-23", false, 1000);
    failed(l, 1, 1030);
    commit(l, &acme, "2026-11-24", false, 1010);
    ck_assert_str_eq(ready(l, ALL, 2000), "s3:6 s3:7");
    ledger_close(l);
}
END_TEST

static int add_run(void *ctx, const struct batch_run *r, struct err *why)
{
    (void)why;
    char *out = ctx;
    size_t len = strlen(out);
    snprintf(out + len, 200 - len, "%s=%lld ", r->tenant, (long long)r->run);
    return 0;
}

START_TEST(one_batch_notice_for_all_tenants)
{
    struct ledger *l = new_ledger("batch");
    char runs[200] = "";
    int64_t first = commit(l, &acme, "2026-11-23", false, 1000);
    int64_t second = commit(l, &other, "2026-11-23", false, 1010);
    /* The first run's was renewed: ids 1 to 5, then 6 to 9. */
    for (int64_t id = 1; id <= 9; id++) {
        if (id != 5)
            delivered(l, id);
    }
    ck_assert(is_settled(l, first));
    ck_ok(ledger_release_batches(l, "daily", 1020, &e), &e);
    ck_assert_str_eq(ready(l, ALL, 1020), "all:5");
    ck_ok(ledger_batch_runs(l, second, add_run, runs, &e), &e);
    ck_assert_str_eq(runs, "acme=1 other=2 ");
    /* What it said before it was sent for the first time stays what it says. */
    failed(l, 5, 1060);
    int64_t third = commit(l, &acme, "2026-11-23", true, 1070);
    runs[0] = '\0';
    ck_ok(ledger_batch_runs(l, second, add_run, runs, &e), &e);
    ck_assert_str_eq(runs, "acme=1 other=2 ");
    runs[0] = '\0';
    ck_ok(ledger_batch_runs(l, third, add_run, runs, &e), &e);
    ck_assert_str_eq(runs, "acme=3 other=2 ");
    ledger_close(l);
}
END_TEST

/* Claims first, so that runs can be committed in another order. */
static int64_t claim(struct ledger *l, const struct tenant *tenant)
{
    struct claim c;
    struct task t = {&job, {.label = "2026-11-23", .start = 100, .end = 200}, tenant};
    ck_assert_int_eq(ledger_claim(l, &t, "{}", false, 1000, &c, &e), 1);
    return c.run;
}

static void commit_batch(struct ledger *l, int64_t run, const char *id)
{
    struct outbox_item outbox[] = {{DELIVERY_BATCH, 0, "all", id, NULL}};
    struct run_result result = {.run = run, .outbox = outbox, .noutbox = 1};
    ck_ok(ledger_commit_run(l, &result, 1000, &e), &e);
}

START_TEST(a_batch_notice_is_about_all_in_whatever_order_they_end)
{
    struct ledger *l = new_ledger("any-order");
    struct delivery d;
    char runs[200] = "";
    int64_t first = claim(l, &acme), second = claim(l, &other);
    commit_batch(l, second, "pr_second");
    commit_batch(l, first, "pr_first");
    ck_ok(ledger_release_batches(l, "daily", 1020, &e), &e);
    ck_assert_str_eq(ready(l, ALL, 1020), "all:1");
    ck_assert_int_eq(ledger_delivery(l, 1, &texts, &d, &e), 1);
    ck_assert_int_eq(d.run, second);
    ck_assert_str_eq(d.key, "pr_second");
    ck_ok(ledger_batch_runs(l, d.run, add_run, runs, &e), &e);
    ck_assert_str_eq(runs, "acme=1 other=2 ");
    ledger_close(l);
}
END_TEST

START_TEST(what_was_tried_less_often_goes_first)
{
    struct ledger *l = new_ledger("fresh-first");
    commit(l, &acme, "2026-11-23", false, 1000);
    commit(l, &other, "2026-11-23", false, 1000);
    failed(l, 1, 1060);
    failed(l, 2, 1060);
    ck_assert_str_eq(ready(l, ALL, 1060), "s3:6 s3:7 s3:1 s3:2");
    ledger_close(l);
}
END_TEST

START_TEST(isolation_stops_what_was_given_up_before_as_well)
{
    struct ledger *l = new_ledger("stopped-dead");
    int64_t n;
    commit(l, &acme, "2026-11-23", false, 1000);
    failed(l, 2, 0);
    ck_ok(ledger_stop_deliveries(l, "daily", "leak", &e), &e);
    ck_ok(ledger_retry(l, &(struct retry){.dead = true}, 2000, &n, &e), &e);
    ck_assert_int_eq(n, 0);
    ledger_close(l);
}
END_TEST

START_TEST(who_asks_for_all_that_is_dead_does_not_ask_for_what_is_gone)
{
    struct ledger *l = new_ledger("gone-stays");
    int64_t n;
    commit(l, &acme, "2026-11-23", false, 1000);
    ck_ok(ledger_disable(l, "s3", "410 Gone", 1001, &e), &e);
    ck_ok(ledger_retry(l, &(struct retry){.dead = true}, 2000, &n, &e), &e);
    ck_assert_int_eq(n, 0);
    ck_assert_str_eq(ready(l, ALL, 2000), "");
    ledger_close(l);
}
END_TEST

/* A run of a new revision with one file at "s3", by its verdict. */
static int64_t commit_verdict(struct ledger *l, enum verdict verdict)
{
    struct claim c;
    struct task t = {&job, {.label = "2026-11-23", .start = 100, .end = 200}, &acme};
    struct artifact files[] = {artifact("a.csv")};
    struct outbox_item outbox[] = {{DELIVERY_FILE, 0, "s3", "acme/new", NULL}};
    ck_assert_int_eq(ledger_claim(l, &t, "{}", true, 2000, &c, &e), 1);
    struct run_result result = {c.run, files, 1, outbox, 1, 0, verdict, "too short"};
    ck_ok(ledger_commit_run(l, &result, 2000, &e), &e);
    return c.run;
}

START_TEST(a_revision_that_is_not_sent_replaces_nothing)
{
    struct ledger *l = new_ledger("not-sent");
    commit(l, &acme, "2026-11-23", false, 1000);
    commit_verdict(l, VERDICT_SKIP);
    ck_assert_str_eq(ready(l, ALL, 2000), "s3:1 s3:2");
    int64_t held = commit_verdict(l, VERDICT_HOLD);
    ck_assert_str_eq(ready(l, ALL, 2000), "s3:1 s3:2");
    ck_assert_int_eq(ledger_release(l, held, 2001, &e), 1);
    ck_assert_str_eq(ready(l, ALL, 2001), "s3:6");
    ck_assert_int_eq(ledger_release(l, held, 2002, &e), 0);
    ledger_close(l);
}
END_TEST

START_TEST(a_newer_revision_takes_the_place_of_one_that_is_held)
{
    struct ledger *l = new_ledger("held");
    int64_t held = commit_verdict(l, VERDICT_HOLD);
    commit_verdict(l, VERDICT_DELIVER);
    ck_assert_str_eq(ready(l, ALL, 2000), "s3:2");
    ck_assert_int_eq(ledger_release(l, held, 2001, &e), 0);
    ledger_close(l);
}
END_TEST

int main(void)
{
    int rc = unit_main(
        "ledger_outbox",
        (const TTest *const[]){
            files_then_manifest_then_notice_then_batch, a_delivery_as_it_is,
            what_failed_waits_for_its_time, what_waits_for_a_dead_one_is_dead,
            what_failed_is_sent_again_when_asked_for, what_broke_isolation_is_never_sent_again,
            a_destination_that_is_gone_gets_nothing_until_it_is_asked_for,
            a_destination_is_left_alone_for_a_while, an_older_revision_never_replaces_a_newer_one,
            an_older_period_never_replaces_a_newer_one_of_the_same_keys,
            one_batch_notice_for_all_tenants,
            a_batch_notice_is_about_all_in_whatever_order_they_end,
            what_was_tried_less_often_goes_first, isolation_stops_what_was_given_up_before_as_well,
            who_asks_for_all_that_is_dead_does_not_ask_for_what_is_gone,
            a_revision_that_is_not_sent_replaces_nothing,
            a_newer_revision_takes_the_place_of_one_that_is_held, NULL});
    arena_release(&texts);
    return rc;
}
