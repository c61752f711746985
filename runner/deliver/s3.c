#include "runner/deliver/s3.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "config/fields.h"
#include "runner/deliver/disposition.h"
#include "runner/deliver/http_url.h"
#include "runner/deliver/sigv4.h"

#define MIB 1048576

enum { ADDRESSING_PATH, ADDRESSING_VIRTUAL };
static const char *const addressings[] = {"path", "virtual", NULL};

static const struct field fields[] = {
    {"kind", FIELD_NAME, offsetof(struct s3, kind), .required = true, .help = "s3"},
    {"platform", FIELD_BOOLEAN, offsetof(struct s3, platform), .fallback = "false",
     .help = "may receive reports of the whole platform"},
    {"endpoint", FIELD_TEXT, offsetof(struct s3, endpoint), .required = true,
     .help = "https://host[:port] of the storage"},
    {"region", FIELD_TEXT, offsetof(struct s3, region), .fallback = "us-east-1",
     .help = "the bucket's region"},
    {"bucket", FIELD_TEXT, offsetof(struct s3, bucket), .required = true, .help = "its name"},
    {"key", FIELD_LITERAL, offsetof(struct s3, key),
     .fallback = "{tenant.id}/{job}/{period}/{file}", .help = "where a file goes in the bucket"},
    {"access_key_id", FIELD_NODE, offsetof(struct s3, access_key_node), .required = true,
     .help = "a text, or a reference to a secret"},
    {"secret_access_key", FIELD_NODE, offsetof(struct s3, secret_key_node), .required = true,
     .help = "a reference to a secret"},
    {"session_token", FIELD_NODE, offsetof(struct s3, session_token_node),
     .help = "a reference to a secret, with temporary credentials"},
    {"addressing", FIELD_CHOICE, offsetof(struct s3, addressing), .fallback = "path",
     .choices = addressings, .help = "path: host/bucket/key; virtual: bucket.host/key"},
    {"multipart_threshold", FIELD_SIZE, offsetof(struct s3, multipart_threshold),
     .fallback = "64MiB", .min = 5 * (int64_t)MIB, .max = 5120 * (int64_t)MIB,
     .help = "larger files are sent in parts"},
    {"part_size", FIELD_SIZE, offsetof(struct s3, part_size), .fallback = "16MiB",
     .min = 5 * (int64_t)MIB, .max = 1024 * (int64_t)MIB, .help = "of a part"},
    {"tls_ca", FIELD_TEXT, offsetof(struct s3, tls_ca),
     .help = "file of the certificates to trust instead of the system's"},
    {"insecure", FIELD_BOOLEAN, offsetof(struct s3, insecure), .fallback = "false",
     .help = "plain http is allowed"},
    {"timeout", FIELD_DURATION, offsetof(struct s3, timeout_ms), .fallback = "60s", .min = 100,
     .max = 3600000, .help = "of one request; time for a large body is added"},
    {"parallel", FIELD_INTEGER, offsetof(struct s3, parallel), .fallback = "16", .min = 1,
     .max = 64, .help = "files on their way at once"},
    {0},
};

static int read_key_id(struct s3 *s3, struct arena *arena, struct problems *problems)
{
    const struct yaml_node *node = s3->access_key_node;
    if (node->kind != YAML_SCALAR)
        return secret_ref_read(node, &s3->access_key_ref, arena, problems);
    /* It is a name, not a secret: it may stand in the file, or be ${AWS_ACCESS_KEY_ID}. */
    static const struct field text[] = {
        {"access_key_id", FIELD_TEXT, offsetof(struct s3, access_key_text), .required = true},
        {0},
    };
    struct yaml_node copy = *node, mapping = {.kind = YAML_MAPPING, .at = node->at};
    copy.next = NULL;
    mapping.first = &copy;
    if (fields_read(&mapping, "destination", text, s3, arena, problems) != 0)
        return -1;
    for (const char *p = s3->access_key_text; *p; p++) {
        if (*p <= ' ' || *p > '~')
            return problems_add(problems, &node->at, NULL,
                                "\"access_key_id\" holds a blank or a control character");
    }
    return 0;
}

static int read_secrets(struct s3 *s3, struct arena *arena, struct problems *problems)
{
    int rc = read_key_id(s3, arena, problems);
    rc |= secret_ref_read(s3->secret_key_node, &s3->secret_key_ref, arena, problems);
    if (s3->session_token_node)
        rc |= secret_ref_read(s3->session_token_node, &s3->session_token_ref, arena, problems);
    return rc ? -1 : 0;
}

static const struct place *place_of(const struct destination_config *settings, const char *key)
{
    const struct yaml_node *node = yaml_get(settings->node, key);
    return node ? &node->at : &settings->at;
}

static int check_key_template(const struct s3 *s3, const struct destination_config *settings,
                              struct problems *problems)
{
    const struct place *at = place_of(settings, "key");
    if (name_check_template(s3->key, at, s3->platform, problems) != 0)
        return -1;
    if (strstr(s3->key, "{period}"))
        return 0;
    return problems_add(problems, at, "for example {tenant.id}/{job}/{period}/{file}",
                        "key template \"%.200s\" must hold {period}: in a bucket nothing is "
                        "replaced, so the second report could not be delivered",
                        s3->key);
}

static bool is_bucket(const char *s)
{
    size_t len = strlen(s);
    return len >= 3 && len <= 63 &&
           strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len &&
           s[0] != '.' && !strstr(s, "..");
}

static int check_place(struct s3 *s3, const struct destination_config *settings,
                       struct arena *arena, struct problems *problems)
{
    struct http_url url = {0};
    const char *wrong = http_url_parse(s3->endpoint, s3->insecure, arena, &url);
    if (!wrong && (strcmp(url.path, "/") != 0 || url.query))
        wrong = "must not hold a path: the bucket has a key of its own";
    if (wrong)
        return problems_add(problems, place_of(settings, "endpoint"),
                            "https://host or https://host:port; http:// needs insecure: true",
                            "endpoint \"%.200s\" %s", s3->endpoint, wrong);
    for (const char *p = s3->region; *p; p++) {
        if (*p <= ' ' || *p > '~' || *p == '/')
            return problems_add(problems, place_of(settings, "region"), "such as eu-central-1",
                                "\"%.100s\" can't be the name of a region", s3->region);
    }
    if (!is_bucket(s3->bucket))
        return problems_add(problems, place_of(settings, "bucket"), "3 to 63 of a-z 0-9 . - _",
                            "\"%.100s\" can't be the name of a bucket", s3->bucket);
    s3->scheme = url.scheme;
    s3->host = s3->addressing == ADDRESSING_VIRTUAL
                   ? arena_printf(arena, "%s.%s", s3->bucket, url.host)
                   : url.host;
    s3->base_path =
        s3->addressing == ADDRESSING_VIRTUAL ? "/" : arena_printf(arena, "/%s/", s3->bucket);
    return 0;
}

static int open_s3(struct destination **out, const struct destination_config *settings,
                   const struct config *config, struct arena *arena, struct problems *problems)
{
    struct s3 *s3 = arena_alloc(arena, sizeof(*s3));
    const char *what = arena_printf(arena, "destination \"%s\"", settings->name);
    if (fields_read(settings->node, what, fields, s3, arena, problems) != 0)
        return -1;
    int rc = read_secrets(s3, arena, problems);
    rc |= check_key_template(s3, settings, problems);
    rc |= check_place(s3, settings, arena, problems);
    if (rc != 0)
        return -1;
    s3->policy = (struct http_policy){
        .ca = s3->tls_ca ? config_path(config, arena, s3->tls_ca) : NULL,
        .insecure = s3->insecure,
        .timeout_ms = s3->timeout_ms,
    };
    s3->destination.key = s3->key;
    s3->destination.write_once = true;
    s3->destination.host = s3->host;
    s3->destination.parallel = (size_t)s3->parallel;
    *out = &s3->destination;
    return 0;
}

static void close_s3(struct destination *d)
{
    struct s3 *s3 = (struct s3 *)d;
    secret_release(&s3->access_key);
    secret_release(&s3->secret_key);
    secret_release(&s3->session_token);
    s3->loaded = false;
}

static int make_link(struct destination *d, const struct link_request *r, struct buf *out,
                     struct err *e)
{
    struct s3 *s3 = (struct s3 *)d;
    struct arena arena = {0};
    struct buf path, query, whole;
    if (s3_prepare(s3, e) != 0)
        return -1;
    buf_init(&path, 4 * LIMIT_KEY_BYTES);
    buf_init(&query, 4096);
    buf_init(&whole, 16 * 1024);
    buf_add_str(&path, s3->base_path);
    sigv4_encode(&path, r->key, true);
    buf_add_str(&query, "response-content-disposition=");
    sigv4_encode(&query, disposition_header(&arena, r->file_name), false);
    struct sigv4_credentials credentials = {
        s3->access_key_text ? s3->access_key_text : s3->access_key.bytes, s3->secret_key.bytes,
        s3->session_token_ref.kind == SECRET_NONE ? NULL : s3->session_token.bytes};
    struct sigv4_request request = {
        .method = "GET",
        .host = s3->host,
        .path = path.data,
        .query = query.data,
        .region = s3->region,
        .service = "s3",
        .now = r->now,
    };
    sigv4_presign(&credentials, &request, (int)r->lifetime_s, &whole);
    buf_printf(out, "%s://%s%s?%s", s3->scheme, s3->host, path.data, whole.data);
    buf_release(&path);
    buf_release(&query);
    buf_release(&whole);
    arena_release(&arena);
    return 0;
}

struct checking {
    const struct s3 *s3;
    struct err *e;
    int rc;
};

static void on_check(void *ctx, const struct http_reply *reply)
{
    struct checking *c = ctx;
    c->rc = reply->status == 200 ? 0 : s3_explain(c->s3, reply, c->e);
    if (reply->status == 404)
        c->rc = err_set(c->e, ERR_DELIVERY, "there is no bucket \"%s\" at %s", c->s3->bucket,
                        c->s3->host);
}

static int check_s3(struct destination *d, struct http *http, time_t now, struct err *e)
{
    struct s3 *s3 = (struct s3 *)d;
    struct checking c = {s3, e, 0};
    struct s3_request r = {.method = "HEAD", .query = ""};
    if (s3_prepare(s3, e) != 0)
        return -1;
    s3_send(s3, http, now, &r, on_check, &c);
    while (http_under_way(http)) {
        if (http_wait(http, NULL, 0, -1, e) != 0)
            return -1;
    }
    return c.rc;
}

const struct destination_kind destination_s3 = {
    .name = "s3",
    .fields = fields,
    .open = open_s3,
    .close = close_s3,
    .send = s3_send_file,
    .link = make_link,
    .check = check_s3,
};
