/* Links in place of copies: when they can't be told from each other, and only then. */
#include "lib/file_link.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/limits.h"
#include "tests/unit/unit.h"

static struct err e;
static char directory[LIMIT_PATH_BYTES], from[LIMIT_PATH_BYTES], to[LIMIT_PATH_BYTES];

/* A file as it lies in the spool, and a directory that it may go to. */
static void arrange(const char *name)
{
    const struct timespec old[2] = {{1000, 0}, {1000, 0}};
    snprintf(directory, sizeof(directory), "%s/%s", unit_temp_dir(), name);
    ck_ok(file_make_dirs(directory, 0750, false, &e), &e);
    snprintf(from, sizeof(from), "%s/%s.csv", unit_temp_dir(), name);
    ck_ok(file_create(from, "rows", 4, 0600, &e), &e);
    ck_assert_int_eq(utimensat(AT_FDCWD, from, old, 0), 0);
    ck_ok(file_join(to, directory, "to", &e), &e);
}

static struct stat look_at(const char *path)
{
    struct stat st;
    ck_assert_msg(lstat(path, &st) == 0, "%s is not there", path);
    return st;
}

START_TEST(a_link_is_like_a_copy)
{
    struct timespec begun, ended;
    uint64_t size = 0;
    arrange("like");
    char copy[LIMIT_PATH_BYTES];
    ck_ok(file_join(copy, directory, "copy", &e), &e);
    umask(027);
    ck_assert(file_link_suits(directory));
    clock_gettime(CLOCK_REALTIME_COARSE, &begun);
    ck_ok(file_copy(from, copy, 0666, &e), &e);
    ck_assert(file_link(from, to, 0666 & ~027, &size));
    clock_gettime(CLOCK_REALTIME_COARSE, &ended);
    ck_assert_uint_eq(size, 4);
    struct stat a = look_at(copy), b = look_at(to);
    ck_assert_uint_eq(b.st_ino, look_at(from).st_ino);
    ck_assert_uint_ne(b.st_ino, a.st_ino);
    ck_assert_uint_eq(b.st_mode, a.st_mode);
    ck_assert_uint_eq(b.st_uid, a.st_uid);
    ck_assert_uint_eq(b.st_gid, a.st_gid);
    ck_assert_int_eq(llistxattr(to, NULL, 0), llistxattr(copy, NULL, 0));
    ck_assert_int_ge(b.st_mtim.tv_sec, begun.tv_sec);
    ck_assert_int_le(b.st_mtim.tv_sec, ended.tv_sec);
    ck_assert_int_ge(b.st_atim.tv_sec, begun.tv_sec);
    ck_assert_int_eq(unlink(from), 0);
    ck_assert_uint_eq(look_at(to).st_nlink, a.st_nlink);
}
END_TEST

/* ---- directories ---- */

static bool another_group(void)
{
    return chown(directory, (uid_t)-1, getegid() + 1) == 0;
}

static bool setgid_bit(void)
{
    return chmod(directory, 02750) == 0;
}

static bool setgid_of_another_group(void)
{
    return another_group() && setgid_bit();
}

/* acl(5) as the kernel has it: a version, then tag, permissions and id of each entry. */
static const unsigned char acl[] = {2, 0, 0,   0,   1,   0,   7,  0, 255, 255, 255, 255, 4,   0,
                                    7, 0, 255, 255, 255, 255, 32, 0, 5,   0,   255, 255, 255, 255};

static bool default_acl(void)
{
    return setxattr(directory, "system.posix_acl_default", acl, sizeof(acl), 0) == 0;
}

static bool label(void)
{
    static const char text[] = "system_u:object_r:public_content_t:s0";
    return setxattr(directory, "security.selinux", text, sizeof(text), 0) == 0;
}

static bool no_directory(void)
{
    return rmdir(directory) == 0;
}

/* ---- files ---- */

static bool attribute(void)
{
    return setxattr(from, "user.note", "x", 1, 0) == 0;
}

static bool another_owner(void)
{
    return chown(from, geteuid() + 1, (gid_t)-1) == 0;
}

static bool another_group_of_the_file(void)
{
    return chown(from, (uid_t)-1, getegid() + 1) == 0;
}

static bool another_name(void)
{
    char other[LIMIT_PATH_BYTES + 8];
    snprintf(other, sizeof(other), "%s.kept", from);
    return link(from, other) == 0;
}

static bool symbolic_link(void)
{
    return unlink(from) == 0 && symlink("/etc/passwd", from) == 0;
}

static bool pipe_of_that_name(void)
{
    return unlink(from) == 0 && mkfifo(from, 0600) == 0;
}

static bool not_there(void)
{
    return unlink(from) == 0;
}

static bool name_is_taken(void)
{
    return mkdir(to, 0700) == 0;
}

START_TEST(refused_where_a_copy_would_be_another)
{
    static const struct {
        const char *what;
        bool (*arrange)(void);
        bool suits, linked;
    } cases[] = {
        {"a setgid directory of our group", setgid_bit, true, true},
        {"a directory of another group", another_group, false, true},
        {"a setgid directory of another group", setgid_of_another_group, false, true},
        {"a default ACL", default_acl, false, true},
        {"a label", label, false, true},
        {"no directory", no_directory, false, false},
        {"an attribute of the file", attribute, true, false},
        {"another owner", another_owner, true, false},
        {"another group of the file", another_group_of_the_file, true, false},
        {"a file with another name", another_name, true, false},
        {"a symbolic link", symbolic_link, true, false},
        {"a pipe", pipe_of_that_name, true, false},
        {"no file", not_there, true, false},
        {"a name that is taken", name_is_taken, true, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[16];
        uint64_t size;
        snprintf(name, sizeof(name), "case-%zu", i);
        arrange(name);
        if (!cases[i].arrange()) {
            printf("not tested, for it can't be had here: %s\n", cases[i].what);
            continue;
        }
        ck_assert_msg(file_link_suits(directory) == cases[i].suits, "%s", cases[i].what);
        ck_assert_msg(file_link(from, to, 0640, &size) == cases[i].linked, "%s", cases[i].what);
        struct stat st;
        ck_assert_msg((lstat(to, &st) == 0 && S_ISREG(st.st_mode)) == cases[i].linked, "%s: left",
                      cases[i].what);
        if (!cases[i].linked && lstat(from, &st) == 0 && S_ISREG(st.st_mode))
            ck_assert_msg((st.st_mode & 07777) == 0600, "%s: it is changed", cases[i].what);
    }
}
END_TEST

START_TEST(another_file_system_is_refused)
{
    struct stat here, there;
    uint64_t size;
    arrange("elsewhere");
    if (stat("/dev/shm", &there) != 0 || stat(directory, &here) != 0 ||
        here.st_dev == there.st_dev) {
        printf("not tested, for it can't be had here: another file system\n");
        return;
    }
    snprintf(to, sizeof(to), "/dev/shm/pressrun-unit-%d", (int)getpid());
    ck_assert(!file_link(from, to, 0640, &size));
    ck_assert_int_ne(access(to, F_OK), 0);
    struct stat st = look_at(from);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(st.st_mtim.tv_sec, 1000);
}
END_TEST

int main(void)
{
    return unit_main("file_link", (const TTest *const[]){a_link_is_like_a_copy,
                                                         refused_where_a_copy_would_be_another,
                                                         another_file_system_is_refused, NULL});
}
