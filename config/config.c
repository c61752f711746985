#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config_parts.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/parse.h"
#include "lib/zone.h"

/* ---- the tables ---- */

struct root_nodes {
    const struct yaml_node *database, *tenants, *scope, *destinations;
    const char *timezone, *locale, *logo, *jobs_directory, *state_directory;
};

static const char tenants_hint[] =
    "write:  tenants: {query: \"SELECT id, name FROM tenants ORDER BY id\"}";

static const struct field root_fields[] = {
    {"database", FIELD_NODE, offsetof(struct root_nodes, database), .required = true,
     .help = "the database that is reported on, and how to reach it"},
    {"tenants", FIELD_NODE, offsetof(struct root_nodes, tenants), .required = true,
     .help = tenants_hint},
    {"scope", FIELD_NODE, offsetof(struct root_nodes, scope), .required = true,
     .help = "how each table's rows belong to a tenant, such as:  videos: {tenant: tenant_id}"},
    {"destinations", FIELD_NODE, offsetof(struct root_nodes, destinations),
     .help = "where finished reports can be delivered to"},
    {"timezone", FIELD_TEXT, offsetof(struct root_nodes, timezone), .fallback = "UTC",
     .help = "for jobs that name none, such as Europe/Berlin"},
    {"locale", FIELD_TEXT, offsetof(struct root_nodes, locale), .fallback = "en",
     .help = "language and habits of reports, for jobs that name none: en, en-US, de, fr, ..."},
    {"logo", FIELD_TEXT, offsetof(struct root_nodes, logo),
     .help = "a PNG or JPEG for the first page of reports, relative to this file"},
    {"jobs_directory", FIELD_TEXT, offsetof(struct root_nodes, jobs_directory), .fallback = "jobs",
     .help = "where the job files are; relative to this file"},
    {"state_directory", FIELD_TEXT, offsetof(struct root_nodes, state_directory),
     .help = "for the ledger and the spool; relative to this file (default: $STATE_DIRECTORY, "
             "else state)"},
    {0},
};

struct database_nodes {
    struct database_config database; /* first: copied out as a whole */
    const struct yaml_node *password, *tls, *guard_account;
};

static const char *const tls_modes[] = {"auto", "off", "verify-ca", "verify-full", NULL};
static const char *const guard_policies[] = {"auto", "required", NULL};

static const struct field database_fields[] = {
    {"host", FIELD_TEXT, offsetof(struct database_config, host),
     .help = "name or address of the server; or give a socket"},
    {"port", FIELD_INTEGER, offsetof(struct database_config, port), .fallback = "3306", .min = 1,
     .max = 65535, .help = "TCP port (default: 3306)"},
    {"socket", FIELD_TEXT, offsetof(struct database_config, socket),
     .help = "path of the server's UNIX socket, instead of a host"},
    {"schema", FIELD_TEXT, offsetof(struct database_config, schema), .required = true,
     .help = "the database (schema) that holds the tables, such as ai_pipeline_db"},
    {"user", FIELD_TEXT, offsetof(struct database_config, user), .required = true,
     .help = "the account; it should be able to read and to do nothing else"},
    {"password", FIELD_NODE, offsetof(struct database_nodes, password),
     .help = "where the password is: {credential: NAME}, {file: PATH} or {env: NAME}"},
    {"tls", FIELD_NODE, offsetof(struct database_nodes, tls),
     .help = "encryption: {mode: verify-full, ca: PATH}"},
    {"guard", FIELD_CHOICE, offsetof(struct database_config, guard), .fallback = "auto",
     .choices = guard_policies,
     .help = "auto: ask the server to check each query where it can; required: insist on it"},
    {"guard_account", FIELD_NODE, offsetof(struct database_nodes, guard_account),
     .help = "a second account without any rights, for the guard: {user: ..., password: ...}"},
    {"connect_timeout", FIELD_DURATION, offsetof(struct database_config, connect_timeout_ms),
     .fallback = "10s", .min = 1000, .max = 600000, .help = "such as 10s (the default)"},
    {"statement_timeout", FIELD_DURATION, offsetof(struct database_config, statement_timeout_ms),
     .fallback = "5m", .min = 1000, .max = 86400000,
     .help = "how long one query may take, such as 5m (the default)"},
    {"connections", FIELD_INTEGER, offsetof(struct database_config, connections), .fallback = "8",
     .min = 1, .max = 256, .help = "how many at the same time, at most (default: 8)"},
    {"allow_excess_privileges", FIELD_BOOLEAN,
     offsetof(struct database_config, allow_excess_privileges), .fallback = "false",
     .help = "true: accept an account that could do more than read"},
    {0},
};

static const struct field tls_fields[] = {
    {"mode", FIELD_CHOICE, offsetof(struct database_config, tls), .fallback = "auto",
     .choices = tls_modes,
     .help = "auto: off for this machine, else verify-full; or off, verify-ca, verify-full"},
    {"ca", FIELD_TEXT, offsetof(struct database_config, tls_ca),
     .help = "file of certificates to trust, relative to this file (default: the system's)"},
    {0},
};

struct guard_nodes {
    const char *user;
    const struct yaml_node *password;
};

static const struct field guard_fields[] = {
    {"user", FIELD_TEXT, offsetof(struct guard_nodes, user), .required = true,
     .help = "an account that may connect and read nothing"},
    {"password", FIELD_NODE, offsetof(struct guard_nodes, password),
     .help = "where its password is: {credential: NAME}, {file: PATH} or {env: NAME}"},
    {0},
};

struct tenants_nodes {
    const char *query;
};

static const struct field tenants_fields[] = {
    {"query", FIELD_LITERAL, offsetof(struct tenants_nodes, query), .required = true,
     .help = "SELECT of id, name and perhaps display_name: a row for each tenant"},
    {0},
};

static const struct field destination_fields[] = {
    {"kind", FIELD_NAME, offsetof(struct destination_config, kind), .required = true,
     .help = "what it is, such as directory"},
    {"platform", FIELD_BOOLEAN, offsetof(struct destination_config, platform), .fallback = "false",
     .help = "true: may receive reports about all tenants (jobs with scope: platform)"},
    {0},
};

const struct fields_section config_sections[] = {
    {"", root_fields},
    {"database", database_fields},
    {"database.tls", tls_fields},
    {"database.guard_account", guard_fields},
    {"tenants", tenants_fields},
    {"scope.TABLE", config_scope_fields},
    {"destinations.NAME", destination_fields},
    {0},
};

/* ---- reading ---- */

static int read_tls(struct config *c, const struct yaml_node *node, struct problems *problems)
{
    if (fields_need_mapping(node, "tls", "such as:  tls: {mode: verify-full}", problems) != 0 ||
        fields_read(node, "database.tls", tls_fields, &c->database, &c->arena, problems) != 0)
        return -1;
    if (c->database.tls_ca)
        c->database.tls_ca = config_path(c, &c->arena, c->database.tls_ca);
    return 0;
}

static int read_guard(struct config *c, const struct yaml_node *node, struct problems *problems)
{
    struct guard_nodes guard = {0};
    if (fields_read(node, "database.guard_account", guard_fields, &guard, &c->arena, problems) != 0)
        return -1;
    c->database.guard_user = guard.user;
    if (!guard.password)
        return 0;
    return secret_ref_read(guard.password, &c->database.guard_password, &c->arena, problems);
}

/* An empty text is what remains of ${NAME:-} or of a variable that is set to nothing. */
static bool said(const char *text)
{
    return text && *text;
}

/* What a table of keys can't say. Keys that are missing or wrong in themselves have been reported.
 */
static int check_database(const struct config *c, const struct yaml_node *node,
                          struct problems *problems)
{
    static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    const struct database_config *d = &c->database;
    int rc = 0;
    if (said(d->host) == said(d->socket))
        rc = problems_add(problems, node->key ? &node->key_at : &node->at,
                          "host: 127.0.0.1, or socket: /run/mysqld/mysqld.sock",
                          "database needs either \"host\" or \"socket\"");
    if (d->schema &&
        (!said(d->schema) || d->schema[strspn(d->schema, word)] || strlen(d->schema) > 64))
        rc = problems_add(problems, &yaml_get(node, "schema")->at, NULL,
                          "\"schema\" must be of letters, digits and _ only");
    if (d->user && (!said(d->user) || strlen(d->user) > 128))
        rc = problems_add(problems, &yaml_get(node, "user")->at, NULL,
                          "\"user\" is empty or too long");
    return rc;
}

static int read_database(struct config *c, const struct yaml_node *node, struct problems *problems)
{
    struct database_nodes nodes = {0};
    int rc = fields_read(node, "database", database_fields, &nodes, &c->arena, problems);
    c->database = nodes.database;
    c->database.at = node->key_at;
    if (node->kind == YAML_MAPPING)
        rc |= check_database(c, node, problems);
    if (!said(c->database.host))
        c->database.host = NULL;
    if (!said(c->database.socket))
        c->database.socket = NULL;
    if (nodes.password)
        rc |= secret_ref_read(nodes.password, &c->database.password, &c->arena, problems);
    if (nodes.tls)
        rc |= read_tls(c, nodes.tls, problems);
    if (nodes.guard_account)
        rc |= read_guard(c, nodes.guard_account, problems);
    return rc;
}

static int read_tenants(struct config *c, const struct yaml_node *node, struct problems *problems)
{
    struct tenants_nodes tenants = {0};
    if (fields_need_mapping(node, "tenants", tenants_hint, problems) != 0 ||
        fields_read(node, "tenants", tenants_fields, &tenants, &c->arena, problems) != 0)
        return -1;
    const struct yaml_node *query = yaml_get(node, "query");
    if (strspn(tenants.query, " \t\r\n") == strlen(tenants.query))
        return problems_add(problems, &query->at, tenants_hint, "\"query\" is empty");
    c->tenants_query = tenants.query;
    c->tenants_query_at = query->text_at;
    return 0;
}

static int read_destination(struct config *c, const struct yaml_node *node,
                            struct destination_config *d, struct problems *problems)
{
    if (!parse_name(node->key))
        return problems_add(problems, &node->key_at, "a-z, 0-9, - and _, at most 64",
                            "\"%s\" can't be the name of a destination",
                            yaml_show(&c->arena, node->key));
    const char *what = arena_printf(&c->arena, "destination \"%s\"", node->key);
    *d = (struct destination_config){.at = node->key_at, .name = node->key, .node = node};
    return fields_read_known(node, what, destination_fields, d, &c->arena, problems);
}

static int read_destinations(struct config *c, const struct yaml_node *node,
                             struct problems *problems)
{
    enum { MAX_DESTINATIONS = 200 };
    size_t n = 0;
    int rc = 0;
    if (!node || yaml_is_null(node))
        return 0;
    if (fields_need_mapping(node, "destinations", NULL, problems) != 0)
        return -1;
    for (const struct yaml_node *d = node->first; d; d = d->next)
        n++;
    if (n > MAX_DESTINATIONS)
        return problems_add(problems, &node->at, NULL, "more than %d destinations",
                            MAX_DESTINATIONS);
    struct destination_config *list = arena_alloc(&c->arena, (n + 1) * sizeof(*list));
    n = 0;
    for (const struct yaml_node *d = node->first; d; d = d->next)
        rc |= read_destination(c, d, &list[n++], problems);
    c->destinations = list;
    c->ndestinations = n;
    return rc;
}

/* systemd names the directories of a unit's StateDirectory=, the first one first. */
static const char *default_state_directory(struct arena *arena)
{
    const char *s = getenv("STATE_DIRECTORY");
    if (!s || s[0] != '/')
        return "state";
    return arena_strndup(arena, s, strcspn(s, ":"));
}

static void read_places(struct config *c, const struct yaml_node *root,
                        const struct root_nodes *nodes, struct problems *problems)
{
    const struct yaml_node *zone = yaml_get(root, "timezone");
    c->timezone = nodes->timezone;
    if (c->timezone && !zone_exists(c->timezone))
        problems_add(problems, zone ? &zone->at : &root->at,
                     "a name of the tz database such as Europe/Berlin or UTC",
                     "time zone \"%s\" is not known here", yaml_show(&c->arena, c->timezone));
    c->locale = nodes->locale;
    c->locale_at = yaml_get(root, "locale") ? yaml_get(root, "locale")->at : root->at;
    if (said(nodes->logo)) {
        c->logo = config_path(c, &c->arena, nodes->logo);
        c->logo_at = yaml_get(root, "logo")->at;
    }
    const char *state =
        said(nodes->state_directory) ? nodes->state_directory : default_state_directory(&c->arena);
    c->state_directory = config_path(c, &c->arena, state);
    c->jobs_directory =
        config_path(c, &c->arena, said(nodes->jobs_directory) ? nodes->jobs_directory : "jobs");
}

/* Each section is read whatever is wrong in the others, so that all of it is known at once. */
static void read_root(struct config *c, const struct yaml_node *root, struct problems *problems)
{
    struct root_nodes nodes = {0};
    if (fields_need_mapping(root, "pressrun.yaml", NULL, problems) != 0)
        return;
    fields_read(root, "pressrun.yaml", root_fields, &nodes, &c->arena, problems);
    read_places(c, root, &nodes, problems);
    if (nodes.database)
        read_database(c, nodes.database, problems);
    if (nodes.tenants)
        read_tenants(c, nodes.tenants, problems);
    if (nodes.scope)
        config_scope_read(c, nodes.scope, problems);
    read_destinations(c, nodes.destinations, problems);
}

static struct config *new_config(const char *path)
{
    struct config *c = xcalloc(1, sizeof(*c));
    char directory[LIMIT_PATH_BYTES];
    file_dirname(directory, path);
    c->path = arena_strdup(&c->arena, path);
    c->directory = arena_strdup(&c->arena, directory);
    return c;
}

static struct config *finish(struct config *c, const struct yaml_node *root, size_t errors_before,
                             struct problems *problems)
{
    if (root)
        read_root(c, root, problems);
    if (root && problems->nerrors == errors_before)
        return c;
    config_free(c);
    return NULL;
}

struct config *config_load(const char *path, struct problems *problems)
{
    size_t before = problems->nerrors;
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        problems_add(problems, &(struct place){.file = path},
                     "pressrun init writes one with comments; --config names another",
                     "there is no such file");
        return NULL;
    }
    struct config *c = new_config(path);
    return finish(c, yaml_read_file(&c->arena, path, problems), before, problems);
}

struct config *config_load_text(const char *path, const char *text, size_t len,
                                struct problems *problems)
{
    size_t before = problems->nerrors;
    struct config *c = new_config(path);
    return finish(c, yaml_read_text(&c->arena, path, text, len, problems), before, problems);
}

void config_free(struct config *c)
{
    if (!c)
        return;
    arena_release(&c->arena);
    free(c);
}

const struct destination_config *config_destination(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->ndestinations; i++) {
        if (strcmp(c->destinations[i].name, name) == 0)
            return &c->destinations[i];
    }
    return NULL;
}

const struct scope_rule *config_scope(const struct config *c, const char *table)
{
    for (size_t i = 0; i < c->nscope; i++) {
        if (strcmp(c->scope[i].table, table) == 0)
            return &c->scope[i];
    }
    return NULL;
}

const char *config_path(const struct config *c, struct arena *arena, const char *path)
{
    if (path[0] == '/' || strcmp(c->directory, ".") == 0)
        return arena_strdup(arena, path);
    return arena_printf(arena, "%s/%s", c->directory, path);
}
