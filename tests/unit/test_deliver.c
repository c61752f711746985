/* The delivery loop with destinations that answer, refuse, or never end. */
#include "runner/deliver/deliver.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/file.h"
#include "runner/manifest.h"
#include "tests/unit/unit.h"

static struct err e;
static struct ledger *ledger;
static struct spool *spool;

static const struct label_text daily = {NULL, "Daily"};
static const struct label title = {&daily, 1};
static const struct job job = {
    .name = "daily", .title = &title, .locale = &locale_default, .sha256 = "abc"};

static time_t now(void)
{
    return 5000;
}

/* ---- destinations ---- */

static size_t sent[3]; /* well, badly, for ever */

static void send_well(struct destination *d, struct parcel *p)
{
    (void)d;
    sent[0]++;
    parcel_delivered(p);
}

static void send_badly(struct destination *d, struct parcel *p)
{
    struct err why;
    (void)d;
    sent[1]++;
    err_set_transient(&why, ERR_DELIVERY, "no");
    parcel_failed(p, &why);
}

static void send_for_ever(struct destination *d, struct parcel *p)
{
    (void)d, (void)p;
    sent[2]++;
}

static void send_busy(struct destination *d, struct parcel *p)
{
    struct err why;
    (void)d;
    err_set_transient(&why, ERR_DELIVERY, "busy");
    parcel_refused_for_now(p, &why, 600);
}

static void send_gone(struct destination *d, struct parcel *p)
{
    struct err why;
    (void)d;
    err_set(&why, ERR_DELIVERY, "410 Gone");
    parcel_disable_destination(p, &why);
}

static char url[64];

static void ignore(void *ctx, const struct http_reply *reply)
{
    (void)ctx, (void)reply;
}

static void send_request(struct destination *d, struct parcel *p)
{
    static const struct http_policy policy = {.insecure = true, .timeout_ms = 10000};
    (void)d;
    http_send(p->http, &(struct http_request){.method = "GET", .url = url, .policy = &policy},
              ignore, p);
}

static const struct destination_kind kinds[] = {
    {.name = "well", .send = send_well},      {.name = "bad", .send = send_badly},
    {.name = "hangs", .send = send_for_ever}, {.name = "busy", .send = send_busy},
    {.name = "gone", .send = send_gone},      {.name = "asks", .send = send_request},
};
enum { N = sizeof(kinds) / sizeof(kinds[0]) };
static struct destination destinations[N];
static struct destination *items[N];
static const struct destinations all = {items, N};

/* ---- a ledger with runs of many tenants ---- */

static void open_all(const char *name)
{
    char state[512];
    snprintf(state, sizeof(state), "%s/%s", unit_temp_dir(), name);
    ck_ok(file_make_dirs(state, 0700, true, &e), &e);
    ck_ok(ledger_create(state, &e), &e);
    ck_ok(ledger_open(state, &ledger, &e), &e);
    ck_ok(spool_open(state, &spool, &e), &e);
    for (size_t i = 0; i < N; i++) {
        destinations[i] = (struct destination){.kind = &kinds[i],
                                               .name = kinds[i].name,
                                               .key = "{tenant.id}/{job}/{period}/{file}",
                                               .parallel = 2};
        items[i] = &destinations[i];
    }
}

static void close_all(struct deliveries *d)
{
    deliveries_free(d);
    ledger_close(ledger);
    spool_close(spool);
}

static void commit(int tenant_number, const char *destination)
{
    static const char *const names[] = {"a.csv", MANIFEST_NAME};
    char id[16], keys[2][64];
    snprintf(id, sizeof(id), "t%d", tenant_number);
    const struct tenant tenant = {.id = id, .name = id};
    struct task t = {&job, {.label = "2026-11-23", .start = 100, .end = 200}, &tenant};
    struct artifact files[] = {{.name = "a.csv", .format = &format_csv},
                               {.name = MANIFEST_NAME, .format = &format_json}};
    struct outbox_item outbox[2];
    struct claim c;
    for (size_t i = 0; i < 2; i++) {
        snprintf(keys[i], sizeof(keys[i]), "%s/daily/2026-11-23/%s", id, names[i]);
        outbox[i] = (struct outbox_item){i ? DELIVERY_MANIFEST : DELIVERY_FILE, i, destination,
                                         keys[i], NULL};
    }
    ck_assert_int_eq(ledger_claim(ledger, &t, "{}", true, 1000, &c, &e), 1);
    struct run_result result = {c.run, files, 2, outbox, 2, 1, VERDICT_DELIVER, NULL};
    ck_ok(ledger_commit_run(ledger, &result, 1000, &e), &e);
}

static struct deliveries *queue_all(void)
{
    const struct outbox_filter filter = {0};
    struct deliveries *d = deliveries_new(ledger, spool, &all, now);
    memset(sent, 0, sizeof(sent));
    ck_ok(deliveries_queue(d, &filter, &e), &e);
    return d;
}

/* Turns until nothing changes any more, but for what hangs. Nothing waits to be recorded. */
static void turn(struct deliveries *d)
{
    size_t before[3];
    for (int idle = 0; idle < 100; idle++) {
        memcpy(before, sent, sizeof(sent));
        ck_ok(deliveries_wait(d, NULL, 0, 3, &e), &e);
        ck_ok(deliveries_write(d, &e), &e);
        ck_ok(deliveries_written(d, &e), &e);
        if (memcmp(before, sent, sizeof(sent)) != 0)
            idle = 0;
    }
}

static int64_t waiting(void)
{
    int64_t n = -1;
    ck_ok(ledger_undelivered(ledger, NULL, &n, &e), &e);
    return n;
}

static void count(void *ctx, int64_t id, const char *destination)
{
    (void)id, (void)destination;
    ++*(int *)ctx;
}

static int due(time_t at)
{
    int n = 0;
    const struct outbox_filter filter = {0};
    ck_ok(ledger_ready(ledger, &filter, at, count, &n, &e), &e);
    return n;
}

START_TEST(one_that_hangs_keeps_nobody_waiting)
{
    open_all("hangs");
    for (int i = 0; i < 40; i++)
        commit(i, i % 2 ? "well" : "hangs");
    struct deliveries *d = queue_all();
    turn(d);
    ck_assert_uint_eq(sent[0], 40); /* 20 files and their manifests */
    ck_assert_uint_eq(sent[2], 2);  /* as many as it may have at once */
    ck_assert_uint_eq(deliveries_summary(d)->delivered, 40);
    ck_assert_int_eq(waiting(), 40);
    close_all(d);
}
END_TEST

START_TEST(what_is_dropped_is_sent_again_and_never_recorded)
{
    open_all("drops");
    for (int i = 0; i < 4; i++)
        commit(i, "hangs");
    commit(4, "well");
    struct deliveries *d = queue_all();
    turn(d);
    ck_assert_uint_eq(sent[2], 2);
    ck_ok(deliveries_drop(d, &e), &e);
    turn(d);
    ck_assert_uint_eq(sent[2], 2); /* nothing more is started */
    ck_assert_int_eq(waiting(), 8);
    ck_assert_int_eq(due(5000), 4);
    close_all(d);
}
END_TEST

START_TEST(one_that_fails_in_a_row_is_left_alone)
{
    open_all("fails");
    for (int i = 0; i < 20; i++)
        commit(i, "bad");
    struct deliveries *d = queue_all();
    turn(d);
    ck_assert_uint_ge(sent[1], 5);
    ck_assert_uint_le(sent[1], 6);
    ck_assert_int_eq(due(5000), 20 - (int)sent[1]); /* the others have not been tried */
    close_all(d);
}
END_TEST

START_TEST(one_that_asks_for_a_pause_gets_it)
{
    open_all("pause");
    for (int i = 0; i < 20; i++)
        commit(i, "busy");
    struct deliveries *d = queue_all();
    turn(d);
    ck_assert_int_eq(due(5599), 0);
    ck_assert_int_eq(due(5600), 20);
    close_all(d);
}
END_TEST

START_TEST(one_that_is_gone_gets_nothing_more)
{
    open_all("gone");
    for (int i = 0; i < 20; i++)
        commit(i, "gone");
    struct deliveries *d = queue_all();
    turn(d);
    ck_assert_int_eq(due(999999), 0);
    ck_assert_int_eq(waiting(), 40);
    close_all(d);
}
END_TEST

START_TEST(a_key_of_another_tenant_never_leaves)
{
    open_all("key");
    commit(1, "well");
    destinations[0].key = "{job}/{tenant.id}/{period}/{file}"; /* edited since */
    struct deliveries *d = queue_all();
    turn(d);
    ck_assert_uint_eq(sent[0], 0);
    ck_assert_uint_eq(deliveries_summary(d)->failed, 1);
    close_all(d);
}
END_TEST

START_TEST(a_destination_that_is_not_there_any_more_is_waited_for)
{
    open_all("unknown");
    commit(1, "nowhere");
    struct deliveries *d = queue_all();
    turn(d);
    ck_assert_uint_eq(deliveries_summary(d)->failed, 1);
    ck_assert_int_eq(due(5000), 0);
    ck_assert_int_eq(due(5031), 1);
    close_all(d);
}
END_TEST

/* The caller may be about to wait for a disk: a server must not hear of it only after that. */
START_TEST(what_is_started_is_on_its_way)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, size), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", ntohs(at.sin_port));
    open_all("on-its-way");
    commit(1, "asks");
    struct deliveries *d = queue_all();
    ck_assert_int_eq(accept(listener, NULL, NULL), -1);
    ck_ok(deliveries_start(d, &e), &e);
    int connection = accept(listener, NULL, NULL);
    ck_assert_int_ge(connection, 0);
    close(connection);
    close(listener);
    close_all(d);
}
END_TEST

int main(void)
{
    return unit_main("deliver",
                     (const TTest *const[]){
                         one_that_hangs_keeps_nobody_waiting,
                         what_is_dropped_is_sent_again_and_never_recorded,
                         one_that_fails_in_a_row_is_left_alone, one_that_asks_for_a_pause_gets_it,
                         one_that_is_gone_gets_nothing_more, a_key_of_another_tenant_never_leaves,
                         a_destination_that_is_not_there_any_more_is_waited_for,
                         what_is_started_is_on_its_way, NULL});
}
