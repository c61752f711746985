/* Files: suspicion when reading, durability when writing. */
#include "lib/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/limits.h"
#include "tests/unit/files.h"
#include "tests/unit/unit.h"

static struct err e;

static const char *path(char *out, const char *name)
{
    ck_ok(file_join(out, unit_temp_dir(), name, &e), &e);
    return out;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
    char p[LIMIT_PATH_BYTES];
    unlink(path(p, name));
    ck_ok(file_write_durably(p, text, strlen(text), mode, &e), &e);
    ck_assert_int_eq(chmod(p, mode), 0);
}

static int read_file(const char *name, enum file_trust trust, size_t max, char *text)
{
    char p[LIMIT_PATH_BYTES];
    struct buf b;
    buf_init(&b, max);
    int rc = file_read(path(p, name), trust, &b, &e);
    snprintf(text, 100, "%s", b.data);
    buf_release(&b);
    return rc;
}

START_TEST(reading)
{
    char text[100], p[LIMIT_PATH_BYTES];
    write_file("a", "hello", 0600);
    ck_ok(read_file("a", FILE_PRIVATE, 100, text), &e);
    ck_assert_str_eq(text, "hello");
    ck_ok(read_file("a", FILE_ANY, 5, text), &e);
    ck_error(read_file("a", FILE_ANY, 4, text), &e, "larger than 4 bytes");
    ck_error(read_file("none", FILE_ANY, 4, text), &e, "No such file");
    ck_assert_int_eq(e.kind, ERR_CONFIG);
    ck_assert_int_eq(mkdir(path(p, "dir"), 0700), 0);
    ck_error(read_file("dir", FILE_ANY, 4, text), &e, "not a regular file");
    ck_assert_int_eq(mkfifo(path(p, "fifo"), 0600), 0);
    ck_error(read_file("fifo", FILE_ANY, 4, text), &e, "not a regular file");
    ck_error(read_file("a/b", FILE_ANY, 4, text), &e, "Not a directory");
}
END_TEST

START_TEST(trust)
{
    static const struct {
        mode_t mode;
        bool config, secret;
    } cases[] = {{0600, true, true},   {0400, true, true},   {0640, true, false},
                 {0644, true, false},  {0664, false, false}, {0666, false, false},
                 {0602, false, false}, {0620, false, false}, {0604, true, false}};
    char text[100];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file("t", "x", cases[i].mode);
        ck_ok(read_file("t", FILE_ANY, 10, text), &e);
        ck_assert_msg((read_file("t", FILE_NOT_WRITABLE_BY_OTHERS, 10, text) == 0) ==
                          cases[i].config,
                      "%04o", (unsigned)cases[i].mode);
        ck_assert_msg((read_file("t", FILE_PRIVATE, 10, text) == 0) == cases[i].secret, "%04o",
                      (unsigned)cases[i].mode);
    }
}
END_TEST

START_TEST(directories)
{
    char p[LIMIT_PATH_BYTES], up[LIMIT_PATH_BYTES];
    struct stat st;
    ck_ok(file_make_dirs(path(p, "x/y/z"), 0700, true, &e), &e);
    ck_ok(file_make_dirs(p, 0700, true, &e), &e);
    ck_assert(stat(p, &st) == 0 && S_ISDIR(st.st_mode));
    ck_ok(file_make_dirs(path(p, "x//y/"), 0700, true, &e), &e);
    write_file("plain", "x", 0600);
    ck_error(file_make_dirs(path(p, "plain/y"), 0700, true, &e), &e, "not a directory");
    /* a link out of the tree is removed, not followed */
    write_file("outside", "keep", 0600);
    ck_assert_int_eq(symlink(path(up, "outside"), path(p, "x/link")), 0);
    ck_assert_int_eq(symlink(unit_temp_dir(), path(p, "x/up")), 0);
    ck_ok(file_remove_tree(path(p, "x"), &e), &e);
    ck_assert_int_ne(lstat(p, &st), 0);
    ck_assert_int_eq(stat(path(p, "outside"), &st), 0);
    ck_ok(file_remove_tree(path(p, "x"), &e), &e);
}
END_TEST

START_TEST(writing)
{
    char p[LIMIT_PATH_BYTES], q[LIMIT_PATH_BYTES], text[100];
    uint64_t size = 0;
    write_file("w", "one", 0600);
    ck_ok(file_write_durably(path(p, "w"), "two!", 4, 0600, &e), &e);
    ck_ok(read_file("w", FILE_ANY, 100, text), &e);
    ck_assert_str_eq(text, "two!");
    ck_assert_int_ne(access(path(q, "w.part"), F_OK), 0);
    ck_ok(file_size(p, &size, &e), &e);
    ck_assert_uint_eq(size, 4);
    ck_error(file_write_durably(path(q, "no/such/dir"), "x", 1, 0600, &e), &e, "can't write");
    ck_ok(file_copy(p, path(q, "copy"), 0600, &e), &e);
    ck_ok(read_file("copy", FILE_ANY, 100, text), &e);
    ck_assert_str_eq(text, "two!");
    ck_error(file_copy(p, q, 0600, &e), &e, "File exists");
    ck_ok(read_file("copy", FILE_ANY, 100, text), &e);
    ck_error(file_copy(path(q, "none"), path(p, "copy2"), 0600, &e), &e, "can't read");
    ck_assert_int_ne(access(p, F_OK), 0);
    ck_ok(file_rename(path(p, "w"), path(q, "w2"), &e), &e);
    ck_error(file_rename(p, q, &e), &e, "can't rename");
    ck_ok(file_sync(unit_temp_dir(), &e), &e);
    ck_error(file_size(p, &size, &e), &e, "No such file");
}
END_TEST

START_TEST(creating)
{
    char p[LIMIT_PATH_BYTES], q[LIMIT_PATH_BYTES], text[100];
    ck_ok(file_create(path(p, "new"), "one", 3, 0600, &e), &e);
    ck_ok(read_file("new", FILE_PRIVATE, 100, text), &e);
    ck_assert_str_eq(text, "one");
    ck_error(file_create(p, "two", 3, 0600, &e), &e, "File exists");
    ck_ok(read_file("new", FILE_PRIVATE, 100, text), &e);
    ck_assert_str_eq(text, "one");
    /* a link that leads nowhere is there, too */
    ck_assert_int_eq(symlink(path(p, "nowhere"), path(q, "link")), 0);
    ck_error(file_create(q, "two", 3, 0600, &e), &e, "File exists");
    ck_assert_int_ne(access(p, F_OK), 0);
    rows_limit_files(2);
    int rc = file_create(path(p, "full"), "three", 5, 0600, &e);
    rows_limit_files(RLIM_INFINITY);
    ck_error(rc, &e, "can't write");
    ck_assert_int_ne(access(p, F_OK), 0);
}
END_TEST

START_TEST(a_broken_write_leaves_the_old_file)
{
    char p[LIMIT_PATH_BYTES], text[100];
    write_file("old", "old", 0600);
    int full = open("/dev/full", O_WRONLY);
    if (full < 0)
        return;
    close(full);
    /* a link where the temporary name goes is not followed */
    char part[LIMIT_PATH_BYTES];
    ck_assert_int_eq(symlink("/dev/full", path(part, "old.part")), 0);
    ck_error(file_write_durably(path(p, "old"), "new", 3, 0600, &e), &e, "can't write");
    ck_ok(read_file("old", FILE_ANY, 100, text), &e);
    ck_assert_str_eq(text, "old");
}
END_TEST

START_TEST(paths)
{
    static const struct {
        const char *path, *dir;
    } cases[] = {{"a", "."},     {"a/b", "a"},     {"/a", "/"},
                 {"/a/b", "/a"}, {"a/b/c", "a/b"}, {"", "."}};
    char out[LIMIT_PATH_BYTES], name[LIMIT_PATH_BYTES + 10];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        file_dirname(out, cases[i].path);
        ck_assert_str_eq(out, cases[i].dir);
    }
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    ck_error(file_join(out, "/tmp", name, &e), &e, "too long");
    ck_error(file_make_dirs(name, 0700, true, &e), &e, "too long");
    ck_error(file_write_durably(name, "x", 1, 0600, &e), &e, "too long");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {reading, trust,    directories,
                                  writing, creating, a_broken_write_leaves_the_old_file,
                                  paths,   NULL};
    return unit_main("file", tests);
}
