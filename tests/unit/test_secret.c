#include "config/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/limits.h"
#include "tests/unit/expect.h"

static int read_ref(const char *text, struct secret_ref *ref, struct arena *arena,
                    const char *expected)
{
    struct problems p = {0};
    const struct yaml_node *root = yaml_read_text(arena, "/etc/x/f.yaml", text, strlen(text), &p);
    ck_assert_msg(root != NULL, "bad YAML: %s", text);
    int rc = secret_ref_read(yaml_get(root, "password"), ref, arena, &p);
    ck_assert_int_eq(rc, *expected ? -1 : 0);
    for (size_t i = 0; i < p.n; i++) {
        ck_assert_ptr_null(strstr(p.items[i].msg, "hunter2"));
        ck_assert_ptr_null(strstr(p.items[i].hint, "hunter2"));
    }
    expect_problems(&p, expected, text);
    return rc;
}

START_TEST(references)
{
    struct arena arena = {0};
    struct secret_ref ref;
    read_ref("password: {env: DB_PASSWORD}\n", &ref, &arena, "");
    ck_assert_int_eq(ref.kind, SECRET_ENV);
    ck_assert_str_eq(ref.name, "DB_PASSWORD");
    ck_assert_uint_eq(ref.at.column, 11);
    read_ref("password: {file: /run/key}\n", &ref, &arena, "");
    ck_assert_int_eq(ref.kind, SECRET_FILE);
    ck_assert_str_eq(ref.name, "/run/key");
    read_ref("password: {file: sub/key}\n", &ref, &arena, "");
    ck_assert_str_eq(ref.name, "/etc/x/sub/key");
    read_ref("password: {credential: db-password}\n", &ref, &arena, "");
    ck_assert_int_eq(ref.kind, SECRET_CREDENTIAL);
    ck_assert_str_eq(ref.name, "db-password");
    arena_release(&arena);
}
END_TEST

START_TEST(reference_refusals)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"password: hunter2\n", "1:11 \"password\" can't stand in the file itself | write where it "
                                "is: {credential: NAME} (systemd), {file: PATH} or {env: NAME}"},
        {"password: 'hunter2'\n", "1:11 can't stand in the file itself"},
        {"password: [hunter2]\n", "1:11 can't stand in the file itself"},
        {"password: {hunter2}\n", "1:12 can only be a \"credential\", a \"file\" or an \"env\""},
        {"password: {value: hunter2}\n", "1:12 can only be"},
        {"password: {env: A, file: hunter2}\n", "1:11 needs one of"},
        {"password: {}\n", "1:11 needs one of"},
        {"password:\n", "1:10 \"password\" has no value"},
        {"password: {env: 'hunter2!'}\n", "1:17 \"env\" of \"password\" must be the name of a "
                                          "variable"},
        {"password: {env: 2HUNTER}\n", "1:17 must be the name of a variable"},
        {"password: {env: }\n", "1:17 must be the name of a variable"},
        {"password: {env: [hunter2]}\n", "1:17 must be the name of a variable"},
        {"password: {credential: ../hunter2}\n", "1:24 must be the name of a credential"},
        {"password: {credential: .hunter2}\n", "1:24 must be the name of a credential"},
        {"password: {file: ''}\n", "1:18 must be a path"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct secret_ref ref = {.kind = SECRET_NONE, .name = "untouched"};
        read_ref(cases[i].text, &ref, &arena, cases[i].expected);
        ck_assert_str_eq(ref.name, "untouched");
        arena_release(&arena);
    }
}
END_TEST

static const char *write_secret(char path[LIMIT_PATH_BYTES], const char *name, const char *bytes,
                                size_t len, mode_t mode)
{
    struct err e = {0};
    ck_ok(file_join(path, unit_temp_dir(), name, &e), &e);
    ck_ok(file_write_durably(path, bytes, len, mode, &e), &e);
    ck_assert_int_eq(chmod(path, mode), 0);
    return path;
}

static void loads(enum secret_kind kind, const char *name, const char *expected)
{
    struct err e = {0};
    struct secret s = {0};
    const struct secret_ref ref = {.kind = kind, .name = name};
    ck_ok(secret_load(&ref, &s, &e), &e);
    ck_assert_uint_eq(s.len, strlen(expected));
    ck_assert_str_eq(s.bytes, expected);
    secret_release(&s);
    ck_assert_ptr_null(s.bytes);
    secret_release(&s);
}

static void fails(enum secret_kind kind, const char *name, const char *expected)
{
    struct err e = {0};
    struct secret s = {0};
    const struct secret_ref ref = {.kind = kind, .name = name};
    ck_error(secret_load(&ref, &s, &e), &e, expected);
    ck_assert_int_eq(e.kind, ERR_CONFIG);
    ck_assert(!e.transient);
    ck_assert_ptr_nonnull(strstr(e.msg, name));
    ck_assert_ptr_null(strstr(e.msg, "hunter2"));
    ck_assert_ptr_null(s.bytes);
}

START_TEST(files)
{
    char path[LIMIT_PATH_BYTES], big[LIMIT_SECRET_BYTES + 1];
    loads(SECRET_FILE, write_secret(path, "a", "hunter2\n", 8, 0600), "hunter2");
    loads(SECRET_FILE, write_secret(path, "a", "hunter2", 7, 0400), "hunter2");
    loads(SECRET_FILE, write_secret(path, "a", "hunter2\r\n", 9, 0600), "hunter2");
    loads(SECRET_FILE, write_secret(path, "a", " two\n\n", 6, 0600), " two\n");
    fails(SECRET_FILE, write_secret(path, "a", "hunter2\n", 8, 0640), "can be read by others");
    fails(SECRET_FILE, write_secret(path, "a", "hunter2\n", 8, 0604), "can be read by others");
    fails(SECRET_FILE, write_secret(path, "a", "hunter2\n", 8, 0620), "can be written by others");
    fails(SECRET_FILE, write_secret(path, "a", "\n", 1, 0600), "it is empty");
    fails(SECRET_FILE, write_secret(path, "a", "", 0, 0600), "it is empty");
    fails(SECRET_FILE, write_secret(path, "a", "hunter2\0x", 9, 0600), "holds a NUL byte");
    memset(big, 'x', sizeof(big));
    fails(SECRET_FILE, write_secret(path, "a", big, sizeof(big), 0600), "larger than 4096 bytes");
    fails(SECRET_FILE, "/nowhere/key", "No such file");
    fails(SECRET_FILE, unit_temp_dir(), "not a regular file");
}
END_TEST

START_TEST(credentials)
{
    char path[LIMIT_PATH_BYTES];
    unsetenv("CREDENTIALS_DIRECTORY");
    fails(SECRET_CREDENTIAL, "db", "CREDENTIALS_DIRECTORY is not set");
    setenv("CREDENTIALS_DIRECTORY", unit_temp_dir(), 1);
    /* The mode that systemd's ACL shows. */
    write_secret(path, "db", "hunter2\n", 8, 0440);
    loads(SECRET_CREDENTIAL, "db", "hunter2");
    write_secret(path, "db", "hunter2\n", 8, 0660);
    fails(SECRET_CREDENTIAL, "db", "can be written by others");
    fails(SECRET_CREDENTIAL, "other", "No such file");
    /* Of a directory that was loaded as "pressrun"; one of the name itself comes first. */
    write_secret(path, "pressrun_other", "of the directory\n", 17, 0440);
    loads(SECRET_CREDENTIAL, "other", "of the directory");
    write_secret(path, "other", "its own\n", 8, 0440);
    loads(SECRET_CREDENTIAL, "other", "its own");
}
END_TEST

START_TEST(environment)
{
    setenv("SECRET_TEST", "hunter2", 1);
    loads(SECRET_ENV, "SECRET_TEST", "hunter2");
    setenv("SECRET_TEST", "", 1);
    fails(SECRET_ENV, "SECRET_TEST", "it is empty");
    unsetenv("SECRET_TEST");
    fails(SECRET_ENV, "SECRET_TEST", "is not set");
}
END_TEST

START_TEST(none)
{
    loads(SECRET_NONE, NULL, "");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        references, reference_refusals, files, credentials, environment, none, NULL};
    return unit_main("secret", tests);
}
