#include "runner/deliver/webhook.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/fields.h"
#include "lib/hash.h"
#include "lib/parse.h"
#include "runner/deliver/http_url.h"

static const char *const signatures[] = {"spatie", "standard", "both", NULL};
enum { NOTICE_TENANT, NOTICE_BATCH };
static const char *const notices[] = {"tenant", "batch", NULL};

static const struct field fields[] = {
    {"kind", FIELD_NAME, offsetof(struct webhook, kind), .required = true, .help = "webhook"},
    {"platform", FIELD_BOOLEAN, offsetof(struct webhook, platform), .fallback = "false",
     .help = "may receive reports of the whole platform"},
    {"url", FIELD_TEXT, offsetof(struct webhook, url), .required = true,
     .help = "where notices are posted to"},
    {"secret", FIELD_NODE, offsetof(struct webhook, secret_node), .required = true,
     .help = "a reference to the secret, or a list of them, the newest first"},
    {"signature", FIELD_CHOICE, offsetof(struct webhook, signature), .fallback = "both",
     .choices = signatures, .help = "spatie, standard (Standard Webhooks) or both"},
    {"headers", FIELD_NODE, offsetof(struct webhook, headers_node),
     .help = "more headers; a value is a text or a reference to a secret"},
    {"notice", FIELD_CHOICE, offsetof(struct webhook, notice), .fallback = "tenant",
     .choices = notices, .help = "one for each tenant, or one for all of a period"},
    {"inline", FIELD_SIZE, offsetof(struct webhook, inline_bytes), .fallback = "256KiB", .min = 0,
     .max = WEBHOOK_INLINE_MAX, .help = "JSON reports up to this size are sent along"},
    {"links", FIELD_BOOLEAN, offsetof(struct webhook, links), .fallback = "true",
     .help = "links to the files at the job's first s3 destination"},
    {"link_lifetime", FIELD_DURATION, offsetof(struct webhook, link_lifetime_ms), .fallback = "7d",
     .min = 60000, .max = 7 * 86400000LL, .help = "how long links work"},
    {"allow_private", FIELD_NODE, offsetof(struct webhook, allow_private_node),
     .help = "private addresses that may be connected to"},
    {"tls_ca", FIELD_TEXT, offsetof(struct webhook, tls_ca),
     .help = "file of the certificates to trust instead of the system's"},
    {"insecure", FIELD_BOOLEAN, offsetof(struct webhook, insecure), .fallback = "false",
     .help = "plain http is allowed"},
    {"timeout", FIELD_DURATION, offsetof(struct webhook, timeout_ms), .fallback = "30s", .min = 100,
     .max = 600000, .help = "of one request"},
    {"parallel", FIELD_INTEGER, offsetof(struct webhook, parallel), .fallback = "4", .min = 1,
     .max = 64, .help = "notices on their way at once"},
    {0},
};

/* ---- settings ---- */

static int read_secrets(struct webhook *w, struct arena *arena, struct problems *problems)
{
    const struct yaml_node *node = w->secret_node;
    int rc = 0;
    if (node->kind != YAML_SEQUENCE) {
        w->nsecrets = 1;
        return secret_ref_read(node, &w->secret_refs[0], arena, problems);
    }
    for (const struct yaml_node *s = node->first; s; s = s->next) {
        if (w->nsecrets == WEBHOOK_SECRETS)
            return problems_add(problems, &s->at, NULL, "more than %d secrets", WEBHOOK_SECRETS);
        struct yaml_node named = *s;
        named.key = node->key;
        rc |= secret_ref_read(&named, &w->secret_refs[w->nsecrets++], arena, problems);
    }
    if (!w->nsecrets)
        return problems_add(problems, &node->at, NULL, "\"secret\" is an empty list");
    return rc ? -1 : 0;
}

/* What we send ourselves, and what would change how the request is read. */
static bool is_reserved(const char *name)
{
    static const char *const names[] = {"host",
                                        "content-type",
                                        "content-length",
                                        "content-encoding",
                                        "transfer-encoding",
                                        "connection",
                                        "expect",
                                        "signature",
                                        "webhook-id",
                                        "webhook-timestamp",
                                        "te",
                                        "webhook-signature",
                                        "upgrade",
                                        "proxy-authorization",
                                        "trailer"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* A field name and value of RFC 9110, plain: no way to begin another header. */
static bool is_header_name(const char *s)
{
    return *s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
                     strlen(s);
}

static bool is_header_value(const char *s)
{
    for (const char *p = s; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 127)
            return false;
    }
    return *s != '\0';
}

static int read_header(struct webhook *w, const struct yaml_node *node, struct arena *arena,
                       struct problems *problems)
{
    if (!is_header_name(node->key) || is_reserved(node->key))
        return problems_add(problems, &node->key_at, "such as X-Environment",
                            "\"%.100s\" can't be a header of one's own", node->key);
    if (w->nheaders == WEBHOOK_HEADERS)
        return problems_add(problems, &node->at, NULL, "more than %d headers", WEBHOOK_HEADERS);
    struct webhook_header *h = &w->headers[w->nheaders++];
    h->name = node->key;
    if (node->kind != YAML_SCALAR)
        return secret_ref_read(node, &h->ref, arena, problems);
    if (!is_header_value(node->text))
        return problems_add(problems, &node->at, NULL,
                            "the value of header \"%s\" is empty or holds a control character",
                            node->key);
    h->text = node->text;
    return 0;
}

static int read_headers(struct webhook *w, struct arena *arena, struct problems *problems)
{
    int rc = 0;
    if (!w->headers_node)
        return 0;
    if (fields_need_mapping(w->headers_node, "headers", "headers: {X-Environment: production}",
                            problems) != 0)
        return -1;
    for (const struct yaml_node *n = w->headers_node->first; n; n = n->next)
        rc |= read_header(w, n, arena, problems);
    return rc ? -1 : 0;
}

static int read_allowed(struct webhook *w, struct arena *arena, struct problems *problems)
{
    const struct fields_item *items;
    size_t n;
    int rc = fields_read_list(w->allow_private_node, "allow_private", arena, &items, &n, problems);
    struct address_prefix *list = arena_alloc(arena, (n + 1) * sizeof(*list));
    for (size_t i = 0; i < n; i++) {
        if (!address_parse(items[i].text, &list[i]))
            rc = problems_add(problems, &items[i].at,
                              "an address or a network: 10.0.0.5, 10.0.0.0/24, fd00::/8",
                              "\"%.100s\" is no address", items[i].text);
    }
    w->policy.allowed = (struct address_list){list, n};
    return rc;
}

static int check_url(const struct webhook *w, const struct destination_config *settings,
                     struct arena *arena, struct http_url *url, struct problems *problems)
{
    const struct yaml_node *node = yaml_get(settings->node, "url");
    const char *wrong = http_url_parse(w->url, w->insecure, arena, url);
    if (!wrong)
        return 0;
    /* The URL itself is not repeated: a query may hold a token. */
    return problems_add(problems, node ? &node->at : &settings->at,
                        "https://host/path; http:// needs insecure: true", "\"url\" %s", wrong);
}

static int open_webhook(struct destination **out, const struct destination_config *settings,
                        const struct config *config, struct arena *arena, struct problems *problems)
{
    struct webhook *w = arena_alloc(arena, sizeof(*w));
    struct http_url url = {0};
    const char *what = arena_printf(arena, "destination \"%s\"", settings->name);
    if (fields_read(settings->node, what, fields, w, arena, problems) != 0)
        return -1;
    int rc = read_secrets(w, arena, problems);
    rc |= read_headers(w, arena, problems);
    rc |= read_allowed(w, arena, problems);
    rc |= check_url(w, settings, arena, &url, problems);
    if (w->notice == NOTICE_BATCH && !w->platform)
        rc |= problems_add(problems, &settings->at, "add platform: true, or use notice: tenant",
                           "%s tells one receiver about all tenants", what);
    if (rc != 0)
        return -1;
    w->target = url.query && url.query[0] ? url.query : strlen(url.path) > 8 ? url.path : NULL;
    w->policy.ca = w->tls_ca ? config_path(config, arena, w->tls_ca) : NULL;
    w->policy.insecure = w->insecure;
    w->policy.public_only = true;
    w->policy.timeout_ms = w->timeout_ms;
    w->destination.batch = w->notice == NOTICE_BATCH;
    w->destination.host = url.host;
    w->destination.parallel = (size_t)w->parallel;
    *out = &w->destination;
    return 0;
}

static void close_webhook(struct destination *d)
{
    struct webhook *w = (struct webhook *)d;
    for (size_t i = 0; i < w->nsecrets; i++)
        secret_release(&w->secrets[i]);
    for (size_t i = 0; i < w->nheaders; i++)
        secret_release(&w->headers[i].secret);
    w->loaded = false;
}

static int load(struct webhook *w, struct err *e)
{
    for (size_t i = 0; i < w->nsecrets; i++) {
        if (secret_load(&w->secret_refs[i], &w->secrets[i], e) != 0)
            return -1;
        const char *wrong =
            w->signature == WEBHOOK_SPATIE ? NULL : webhook_check_secret(&w->secrets[i]);
        if (wrong)
            return err_set(e, ERR_CONFIG, "%s", wrong);
    }
    for (size_t i = 0; i < w->nheaders; i++) {
        struct webhook_header *h = &w->headers[i];
        if (h->text)
            continue;
        if (secret_load(&h->ref, &h->secret, e) != 0)
            return -1;
        if (!is_header_value(h->secret.bytes))
            return err_set(e, ERR_CONFIG, "the value of header \"%s\" holds a control character",
                           h->name);
    }
    return 0;
}

static int prepare(struct webhook *w, struct err *e)
{
    if (w->loaded)
        return 0;
    if (load(w, e) != 0) {
        close_webhook(&w->destination);
        e->transient = true; /* somebody mends it */
        return err_wrap(e, "destination \"%s\"", w->destination.name);
    }
    w->loaded = true;
    return 0;
}

/* ---- sending ---- */

/* One for each report and revision, and for each batch: a receiver tells repeats by it. */
static int notice_id(const struct destination *d, const struct name_values *values, char *out,
                     struct err *e)
{
    char hex[HASH_HEX_SIZE];
    struct buf text;
    (void)e;
    buf_init(&text, 4096);
    buf_printf(&text, "%s\n%s\n%s\n%s\n%s\n%d", d->name, d->batch ? "batch" : "tenant", values->job,
               values->period, values->tenant_id, values->revision);
    hash_bytes(text.data, text.len, hex);
    snprintf(out, WEBHOOK_ID_SIZE, "pr_%.32s", hex);
    buf_release(&text);
    return 0;
}

struct post {
    struct webhook *w;
    struct parcel *parcel;
    struct buf body; /* its bytes live in the parcel's arena */
};

static void fail(struct post *post, const struct http_reply *reply)
{
    struct parcel *p = post->parcel;
    struct err e;
    webhook_explain(post->w, reply, &e);
    if (reply->status == 410)
        parcel_disable_destination(p, &e);
    else if (e.transient && reply->retry_after >= 0)
        parcel_refused_for_now(p, &e, reply->retry_after);
    else
        parcel_failed(p, &e);
}

static void on_answer(void *ctx, const struct http_reply *reply)
{
    struct post *post = ctx;
    /* The status counts, whatever becomes of the answer's body. */
    if (reply->status >= 200 && reply->status < 300)
        parcel_delivered(post->parcel);
    else
        fail(post, reply);
}

static void post_body(struct post *post)
{
    struct webhook *w = post->w;
    struct parcel *p = post->parcel;
    struct http_header headers[WEBHOOK_HEADERS + 8];
    size_t n = 0;
    time_t now = p->now();
    char spatie[HASH_HEX_SIZE], timestamp[32];
    struct buf standard;
    buf_init(&standard, 1024);
    headers[n++] = (struct http_header){"Content-Type", "application/json"};
    if (w->signature != WEBHOOK_STANDARD) {
        webhook_sign_spatie(&w->secrets[0], &post->body, spatie);
        headers[n++] = (struct http_header){"Signature", spatie};
    }
    if (w->signature != WEBHOOK_SPATIE) {
        webhook_sign_standard(w->secrets, w->nsecrets, p->delivery->key, now, &post->body,
                              &standard);
        snprintf(timestamp, sizeof(timestamp), "%" PRId64, (int64_t)now);
        headers[n++] = (struct http_header){"webhook-id", p->delivery->key};
        headers[n++] = (struct http_header){"webhook-timestamp", timestamp};
        headers[n++] = (struct http_header){"webhook-signature", standard.data};
    }
    for (size_t i = 0; i < w->nheaders; i++)
        headers[n++] = (struct http_header){w->headers[i].name, w->headers[i].text
                                                                    ? w->headers[i].text
                                                                    : w->headers[i].secret.bytes};
    http_send(p->http,
              &(struct http_request){.method = "POST",
                                     .url = w->url,
                                     .headers = headers,
                                     .nheaders = n,
                                     .body = {.bytes = post->body.data, .len = post->body.len},
                                     .once = true,
                                     .policy = &w->policy},
              on_answer, post);
    buf_release(&standard);
}

static int make_body(struct post *post, struct err *e)
{
    struct buf body;
    buf_init(&body, WEBHOOK_BODY_BYTES);
    int rc = webhook_body(post->w, post->parcel, &body, e);
    post->body.data = arena_strndup(&post->parcel->arena, body.data, body.len);
    post->body.len = body.len;
    buf_release(&body);
    return rc;
}

static void send_notice(struct destination *d, struct parcel *p)
{
    struct webhook *w = (struct webhook *)d;
    struct post *post = arena_alloc(&p->arena, sizeof(*post));
    struct err e;
    *post = (struct post){.w = w, .parcel = p};
    if (prepare(w, &e) != 0 || make_body(post, &e) != 0)
        parcel_failed(p, &e);
    else
        post_body(post);
}

/* Nothing may be sent for a check; but the secrets must be there. */
static int check_webhook(struct destination *d, struct http *http, time_t now, struct err *e)
{
    (void)http, (void)now;
    return prepare((struct webhook *)d, e);
}

const struct destination_kind destination_webhook = {
    .name = "webhook",
    .fields = fields,
    .open = open_webhook,
    .close = close_webhook,
    .send = send_notice,
    .notice_id = notice_id,
    .check = check_webhook,
};
