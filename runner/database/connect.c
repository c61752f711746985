#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/utf8.h"
#include "runner/database/client.h"

enum { GRACE_S = 10 }; /* for a server that is late in ending a statement */

static bool is_local(const struct database_config *c)
{
    unsigned char address[4];
    /* An address, not a name that looks like one: 127.example.org may be anywhere. */
    if (!c->socket && inet_pton(AF_INET, c->host, address) == 1)
        return address[0] == 127;
    return c->socket || strcmp(c->host, "localhost") == 0 || strcmp(c->host, "::1") == 0;
}

static enum tls_mode tls_mode(const struct database_config *c)
{
    if (c->tls != TLS_AUTO)
        return (enum tls_mode)c->tls;
    return is_local(c) ? TLS_OFF : TLS_VERIFY_FULL;
}

/*
 * Only verification makes TLS mean anything here: MariaDB's "enforce" alone connects in clear to a
 * server without TLS, and a CA without verification accepts every host name. So the cipher is
 * demanded again after connecting.
 */
static void set_tls(MYSQL *m, const struct database_config *c)
{
    enum tls_mode mode = tls_mode(c);
#ifdef MARIADB_PACKAGE_VERSION
    client_bool verify = mode == TLS_VERIFY_FULL, enforce = 1;
    if (mode != TLS_OFF) {
        if (c->tls_ca)
            mysql_options(m, MYSQL_OPT_SSL_CA, c->tls_ca);
        mysql_options(m, MYSQL_OPT_SSL_ENFORCE, &enforce);
        mysql_options(m, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    }
#else
    unsigned ssl = mode == TLS_OFF         ? SSL_MODE_DISABLED
                   : mode == TLS_VERIFY_CA ? SSL_MODE_VERIFY_CA
                                           : SSL_MODE_VERIFY_IDENTITY;
    mysql_options(m, MYSQL_OPT_SSL_MODE, &ssl);
    if (c->tls_ca)
        mysql_options(m, MYSQL_OPT_SSL_CA, c->tls_ca);
    /* Over a socket or loopback nobody is between us, so the server's key may be asked for. */
    client_bool get_key = mode == TLS_OFF && is_local(c);
    mysql_options(m, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &get_key);
#endif
}

static void set_options(MYSQL *m, const struct database_config *c)
{
    unsigned connect_s = (unsigned)((c->connect_timeout_ms + 999) / 1000);
    /* The server ends a statement itself; this is for a server that fell silent. It can't be
     * changed on an open connection, so it is long enough for every job. */
    int64_t longest_ms = c->longest_timeout_ms > c->statement_timeout_ms ? c->longest_timeout_ms
                                                                         : c->statement_timeout_ms;
    unsigned silence_s = (unsigned)(longest_ms / 1000) + GRACE_S;
    unsigned off = 0;
    unsigned protocol = c->socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
    mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(m, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(m, MYSQL_OPT_READ_TIMEOUT, &silence_s);
    mysql_options(m, MYSQL_OPT_WRITE_TIMEOUT, &silence_s);
    mysql_options(m, MYSQL_OPT_LOCAL_INFILE, &off);
    mysql_options(m, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options4(m, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "pressrun");
    set_tls(m, c);
}

static int connect_error(struct database *db, const char *user, struct err *e)
{
    const struct database_config *c = db->config;
    unsigned no = mysql_errno(db->mysql);
    char where[300];
    if (c->socket)
        snprintf(where, sizeof(where), "%s", c->socket);
    else
        snprintf(where, sizeof(where), "%s:%lld", c->host, (long long)c->port);
    bool refused = no == SERVER_ACCESS_DENIED || no == SERVER_ACCESS_DENIED_DB || no == 1524 ||
                   no == CR_AUTH_PLUGIN_CANNOT_LOAD || no == CR_SSL_CONNECTION_ERROR;
    err_set(e, ERR_DATABASE, "can't connect to the database at %s as \"%s\": %s (%u)", where, user,
            mysql_error(db->mysql), no);
    e->transient = !refused;
    if (no == SERVER_ACCESS_DENIED)
        err_hint(e, "%s:%u: check database.user and database.password", c->at.file, c->at.line);
    else if (no == CR_AUTH_PLUGIN_CANNOT_LOAD)
        err_hint(e, "this client library can't log in the way the account asks for: build pressrun "
                    "with MariaDB Connector/C, or give the account another authentication plugin");
    else if (no == CR_SSL_CONNECTION_ERROR && strstr(e->msg, "does not support"))
        err_hint(e, "turn TLS on at the server, or reach it through an SSH tunnel on 127.0.0.1");
    else if (no == CR_SSL_CONNECTION_ERROR)
        err_hint(e, "the server's certificate was not accepted: check database.tls.ca, or set "
                    "database.tls.mode: verify-ca when its name is not in the certificate");
    else
        err_hint(e, c->socket ? "is the server running, and is this its socket?"
                              : "is the server running, and is the SSH tunnel up?");
    return -1;
}

static int check_cipher(struct database *db, struct err *e)
{
    if (tls_mode(db->config) == TLS_OFF || mysql_get_ssl_cipher(db->mysql))
        return 0;
    err_set(e, ERR_DATABASE, "the database offers no TLS, and it is not on this machine");
    return err_hint(e, "turn TLS on at the server, or reach it through an SSH tunnel on 127.0.0.1");
}

static int connect_as(struct database *db, const char *user, const struct secret *password,
                      struct err *e)
{
    const struct database_config *c = db->config;
    set_options(db->mysql, c);
    /* No default database: a table without a shadow can't be named, whatever the query says. */
    if (!mysql_real_connect(db->mysql, c->socket ? NULL : c->host, user,
                            password->bytes ? password->bytes : "", NULL, (unsigned)c->port,
                            c->socket, 0))
        return connect_error(db, user, e);
    return check_cipher(db, e);
}

static int identify(struct database *db, struct err *e)
{
    if (database_scalar(db, "SELECT VERSION()", db->version, sizeof(db->version), e) != 0 ||
        database_scalar(db, "SELECT CURRENT_USER()", db->account, sizeof(db->account), e) != 0)
        return -1;
    db->mariadb = strstr(db->version, "MariaDB") != NULL;
    unsigned major = 0, minor = 0, patch = 0;
    if (sscanf(db->version, "%u.%u.%u", &major, &minor, &patch) != 3)
        return err_set(e, ERR_DATABASE, "unknown server version \"%s\"", db->version);
    unsigned version = major * 10000 + minor * 100 + patch;
    /* Older ones crash on, or answer wrongly to, a CTE named like a table (MDEV-31657, WL#12123).
     */
    if (version >= (db->mariadb ? 100605u : 80022u))
        return 0;
    err_set(e, ERR_DATABASE, "server version %s is too old", db->version);
    return err_hint(e, "pressrun needs MariaDB 10.6.5 or MySQL 8.0.22, or newer");
}

int database_open(const struct database_config *config, enum database_identity identity,
                  struct database **out, struct err *e)
{
    bool guard = identity == DATABASE_GUARD_ACCOUNT;
    struct secret password = {0};
    struct database *db = xcalloc(1, sizeof(*db));
    int rc = -1;
    db->config = config;
    db->mysql = mysql_init(NULL);
    if (!db->mysql) {
        err_set(e, ERR_INTERNAL, "the MySQL client library could not be initialised");
        goto out;
    }
    if (secret_load(guard ? &config->guard_password : &config->password, &password, e) != 0)
        goto out;
    if (connect_as(db, guard ? config->guard_user : config->user, &password, e) != 0 ||
        identify(db, e) != 0 || session_pin(db, e) != 0)
        goto out;
    *out = db;
    db = NULL;
    rc = 0;
out:
    secret_release(&password);
    database_close(db);
    return rc;
}

void database_close(struct database *db)
{
    if (!db)
        return;
    if (db->mysql)
        mysql_close(db->mysql);
    free(db);
}

bool database_is_mariadb(const struct database *db)
{
    return db->mariadb;
}

const char *database_version(const struct database *db)
{
    return db->version;
}

const char *database_account(const struct database *db)
{
    return db->account;
}

const char *database_tls(const struct database *db)
{
    const char *cipher = mysql_get_ssl_cipher(db->mysql);
    return cipher ? cipher : "";
}
