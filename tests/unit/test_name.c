/* Tenant ids, key templates and keys: no key leaves its prefix, no two tenants share one. */
#include "jobs/name.h"

#include <stdio.h>
#include <string.h>

#include "lib/mem.h"
#include "tests/unit/unit.h"

START_TEST(tenant_ids)
{
    static const char *const good[] = {
        "1",      "42",  "acme",
        "ACME_2", "a-b", "-",
        "_",      "CON", "0123456789012345678901234567890123456789012345678901234567890123"};
    static const char *const bad[] = {
        "",
        ".",
        "..",
        "a.b",
        "a/b",
        "../b",
        "a/../b",
        "a\\b",
        "%2e%2e",
        "a b",
        " a",
        "a ",
        "a\n",
        "a\r",
        "a\tb",
        "a\x01",
        "a\x7f",
        "é",
        "\xc3\xa9",
        "e\xcc\x81",
        "\xf0\x9f\x99\x82",
        "\xff",
        "@platform",
        "a@b",
        "a:b",
        "a?b",
        "a#b",
        "a&b",
        "a+b",
        "a*b",
        "a'b",
        "a\"b",
        "a`b",
        "a$b",
        "a{b}",
        "\xe2\x80\xae"
        "a",
        "01234567890123456789012345678901234567890123456789012345678901234"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(name_is_tenant_id(good[i]), "\"%s\"", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!name_is_tenant_id(bad[i]), "\"%s\"", bad[i]);
}
END_TEST

START_TEST(templates)
{
    static const struct {
        const char *template;
        bool platform;
        const char *problem;
    } cases[] = {
        {"{tenant.id}/{job}/{period}/{file}", false, NULL},
        {"reports/{tenant.id}/{job}/{file}", false, NULL},
        {"tenant={tenant.id}/v1.2/{job}/{file}", false, NULL},
        {"{tenant.id}/{job}-{period}-{file}", false, NULL},
        {"{job}/{file}", true, NULL},
        {"{tenant.id}/{job}/{file}", true, NULL},
        {"{job}/{file}", false, "must hold {tenant.id}"},
        {"{tenant.id}/{file}", false, "must hold {job}"},
        {"{tenant.id}/{job}", false, "must end in {file}"},
        {"{tenant.id}/{file}.gz", false, "must end in {file}"},
        {"{tenant.id}/{file}/{file}", false, "must end in {file}"},
        {"", true, "must end in {file}"},
        {"{tenant.id}/{files}", false, "placeholder that is not known"},
        {"{tenant}/{file}", false, "placeholder that is not known"},
        {"{tenant.id}/{ file}", false, "placeholder that is not known"},
        {"{tenant.id}/}{file}", false, "placeholder that is not known"},
        {"/{tenant.id}/{job}/{file}", false, "empty segment"},
        {"{tenant.id}//{job}/{file}", false, "empty segment"},
        {"{tenant.id}/./{job}/{file}", false, "empty segment"},
        {"{tenant.id}/../{job}/{file}", false, "empty segment"},
        {"../{tenant.id}/{job}/{file}", false, "empty segment"},
        {"{tenant.id}-{job}/{file}", false, "one segment with another"},
        {"{job}{tenant.id}/{file}", false, "one segment with another"},
        {"{job}/{tenant.id}{file}", false, "one segment with another"},
        {"{tenant.id}/%2e%2e/{file}", false, "keys should not have"},
        {"@platform/{tenant.id}/{file}", false, "keys should not have"},
        {"{tenant.id}/a b/{file}", false, "keys should not have"},
        {"{tenant.id}/\\/{file}", false, "keys should not have"},
        {"{tenant.id}/\xc3\xa9/{file}", false, "keys should not have"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct problems problems = {0};
        struct place at = {"pressrun.yaml", 3, 4};
        int rc = name_check_template(cases[i].template, &at, cases[i].platform, &problems);
        const char *msg = problems.n ? problems.items[0].msg : "(accepted)";
        if (cases[i].problem)
            ck_assert_msg(rc == -1 && strstr(msg, cases[i].problem), "\"%s\": %s",
                          cases[i].template, msg);
        else
            ck_assert_msg(rc == 0 && problems.n == 0, "\"%s\": %s", cases[i].template, msg);
        problems_release(&problems);
    }
}
END_TEST

START_TEST(keys)
{
    struct err e = {0};
    char key[LIMIT_KEY_BYTES] = "untouched";
    struct name_values values = {"acme", "daily", "2026-11-23", "daily-2026-11-23.xlsx", 1};
    ck_ok(name_expand("r/{tenant.id}/{job}/{period}/{file}", &values, key, &e), &e);
    ck_assert_str_eq(key, "r/acme/daily/2026-11-23/daily-2026-11-23.xlsx");
    values.tenant_id = "";
    ck_ok(name_expand("{tenant.id}/{file}", &values, key, &e), &e);
    ck_assert_str_eq(key, "@platform/daily-2026-11-23.xlsx");
    ck_ok(name_expand("{job}/{file}", &values, key, &e), &e);
    ck_assert_str_eq(key, "daily/daily-2026-11-23.xlsx");
    values.revision = 12;
    ck_ok(name_expand("{job}/{period}-{file}", &values, key, &e), &e);
    ck_assert_str_eq(key, "daily/2026-11-23-r12/daily-2026-11-23.xlsx");
}
END_TEST

START_TEST(keys_that_leave_their_prefix)
{
    static const struct {
        const char *template;
        struct name_values values;
    } cases[] = {
        {"{tenant.id}/{file}", {"..", "j", "p", "f", 1}},
        {"{tenant.id}/{file}", {"a/b", "j", "p", "f", 1}},
        {"{tenant.id}/{file}", {"@platform", "j", "p", "f", 1}},
        {"{tenant.id}/{file}", {"a", "j", "p", "..", 1}},
        {"{tenant.id}/{file}", {"a", "j", "p", "../../b/f", 1}},
        {"{tenant.id}/{file}", {"a", "j", "p", "", 1}},
        {"{tenant.id}/{file}", {"a", "j", "p", "f\n", 1}},
        {"{tenant.id}/{file}", {"a", "", "p", "f", 1}},
        {"{tenant.id}/{file}", {"a", "j", "{tenant.id}", "f", 1}},
        {"{tenant.id}//{job}/{file}", {"a", "j", "p", "f", 1}},
        {"../{file}", {"a", "j", "p", "f", 1}},
        {"/{file}", {"a", "j", "p", "f", 1}},
        {"{nothing}/{file}", {"a", "j", "p", "f", 1}},
        {"{job}/{file}", {"a", "j", "p", "f", 1}}, /* a tenant's file, and no tenant in the key */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {0};
        char key[LIMIT_KEY_BYTES] = "untouched";
        ck_assert_msg(name_expand(cases[i].template, &cases[i].values, key, &e) == -1, "%zu: %s", i,
                      key);
        ck_assert_str_eq(key, "untouched");
    }
    char longer[1100];
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    struct err e = {0};
    char key[LIMIT_KEY_BYTES];
    struct name_values values = {"a", "j", "p", longer, 1};
    ck_error(name_expand("{tenant.id}/{file}", &values, key, &e), &e, "longer than 1023 bytes");
}
END_TEST

/* Every pair of different ids gives different keys, also where ids are prefixes of each other. */
START_TEST(two_tenants_never_share_a_key)
{
    static const char *const ids[] = {"a", "a-", "a-b", "a_b",    "ab",
                                      "b", "-",  "--",  "a-2026", "aa"};
    static const char *const shapes[] = {"{tenant.id}/{job}/{file}", "x{tenant.id}y/{file}",
                                         "{job}/t-{tenant.id}/{period}{file}"};
    enum { N = sizeof(ids) / sizeof(ids[0]) };
    char made[N][LIMIT_KEY_BYTES];
    struct err e = {0};
    for (size_t t = 0; t < sizeof(shapes) / sizeof(shapes[0]); t++) {
        for (size_t i = 0; i < N; i++) {
            struct name_values values = {ids[i], "b-2026", "2026", "a", 1};
            ck_ok(name_expand(shapes[t], &values, made[i], &e), &e);
            for (size_t k = 0; k < i; k++)
                ck_assert_str_ne(made[i], made[k]);
        }
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        tenant_ids, templates, keys, keys_that_leave_their_prefix, two_tenants_never_share_a_key,
        NULL};
    return unit_main("name", tests);
}
