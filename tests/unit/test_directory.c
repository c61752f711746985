/* Directories as destinations: files that are linked, that must be copied, and no difference. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/hash.h"
#include "runner/deliver/deliver.h"
#include "tests/unit/expect.h"
#include "tests/unit/files.h"

static struct err e;
static struct ledger *ledger;
static struct spool *spool;
static struct config *config;
static struct destinations all;
static struct arena arena;
static char base[512], memory[64]; /* on a file system of its own */
static time_t clock_now = 5000;

static const struct label_text daily = {NULL, "Daily"};
static const struct label title = {&daily, 1};
static const struct job job = {
    .name = "daily", .title = &title, .locale = &locale_default, .sha256 = "abc"};

static const char settings[] = "database: {host: db, schema: s, user: u}\n"
                               "tenants: {query: SELECT 1}\n"
                               "scope:\n  t: {tenant: tenant_id}\n"
                               "destinations:\n"
                               "  out: {kind: directory, path: out}\n"
                               "  second: {kind: directory, path: second}\n"
                               "  memory: {kind: directory, path: %s/memory}\n";

static time_t now(void)
{
    return clock_now;
}

static void open_all(const char *name)
{
    char path[LIMIT_PATH_BYTES], text[2048];
    struct problems problems = {0};
    snprintf(base, sizeof(base), "%s/%s", unit_temp_dir(), name);
    snprintf(path, sizeof(path), "%s/pressrun.yaml", base);
    snprintf(memory, sizeof(memory), "/dev/shm/pressrun-unit-%d", (int)getpid());
    snprintf(text, sizeof(text), settings, memory);
    config = config_load_text(path, text, strlen(text), &problems);
    expect_problems(&problems, "", text);
    ck_assert_int_eq(destinations_open(config, &arena, &all, &problems), 0);
    ck_ok(file_make_dirs(config->state_directory, 0700, true, &e), &e);
    ck_ok(ledger_create(config->state_directory, &e), &e);
    ck_ok(ledger_open(config->state_directory, &ledger, &e), &e);
    ck_ok(spool_open(config->state_directory, &spool, &e), &e);
}

static void close_all(void)
{
    destinations_close(&all);
    ck_ok(file_remove_tree(memory, &e), &e);
    ledger_close(ledger);
    spool_close(spool);
    config_free(config);
    arena_release(&arena);
}

/* ---- a report with one file, and where that is ---- */

struct report {
    const char *tenant;
    int64_t run;
    char text[64];
    char spooled[LIMIT_PATH_BYTES];
    char path[LIMIT_PATH_BYTES], directory[LIMIT_PATH_BYTES], temp[LIMIT_PATH_BYTES];
    struct stat st; /* of the file in the spool */
};

static void name_at(struct report *r, const char *destination)
{
    snprintf(r->directory, sizeof(r->directory), "%s/%s/%s/daily/2026-11-23",
             strcmp(destination, "memory") == 0 ? memory : base, destination, r->tenant);
    ck_assert_int_lt(snprintf(r->path, sizeof(r->path), "%.4000s/a.csv", r->directory), 4090);
    ck_assert_int_lt(snprintf(r->temp, sizeof(r->temp), "%.4000s/.a.csv.part", r->directory), 4090);
}

/* Rendered for destinations, one behind the other; "notice" is a notice about it. */
static struct report render(const char *tenant, const char *const *to, size_t n)
{
    struct report r = {.tenant = tenant};
    char directory[LIMIT_PATH_BYTES], key[128];
    const struct tenant of = {.id = tenant, .name = tenant};
    const struct task t = {&job, {.label = "2026-11-23", .start = 100, .end = 200}, &of};
    struct outbox_item outbox[4];
    struct claim c;
    ck_assert_int_eq(ledger_claim(ledger, &t, "{}", true, 1000, &c, &e), 1);
    r.run = c.run;
    snprintf(r.text, sizeof(r.text), "rows of %s\r\n", tenant);
    ck_ok(spool_run_directory(spool, c.run, true, directory, &e), &e);
    ck_ok(file_join(r.spooled, directory, "a.csv", &e), &e);
    ck_ok(file_create(r.spooled, r.text, strlen(r.text), 0600, &e), &e);
    const struct timespec old[2] = {{1000, 0}, {1000, 0}};
    ck_assert_int_eq(utimensat(AT_FDCWD, r.spooled, old, 0), 0);
    ck_assert_int_eq(lstat(r.spooled, &r.st), 0);

    struct artifact a = {.name = "a.csv", .format = &format_csv, .size_bytes = strlen(r.text)};
    hash_bytes(r.text, strlen(r.text), a.sha256);
    snprintf(key, sizeof(key), "%s/daily/2026-11-23/a.csv", tenant);
    for (size_t i = 0; i < n; i++) {
        bool notice = strcmp(to[i], "notice") == 0;
        outbox[i] = (struct outbox_item){notice ? DELIVERY_NOTICE : DELIVERY_FILE, 0, to[i],
                                         notice ? "id" : key, notice ? "out" : NULL};
    }
    struct run_result result = {c.run, &a, 1, outbox, n, 1, VERDICT_DELIVER, NULL};
    ck_ok(ledger_commit_run(ledger, &result, 1000, &e), &e);
    name_at(&r, to[0]);
    return r;
}

static struct report render_one(const char *tenant)
{
    return render(tenant, (const char *const[]){"out"}, 1);
}

/* What is due is sent, by a process that has made the runs from `first` on itself. */
static struct deliver_summary deliver(int64_t first)
{
    const struct outbox_filter filter = {0};
    struct deliveries *d = deliveries_new(ledger, spool, &all, now);
    struct deliver_summary s;
    struct signals signals;
    bool stopped = false;
    deliveries_trust(d, first);
    ck_ok(deliveries_queue(d, &filter, &e), &e);
    ck_ok(signals_watch(&signals, &e), &e);
    ck_ok(deliveries_finish(d, &signals, &stopped, &e), &e);
    s = *deliveries_summary(d);
    signals_release(&signals);
    deliveries_free(d);
    return s;
}

enum { ALL_TRUSTED = 1 };
static const int64_t none_trusted = INT64_MAX;

static void has_text(const char *path, const char *text)
{
    size_t len;
    char *have = rows_read(path, &len);
    ck_assert_msg(strcmp(have, text) == 0, "%s: \"%s\" instead of \"%s\"", path, have, text);
    free(have);
}

/* The file is there, and it is the spool's own, or it is not. */
static struct stat arrived(const char *what, const struct report *r, bool linked)
{
    struct stat st;
    ck_assert_msg(lstat(r->path, &st) == 0, "%s: %s is not there", what, r->path);
    bool same = st.st_dev == r->st.st_dev && st.st_ino == r->st.st_ino;
    ck_assert_msg(same == linked, "%s: %s", what, same ? "linked" : "copied");
    ck_assert_msg(S_ISREG(st.st_mode), "%s: no file", what);
    has_text(r->path, r->text);
    ck_assert_msg(access(r->temp, F_OK) != 0, "%s: its other name is left", what);
    return st;
}

/* ---- the same as a copy ---- */

START_TEST(a_link_looks_like_a_copy)
{
    umask(027); /* as main() has it */
    open_all("like");
    struct timespec begun, ended;
    struct report linked = render_one("t1");
    struct report copied = render("t2", (const char *const[]){"out", "second"}, 2);
    clock_gettime(CLOCK_REALTIME_COARSE, &begun);
    ck_assert_uint_eq(deliver(ALL_TRUSTED).delivered, 3);
    clock_gettime(CLOCK_REALTIME_COARSE, &ended);
    struct stat a = arrived("alone", &linked, true), b = arrived("two", &copied, false);
    ck_assert_uint_eq(a.st_mode, b.st_mode);
    ck_assert_uint_eq(a.st_mode & 07777, 0640);
    ck_assert_uint_eq(a.st_uid, b.st_uid);
    ck_assert_uint_eq(a.st_gid, b.st_gid);
    ck_assert_uint_eq(a.st_nlink, b.st_nlink);
    const struct timespec times[] = {a.st_mtim, b.st_mtim, a.st_atim};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_ge(times[i].tv_sec, begun.tv_sec);
        ck_assert_int_le(times[i].tv_sec, ended.tv_sec);
    }
    close_all();
}
END_TEST

/* ---- when it is not the same ---- */

static bool make_directory(const struct report *r)
{
    ck_ok(file_make_dirs(r->directory, 0750, false, &e), &e);
    return true;
}

static bool setgid_of_another_group(const struct report *r)
{
    make_directory(r);
    return chown(r->directory, (uid_t)-1, getegid() + 1) == 0 && chmod(r->directory, 02750) == 0;
}

static bool default_acl(const struct report *r)
{
    /* acl(5) as the kernel has it: a version, then tag, permissions and id of each entry. */
    static const unsigned char acl[] = {2,   0,   0, 0, 1,   0,   7,   0,   255, 255,
                                        255, 255, 4, 0, 7,   0,   255, 255, 255, 255,
                                        32,  0,   5, 0, 255, 255, 255, 255};
    make_directory(r);
    return setxattr(r->directory, "system.posix_acl_default", acl, sizeof(acl), 0) == 0;
}

static bool another_name(const struct report *r)
{
    char other[LIMIT_PATH_BYTES];
    make_directory(r);
    snprintf(other, sizeof(other), "%.4000s/moved.csv", r->directory);
    return link(r->spooled, other) == 0;
}

static bool stale_link(const struct report *r)
{
    make_directory(r);
    return link(r->spooled, r->temp) == 0;
}

static bool stale_copy(const struct report *r)
{
    make_directory(r);
    rows_put(r->temp, "half", 4);
    return true;
}

static bool older_revision(const struct report *r)
{
    make_directory(r);
    rows_put(r->path, "older", 5);
    return true;
}

static bool another_file_system(const struct report *r)
{
    struct stat st;
    return stat("/dev/shm", &st) == 0 && st.st_dev != r->st.st_dev;
}

START_TEST(linked_only_where_it_is_the_same)
{
    static const struct {
        const char *what;
        bool (*arrange)(const struct report *r);
        bool linked;
        const char *to[2];
    } cases[] = {
        {"nothing is there", NULL, true, {"out"}},
        {"the directory is there", make_directory, true, {"out"}},
        {"a link that a crash left", stale_link, true, {"out"}},
        {"a copy that a crash left", stale_copy, true, {"out"}},
        {"an older revision", older_revision, true, {"out"}},
        {"a second destination", NULL, false, {"out", "second"}},
        {"a notice", NULL, false, {"out", "notice"}},
        {"setgid, of another group", setgid_of_another_group, false, {"out"}},
        {"a default ACL", default_acl, false, {"out"}},
        {"a file that somebody has moved away", another_name, false, {"out"}},
        {"another file system", another_file_system, false, {"memory"}},
    };
    umask(027);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[32];
        snprintf(name, sizeof(name), "case-%zu", i);
        open_all(name);
        struct report r = render("t1", cases[i].to, cases[i].to[1] ? 2 : 1);
        if (!cases[i].arrange || cases[i].arrange(&r)) {
            ck_assert_uint_ge(deliver(i % 2 ? ALL_TRUSTED : none_trusted).delivered, 1);
            arrived(cases[i].what, &r, cases[i].linked);
        } else {
            printf("not tested, for it can't be had here: %s\n", cases[i].what);
        }
        close_all();
    }
}
END_TEST

START_TEST(what_a_directory_gives_to_new_files_they_get)
{
    umask(027);
    open_all("inherits");
    struct report r = render_one("t1"), acl = render_one("t2");
    bool group = setgid_of_another_group(&r), listed = default_acl(&acl);
    ck_assert_uint_eq(deliver(ALL_TRUSTED).delivered, 2);
    if (group)
        ck_assert_uint_eq(arrived("setgid", &r, false).st_gid, getegid() + 1);
    if (listed)
        ck_assert_uint_eq(arrived("default ACL", &acl, false).st_mode & 07777, 0640);
    close_all();
}
END_TEST

/* ---- who else needs it ---- */

static void edit(const char *path)
{
    FILE *f = fopen(path, "r+");
    ck_assert(f && fputs("edited!", f) >= 0 && fclose(f) == 0);
}

/* One destination has its file and edits it in place, before the other one gets it. */
START_TEST(what_one_edits_the_other_never_gets)
{
    open_all("edits");
    struct report r = render("t1", (const char *const[]){"out", "second"}, 2);
    ck_ok(ledger_put_off(ledger, "second", 6000, &e), &e);
    ck_assert_uint_eq(deliver(ALL_TRUSTED).delivered, 1);
    arrived("the first", &r, false);
    edit(r.path);
    clock_now = 6000;
    ck_assert_uint_eq(deliver(none_trusted).delivered, 1);
    name_at(&r, "second");
    arrived("the last one may have it", &r, true);
    close_all();
}
END_TEST

START_TEST(what_was_given_up_may_be_asked_for_again)
{
    int64_t n;
    open_all("dead");
    struct report r = render("t1", (const char *const[]){"out", "second"}, 2);
    ck_ok(ledger_disable(ledger, "second", "410 Gone", 1000, &e), &e);
    ck_assert_uint_eq(deliver(ALL_TRUSTED).delivered, 1);
    arrived("out", &r, false);
    edit(r.path);
    const struct retry which = {.destination = "second", .dead = true};
    ck_ok(ledger_retry(ledger, &which, 5000, &n, &e), &e);
    ck_assert_int_eq(n, 1);
    ck_assert_uint_eq(deliver(none_trusted).delivered, 1);
    name_at(&r, "second");
    arrived("second", &r, true);
    close_all();
}
END_TEST

/* ---- what is damaged ---- */

static void damage(const struct report *r, bool shorter)
{
    if (shorter)
        ck_assert_int_eq(truncate(r->spooled, r->st.st_size - 1), 0);
    else
        edit(r->spooled);
}

START_TEST(what_is_damaged_is_not_delivered)
{
    static const struct {
        const char *what;
        bool shorter, trusted, two;
    } cases[] = {
        {"flipped, of an earlier process", false, false, false},
        {"cut, of an earlier process", true, false, false},
        {"cut, of this one", true, true, false},
        {"flipped, of this one, copied", false, true, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[32];
        snprintf(name, sizeof(name), "damaged-%zu", i);
        open_all(name);
        struct report r =
            render("t1", (const char *const[]){"out", "second"}, cases[i].two ? 2 : 1);
        damage(&r, cases[i].shorter);
        struct deliver_summary s = deliver(cases[i].trusted ? r.run : r.run + 1);
        ck_assert_msg(s.delivered == 0 && s.dead == (cases[i].two ? 2 : 1), "%s", cases[i].what);
        ck_assert_msg(access(r.path, F_OK) != 0 && access(r.temp, F_OK) != 0, "%s is there",
                      cases[i].what);
        /* Control: it is kept, for whoever wants to know what happened to it. */
        ck_assert_int_eq(access(r.spooled, F_OK), 0);
        close_all();
    }
}
END_TEST

/* What failed once may have been in somebody's hands: it is read again, whoever rendered it. */
START_TEST(what_failed_once_is_read_again)
{
    const struct delivery_result failed = {.id = 1, .retry_at = 5000, .error = "the disk was full"};
    for (unsigned fails = 0; fails < 2; fails++) {
        open_all(fails ? "failed" : "did-not-fail");
        struct report r = render_one("t1");
        if (fails)
            ck_ok(ledger_record(ledger, &failed, 1, 4000, &e), &e);
        damage(&r, false);
        struct deliver_summary s = deliver(ALL_TRUSTED);
        ck_assert(s.dead == fails && s.delivered == !fails); /* the control: nobody looked */
        close_all();
    }
}
END_TEST

/* ---- after a crash ---- */

/* Between the rename and the ledger: the file is there, by both of its names. */
START_TEST(what_is_there_already_is_delivered)
{
    open_all("there");
    struct report r = render_one("t1");
    make_directory(&r);
    ck_assert_int_eq(link(r.spooled, r.path), 0);
    ck_assert_uint_eq(deliver(none_trusted).delivered, 1);
    struct stat st = arrived("there", &r, true);
    ck_assert_uint_eq(st.st_nlink, 1);
    ck_assert_int_ne(access(r.spooled, F_OK), 0);
    close_all();
}
END_TEST

/* There, and changed by who has it before the ledger knows: the spool's file is the same one, and
 * no witness any more. */
START_TEST(what_was_edited_before_it_was_recorded_is_given_up)
{
    open_all("edited");
    struct report r = render_one("t1");
    make_directory(&r);
    ck_assert_int_eq(link(r.spooled, r.path), 0);
    edit(r.path);
    struct deliver_summary s = deliver(none_trusted);
    ck_assert(s.delivered == 0 && s.dead == 1);
    ck_assert_int_ne(access(r.temp, F_OK), 0);
    close_all();
}
END_TEST

int main(void)
{
    return unit_main("directory",
                     (const TTest *const[]){
                         a_link_looks_like_a_copy, linked_only_where_it_is_the_same,
                         what_a_directory_gives_to_new_files_they_get,
                         what_one_edits_the_other_never_gets,
                         what_was_given_up_may_be_asked_for_again, what_is_damaged_is_not_delivered,
                         what_failed_once_is_read_again, what_is_there_already_is_delivered,
                         what_was_edited_before_it_was_recorded_is_given_up, NULL});
}
