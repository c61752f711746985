#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/limits.h"
#include "tests/unit/expect.h"

/* A configuration with nothing but what must be there, in four lines; more is put below. */
#define DATABASE "database: {host: db, schema: s, user: u}\n"
#define TENANTS  "tenants: {query: SELECT 1}\n"
#define SCOPE    "scope:\n  t: {tenant: tenant_id}\n"
#define MINIMAL  DATABASE TENANTS SCOPE

static struct config *load(const char *text, struct problems *p)
{
    return config_load_text("/etc/pressrun/pressrun.yaml", text, strlen(text), p);
}

static struct config *loads(const char *text)
{
    struct problems p = {0};
    struct config *c = load(text, &p);
    expect_problems(&p, "", text);
    ck_assert_ptr_nonnull(c);
    return c;
}

START_TEST(defaults)
{
    unsetenv("STATE_DIRECTORY");
    struct config *c = loads(MINIMAL);
    ck_assert_str_eq(c->path, "/etc/pressrun/pressrun.yaml");
    ck_assert_str_eq(c->directory, "/etc/pressrun");
    ck_assert_str_eq(c->database.host, "db");
    ck_assert_ptr_null(c->database.socket);
    ck_assert_int_eq(c->database.port, 3306);
    ck_assert_int_eq(c->database.password.kind, SECRET_NONE);
    ck_assert_int_eq(c->database.tls, TLS_AUTO);
    ck_assert_ptr_null(c->database.tls_ca);
    ck_assert_int_eq(c->database.guard, GUARD_AUTO);
    ck_assert_ptr_null(c->database.guard_user);
    ck_assert_int_eq(c->database.guard_password.kind, SECRET_NONE);
    ck_assert_int_eq(c->database.connect_timeout_ms, 10000);
    ck_assert_int_eq(c->database.statement_timeout_ms, 300000);
    ck_assert(!c->database.allow_excess_privileges);
    ck_assert_uint_eq(c->database.at.line, 1);
    ck_assert_str_eq(c->tenants_query, "SELECT 1");
    ck_assert_uint_eq(c->tenants_query_at.line, 2);
    ck_assert_uint_eq(c->tenants_query_at.column, 18);
    ck_assert_str_eq(c->timezone, "UTC");
    ck_assert_str_eq(c->jobs_directory, "/etc/pressrun/jobs");
    ck_assert_str_eq(c->state_directory, "/etc/pressrun/state");
    ck_assert_uint_eq(c->ndestinations, 0);
    ck_assert_ptr_null(config_destination(c, "x"));
    config_free(c);
    config_free(NULL);
}
END_TEST

static const char everything_text[] =
    "database:\n"
    "  socket: /run/mysqld/mysqld.sock\n"
    "  port: 3307\n"
    "  schema: ai_pipeline_db\n"
    "  user: reader\n"
    "  password: {file: db-password}\n"
    "  tls: {mode: verify-ca, ca: ca.pem}\n"
    "  guard: required\n"
    "  guard_account: {user: nobody, password: {env: GUARD}}\n"
    "  connect_timeout: 3s\n"
    "  statement_timeout: 1h\n"
    "  allow_excess_privileges: true\n"
    "tenants:\n"
    "  query: |\n"
    "    SELECT id FROM tenants\n"
    "scope:\n"
    "  audio: {through: embeddings, on: embedding_id, references: uid}\n"
    "  embeddings: {through: videos, on: video_id}\n"
    "  videos: {tenant: tenant_id, hide: [secret, notes$1]}\n"
    "  categories: {shared: true}\n"
    "destinations:\n"
    "  reports: {kind: directory, path: out, whatever: [1]}\n"
    "  office: {kind: s3, platform: true}\n"
    "timezone: Europe/Berlin\n"
    "jobs_directory: /srv/jobs\n"
    "state_directory: var\n";

START_TEST(everything)
{
    struct config *c = loads(everything_text);
    const struct database_config *d = &c->database;
    ck_assert_ptr_null(d->host);
    ck_assert_str_eq(d->socket, "/run/mysqld/mysqld.sock");
    ck_assert_int_eq(d->port, 3307);
    ck_assert_str_eq(d->password.name, "/etc/pressrun/db-password");
    ck_assert_int_eq(d->tls, TLS_VERIFY_CA);
    ck_assert_str_eq(d->tls_ca, "/etc/pressrun/ca.pem");
    ck_assert_int_eq(d->guard, GUARD_REQUIRED);
    ck_assert_str_eq(d->guard_user, "nobody");
    ck_assert_str_eq(d->guard_password.name, "GUARD");
    ck_assert_int_eq(d->connect_timeout_ms, 3000);
    ck_assert_int_eq(d->statement_timeout_ms, 3600000);
    ck_assert(d->allow_excess_privileges);
    ck_assert_uint_eq(c->tenants_query_at.line, 15);
    ck_assert_uint_eq(c->tenants_query_at.column, 5);
    ck_assert_str_eq(c->timezone, "Europe/Berlin");
    ck_assert_str_eq(c->jobs_directory, "/srv/jobs");
    ck_assert_str_eq(c->state_directory, "/etc/pressrun/var");

    ck_assert_uint_eq(c->ndestinations, 2);
    const struct destination_config *reports = config_destination(c, "reports");
    ck_assert_str_eq(reports->kind, "directory");
    ck_assert(!reports->platform);
    ck_assert_str_eq(yaml_get(reports->node, "path")->text, "out");
    ck_assert(config_destination(c, "office")->platform);
    config_free(c);
}
END_TEST

START_TEST(scope)
{
    struct config *c = loads(everything_text);
    ck_assert_uint_eq(c->nscope, 4);
    const struct scope_rule *audio = config_scope(c, "audio");
    ck_assert_int_eq(audio->kind, SCOPE_THROUGH);
    ck_assert_str_eq(audio->column, "embedding_id");
    ck_assert_str_eq(audio->parent_column, "uid");
    ck_assert_ptr_eq(audio->parent, config_scope(c, "embeddings"));
    ck_assert_str_eq(audio->parent->parent_column, "id");
    const struct scope_rule *videos = audio->parent->parent;
    ck_assert_int_eq(videos->kind, SCOPE_TENANT);
    ck_assert_str_eq(videos->column, "tenant_id");
    ck_assert_ptr_null(videos->parent);
    ck_assert_uint_eq(videos->nhidden, 2);
    ck_assert_str_eq(videos->hidden[1], "notes$1");
    ck_assert_uint_eq(videos->at.line, 19);
    ck_assert_int_eq(config_scope(c, "categories")->kind, SCOPE_SHARED);
    ck_assert_ptr_null(config_scope(c, "Videos"));
    config_free(c);
}
END_TEST

static const struct {
    const char *text, *expected;
} bad[] = {
    {"{}\n", "1:1 \"database\" is missing in pressrun.yaml\n1:1 \"tenants\" is missing in "
             "pressrun.yaml | write:  tenants: {query:\n1:1 \"scope\" is missing"},
    {"just text\n", "1:1 pressrun.yaml must be a mapping"},
    {"a: [\n", "2:1 expected"},
    {MINIMAL "databse: {}\n", "5:1 unknown key \"databse\" in pressrun.yaml (did you mean "
                              "\"database\"?)"},
    {DATABASE SCOPE, "1:1 \"tenants\" is missing in pressrun.yaml | write:  tenants: {query: "
                     "\"SELECT id, name FROM tenants ORDER BY id\"}"},
    {DATABASE "tenants: SELECT 1\n" SCOPE, "2:10 tenants must be a mapping, not a text | write:"},
    {DATABASE "tenants: {query: ' '}\n" SCOPE, "2:18 \"query\" is empty"},
    {DATABASE "tenants: {}\n" SCOPE, "2:1 \"query\" is missing in tenants"},
    {DATABASE TENANTS "scope:\n", "3:7 scope must be a mapping, not empty"},
    {DATABASE TENANTS "scope: {}\n", "3:8 scope must name from 1 to 1000 tables"},
    /* The database. */
    {"database:\n" TENANTS SCOPE, "1:10 database must be a mapping, not empty"},
    {"database: {schema: s, user: u}\n" TENANTS SCOPE,
     "1:1 database needs either \"host\" or \"socket\" | host: 127.0.0.1"},
    {"database: {host: h, socket: /s, schema: s, user: u}\n" TENANTS SCOPE,
     "1:1 database needs either"},
    {"database: {host: '${CONFIG_NONE:-}', schema: s, user: u}\n" TENANTS SCOPE,
     "1:1 database needs either"},
    {"database: {host: h}\n" TENANTS SCOPE,
     "1:1 \"schema\" is missing in database\n1:1 \"user\" is missing in database"},
    {"database: {host: h, schema: my-db, user: ''}\n" TENANTS SCOPE,
     "1:29 \"schema\" must be of letters, digits and _ only\n1:42 \"user\" is empty"},
    {"database: {host: h, schema: 'a`b', user: u}\n" TENANTS SCOPE, "1:29 \"schema\" must be of"},
    {"database: {host: h, schema: größe, user: u}\n" TENANTS SCOPE, "1:29 \"schema\" must be of"},
    {"database: {host: h, schema: '', user: u}\n" TENANTS SCOPE, "1:29 \"schema\" must be of"},
    {"database: {host: h, schema: s, user: u, port: 0}\n" TENANTS SCOPE, "1:47 from 1 to 65535"},
    {"database: {host: h, schema: s, user: u, password: hunter2}\n" TENANTS SCOPE,
     "1:51 \"password\" can't stand in the file itself"},
    {"database: {host: h, schema: s, user: u, passwort: {env: X}}\n" TENANTS SCOPE,
     "1:41 unknown key \"passwort\" in database (did you mean \"password\"?)"},
    {"database: {host: h, schema: s, user: u, tls: off}\n" TENANTS SCOPE,
     "1:46 tls must be a mapping, not a text | such as:  tls: {mode: verify-full}"},
    {"database: {host: h, schema: s, user: u, tls: {mode: verify}}\n" TENANTS SCOPE,
     "1:53 \"mode\" can't be \"verify\" | one of: auto, off, verify-ca, verify-full"},
    {"database: {host: h, schema: s, user: u, guard: off}\n" TENANTS SCOPE,
     "1:48 \"guard\" can't be \"off\" | one of: auto, required"},
    {"database: {host: h, schema: s, user: u, guard_account: {password: x}}\n" TENANTS SCOPE,
     "1:41 \"user\" is missing in database.guard_account"},
    {"database: {host: h, schema: s, user: u, guard_account: {user: g, password: x}}\n" TENANTS
         SCOPE,
     "1:76 \"password\" can't stand in the file itself"},
    {"database: {host: h, schema: s, user: u, connect_timeout: 5}\n" TENANTS SCOPE,
     "1:58 a duration such as 30s, 5m, 2h from 1s to 10m, not \"5\""},
    {"database: {host: h, schema: s, user: u, statement_timeout: 2d}\n" TENANTS SCOPE,
     "1:60 from 1s to 1d"},
    /* The scope. */
    {MINIMAL "  v: {}\n", "5:3 how do rows of \"v\" belong to a tenant? | one of {tenant: COLUMN}"},
    {MINIMAL "  v: {shared: false}\n", "5:3 how do rows of \"v\" belong"},
    {MINIMAL "  v: {hide: [x]}\n", "5:3 how do rows of \"v\" belong"},
    {MINIMAL "  v: tenant_id\n", "5:6 scope \"v\" must be a mapping, not a text | one of"},
    {MINIMAL "  v:\n", "5:5 scope \"v\" must be a mapping, not empty"},
    {MINIMAL "  v: {tenent: x}\n",
     "5:7 unknown key \"tenent\" in scope \"v\" (did you mean \"tenant\"?) | known keys: tenant, "
     "through, on, references, shared, hide"},
    {MINIMAL "  v: {tenant: a, through: t, on: b}\n",
     "5:3 table \"v\" can belong to a tenant in one way only"},
    {MINIMAL "  v: {tenant: a, shared: true}\n", "5:3 one way only"},
    {MINIMAL "  v: {through: t}\n", "5:3 \"through\" of table \"v\" needs \"on\""},
    {MINIMAL "  v: {tenant: a, on: b}\n", "5:3 need \"through\""},
    {MINIMAL "  v: {shared: true, references: b}\n", "5:3 need \"through\""},
    {MINIMAL "  v: {through: tt, on: a}\n",
     "5:3 table \"v\" goes through \"tt\", which has no scope"},
    {MINIMAL "  v: {through: w, on: a}\n  w: {shared: true}\n",
     "5:3 table \"v\" goes through \"w\", which is shared"},
    {MINIMAL "  v: {through: v, on: a}\n", "5:3 the way of table \"v\" to its tenant goes round"},
    {MINIMAL "  v: {through: w, on: a}\n  w: {through: v, on: b}\n", "5:3 the way of table \"v\""},
    {MINIMAL "  a: {through: b, on: x}\n  b: {through: c, on: x}\n  c: {through: b, on: x}\n",
     "5:3 the way of table \"a\""},
    {MINIMAL "  v: {tenant: 'a`b'}\n", "5:15 \"a`b\" is not the name of a column or table"},
    {MINIMAL "  v: {tenant: größe}\n", "5:15 is not the name of a column"},
    {MINIMAL "  v: {tenant: 1a}\n", "5:15 is not the name of a column"},
    {MINIMAL "  v: {tenant: ''}\n", "5:15 is not the name of a column"},
    {MINIMAL "  v: {through: s.t, on: a b, references: '-'}\n",
     "5:16 \"s.t\"\n5:25 \"a b\"\n5:42 \"-\""},
    {MINIMAL "  s.v: {tenant: x}\n", "5:3 \"s.v\" can't be used as the name of a table"},
    {MINIMAL "  'v`': {tenant: x}\n", "5:3 can't be used as the name of a table"},
    {MINIMAL "  größe: {tenant: x}\n", "5:3 can't be used as the name of a table"},
    {MINIMAL "  S: {tenant: x}\n", "5:3 table \"S\" has the name of its schema"},
    {MINIMAL "  T: {tenant: x}\n", "5:3 table \"T\" differs from \"t\" only in case"},
    {MINIMAL "  t: {tenant: x}\n", "5:3 key \"t\" already stands in line 4"},
    {MINIMAL "  v: {tenant: x, hide: a}\n", "5:24 \"hide\" of table \"v\" must be a list"},
    {MINIMAL "  v: {tenant: x, hide: [a, a]}\n", "5:28 \"a\" stands twice"},
    {MINIMAL "  v: {tenant: x, hide: ['a`']}\n", "5:25 \"a`\" is not the name of a column"},
    /* The rest. */
    {MINIMAL "timezone: Europe/Berlinn\n", "5:11 time zone \"Europe/Berlinn\" is not known here"},
    {MINIMAL "timezone: ../../etc/passwd\n", "5:11 is not known here"},
    {MINIMAL "timezone: ''\n", "5:11 is not known here"},
    {MINIMAL "destinations: [x]\n", "5:15 destinations must be a mapping, not a list"},
    {MINIMAL "destinations: {x: {}}\n", "5:16 \"kind\" is missing in destination \"x\""},
    {MINIMAL "destinations: {x: dir}\n", "5:19 destination \"x\" must be a mapping, not a text"},
    {MINIMAL "destinations: {X Y: {kind: s3}}\n",
     "5:16 \"X Y\" can't be the name of a destination"},
    {MINIMAL "destinations: {x: {kind: s3, platform: yess}}\n", "5:40 true or false"},
    /* All at once. */
    {"database: {host: h, user: u, port: x}\ntenants: {}\nscope: {a: {}}\ntimezone: Mars\n",
     "1:1 \"schema\" is missing\n1:36 a whole number\n2:1 \"query\" is missing\n3:9 how do rows\n"
     "4:11 time zone"},
};

START_TEST(refusals)
{
    unsetenv("CONFIG_NONE");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct problems p = {0};
        ck_assert_msg(!load(bad[i].text, &p), "accepted: %s", bad[i].text);
        expect_problems(&p, bad[i].expected, bad[i].text);
    }
}
END_TEST

START_TEST(long_way_to_a_tenant)
{
    struct config *c = loads(MINIMAL "  a: {through: b, on: x}\n  b: {through: c, on: x}\n"
                                     "  c: {through: t, on: x}\n  d: {through: c, on: x}\n");
    ck_assert_str_eq(config_scope(c, "a")->parent->parent->parent->table, "t");
    config_free(c);
}
END_TEST

START_TEST(directories)
{
    struct problems p = {0};
    setenv("STATE_DIRECTORY", "/var/lib/pressrun:/var/lib/other", 1);
    struct config *c = loads(MINIMAL);
    ck_assert_str_eq(c->state_directory, "/var/lib/pressrun");
    config_free(c);
    c = loads(MINIMAL "state_directory: here\n");
    ck_assert_str_eq(c->state_directory, "/etc/pressrun/here");
    config_free(c);
    unsetenv("STATE_DIRECTORY");
    /* A file in the working directory: paths stay as short as they were written. */
    c = config_load_text("pressrun.yaml", MINIMAL, strlen(MINIMAL), &p);
    ck_assert_str_eq(c->directory, ".");
    ck_assert_str_eq(c->jobs_directory, "jobs");
    struct arena arena = {0};
    ck_assert_str_eq(config_path(c, &arena, "/abs"), "/abs");
    arena_release(&arena);
    config_free(c);
}
END_TEST

START_TEST(example)
{
    unsetenv("FASTAPI_DB_HOST");
    unsetenv("FASTAPI_DB_PORT");
    unsetenv("FASTAPI_DB_PASSWORD");
    struct config *c = loads(config_example);
    ck_assert_str_eq(c->database.host, "127.0.0.1");
    ck_assert_str_eq(c->database.schema, "ai_pipeline_db");
    ck_assert_str_eq(config_scope(c, "tenants")->hidden[0], "api_key");
    ck_assert_ptr_nonnull(config_destination(c, "reports"));
    config_free(c);
}
END_TEST

/* What is commented out in the example must be right as well. */
START_TEST(example_with_its_comments)
{
    static const char *const optional[] = {"  # tls:", "  # categories:", "  # admin:"};
    char *text = strdup(config_example);
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        char *line = strstr(text, optional[i]);
        ck_assert_msg(line != NULL, "%s", optional[i]);
        memmove(line + 2, line + 4, strlen(line + 4) + 1);
    }
    struct config *c = loads(text);
    ck_assert_int_eq(c->database.tls, TLS_VERIFY_FULL);
    ck_assert(config_destination(c, "admin")->platform);
    ck_assert_int_eq(config_scope(c, "categories")->kind, SCOPE_SHARED);
    config_free(c);
    free(text);
}
END_TEST

START_TEST(loads_a_file)
{
    struct problems p = {0};
    struct err e = {0};
    char path[LIMIT_PATH_BYTES], jobs[LIMIT_PATH_BYTES];
    ck_ok(file_join(path, unit_temp_dir(), "pressrun.yaml", &e), &e);
    ck_ok(file_join(jobs, unit_temp_dir(), "jobs", &e), &e);
    ck_ok(file_write_durably(path, MINIMAL, strlen(MINIMAL), 0644, &e), &e);
    struct config *c = config_load(path, &p);
    expect_problems(&p, "", path);
    ck_assert_str_eq(c->jobs_directory, jobs);
    config_free(c);
    ck_assert_ptr_null(config_load("/nowhere/pressrun.yaml", &p));
    expect_problems(&p, "0:0 there is no such file | pressrun init writes one", "");
}
END_TEST

/* Each key has its line of help, and the tables name each key once. */
START_TEST(sections)
{
    for (const struct fields_section *s = config_sections; s->name; s++) {
        for (const struct field *f = s->fields; f->key; f++) {
            ck_assert_msg(f->help && *f->help, "%s.%s has no help", s->name, f->key);
            for (const struct field *other = f + 1; other->key; other++)
                ck_assert_str_ne(f->key, other->key);
        }
    }
}
END_TEST

/* A scope as large as it may be, with every way as long as it may be, takes no time. */
START_TEST(large_scope)
{
    struct buf text;
    buf_init(&text, LIMIT_YAML_BYTES);
    buf_add_str(&text, MINIMAL);
    for (int i = 0; i < 999; i++)
        buf_printf(&text, "  t%d: {through: t%d, on: x}\n", i, i + 1);
    struct problems p = {0};
    ck_assert_ptr_null(load(text.data, &p));
    expect_problems(&p, "1003:3 goes through \"t999\", which has no scope (did you mean", "large");
    buf_release(&text);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {defaults,
                                  everything,
                                  scope,
                                  refusals,
                                  long_way_to_a_tenant,
                                  directories,
                                  example,
                                  example_with_its_comments,
                                  loads_a_file,
                                  sections,
                                  large_scope,
                                  NULL};
    return unit_main("config", tests);
}
