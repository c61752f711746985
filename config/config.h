/*
 * What the operator sets: pressrun.yaml, documented in pressrun.yaml(5). Read-only after loading;
 * all of it lives in one arena.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "config/fields.h"
#include "config/secret.h"
#include "config/yaml.h"

enum tls_mode { TLS_AUTO, TLS_OFF, TLS_VERIFY_CA, TLS_VERIFY_FULL };
enum guard_policy { GUARD_AUTO, GUARD_REQUIRED };

struct database_config {
    struct place at;
    const char *host, *socket; /* one of them, the other NULL; `socket` is a path */
    int64_t port;
    const char *schema, *user;
    struct secret_ref password; /* SECRET_NONE: the account needs none */
    int tls;            /* enum tls_mode; TLS_AUTO: off on loopback and sockets, else VERIFY_FULL */
    const char *tls_ca; /* a path, or NULL for the system's own */
    int guard;          /* enum guard_policy */
    const char *guard_user; /* a second account without rights, or NULL */
    struct secret_ref guard_password;
    int64_t connect_timeout_ms, statement_timeout_ms;
    int64_t longest_timeout_ms; /* of any job's own, or 0: raised when the jobs are loaded */
    int64_t connections;        /* at the same time, at most */
    bool allow_excess_privileges;
};

enum scope_kind {
    SCOPE_TENANT,  /* a column holds the tenant's id */
    SCOPE_THROUGH, /* a column refers to a row of a table that has a scope itself */
    SCOPE_SHARED,  /* belongs to no tenant; every tenant may read it */
};

/* How the rows of one table belong to a tenant, and which columns may be read. */
struct scope_rule {
    struct place at;
    const char *table;
    enum scope_kind kind;
    const char *column;              /* TENANT: holds the id. THROUGH: refers to the parent */
    const struct scope_rule *parent; /* THROUGH */
    const char *parent_column;       /* THROUGH: what is referred to; "id" by default */
    const char *const *hidden;       /* columns that can't be reported */
    size_t nhidden;
};

struct destination_config {
    struct place at;
    const char *name;
    const char *kind;             /* "directory", ... */
    bool platform;                /* may receive reports of the whole platform */
    const struct yaml_node *node; /* the kind reads its own settings from it */
};

struct config {
    const char *path;      /* of pressrun.yaml */
    const char *directory; /* it stands in; relative paths start here */
    struct database_config database;
    const char *tenants_query;
    struct place tenants_query_at;
    const struct scope_rule *scope;
    size_t nscope;
    const struct destination_config *destinations;
    size_t ndestinations;
    const char *timezone; /* for jobs that name none */
    const char *locale;   /* a tag of BCP 47, likewise */
    struct place locale_at;
    const char *logo; /* a path, or NULL */
    struct place logo_at;
    const char *jobs_directory; /* absolute, or relative to the working directory */
    const char *state_directory;
    struct arena arena;
};

/* Loads and checks the file. NULL when anything is wrong; every reason is in `problems`. */
struct config *config_load(const char *path, struct problems *problems);
/* The same of a text that is not (yet) in the file of that name. */
struct config *config_load_text(const char *path, const char *text, size_t len,
                                struct problems *problems);
void config_free(struct config *c); /* takes NULL */

const struct destination_config *config_destination(const struct config *c, const char *name);
const struct scope_rule *config_scope(const struct config *c, const char *table);
bool config_hides(const struct scope_rule *rule, const char *column);
/* A path of the file made relative to the file's own directory; lives in the arena. */
const char *config_path(const struct config *c, struct arena *arena, const char *path);

/* Every table of keys in the file, for help and for the manual's test. Ends with a NULL name. */
extern const struct fields_section config_sections[];

/* The annotated example that `pressrun init` writes. */
extern const char config_example[];

#endif
