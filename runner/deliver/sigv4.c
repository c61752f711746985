#include "runner/deliver/sigv4.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/hash.h"
#include "lib/mem.h"

static const char ALGORITHM[] = "AWS4-HMAC-SHA256";
/* Texts here are a few times as long as the request they come from, which its maker has bounded. */
static const size_t NO_CEILING = SIZE_MAX / 4;

enum {
    DATE_SIZE = 17,  /* 20130524T000000Z */
    DAY = 8,         /* 20130524, its beginning */
    OWN_HEADERS = 4, /* Host and the three x-amz- of the header form */
};

/* What both forms sign, in the order in which it is signed. */
struct canonical {
    struct buf headers; /* "name:value\n" of each */
    struct buf signed_names;
    struct buf query;
};

static void canonical_init(struct canonical *c)
{
    buf_init(&c->headers, NO_CEILING);
    buf_init(&c->signed_names, NO_CEILING);
    buf_init(&c->query, NO_CEILING);
}

static void canonical_release(struct canonical *c)
{
    buf_release(&c->headers);
    buf_release(&c->signed_names);
    buf_release(&c->query);
}

void sigv4_encode(struct buf *out, const char *text, bool keep_slash)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";
    for (; *text; text++) {
        if (strchr(unreserved, *text) || (keep_slash && *text == '/'))
            buf_add_char(out, *text);
        else
            buf_printf(out, "%%%02X", (unsigned char)*text);
    }
}

/* A clock beyond the year 9999 gives "", which no server takes. */
static void date_text(time_t now, char date[DATE_SIZE])
{
    struct tm tm;
    if (!gmtime_r(&now, &tm) || !strftime(date, DATE_SIZE, "%Y%m%dT%H%M%SZ", &tm))
        date[0] = '\0';
}

static void scope_text(const struct sigv4_request *r, const char *date, struct buf *out)
{
    buf_printf(out, "%.*s/%s/%s/aws4_request", DAY, date, r->region, r->service);
}

/* Names are ASCII; the locale has no say. */
static void add_lower(struct buf *out, const char *name)
{
    for (; *name; name++)
        buf_add_char(out, (char)(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name));
}

/*
 * Without white space at the ends, and one space for each run of it. Quotes do not matter, against
 * what was once documented: AWS's own test suite (get-header-value-trim) and clients do the same.
 */
static void add_trimmed(struct buf *out, const char *value)
{
    static const char white[] = " \t";
    const char *gap = "";
    for (value += strspn(value, white); *value; value += strspn(value, white)) {
        size_t word = strcspn(value, white);
        buf_add_str(out, gap);
        buf_add(out, value, word);
        value += word;
        gap = " ";
    }
}

static int by_name(const void *a, const void *b)
{
    const struct http_header *x = a, *y = b;
    return strcasecmp(x->name, y->name);
}

/* Those of the request and `n` of our own. */
static void add_headers(struct canonical *c, const struct sigv4_request *r,
                        const struct http_header *own, size_t n)
{
    struct http_header *all = xcalloc(r->nheaders + n, sizeof(*all));
    if (r->nheaders)
        memcpy(all, r->headers, r->nheaders * sizeof(*all));
    memcpy(all + r->nheaders, own, n * sizeof(*all));
    n += r->nheaders;
    qsort(all, n, sizeof(*all), by_name);
    for (size_t i = 0; i < n; i++) {
        add_lower(&c->headers, all[i].name);
        buf_add_char(&c->headers, ':');
        add_trimmed(&c->headers, all[i].value);
        buf_add_char(&c->headers, '\n');
        buf_add_str(&c->signed_names, i ? ";" : "");
        add_lower(&c->signed_names, all[i].name);
    }
    free(all);
}

struct parameter {
    const char *text; /* name=value or name */
    size_t name, len;
};

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* The name counts alone: "=" is above "-" and would put a-b before a. */
static int by_name_and_value(const void *a, const void *b)
{
    const struct parameter *x = a, *y = b;
    int order = compare_bytes(x->text, x->name, y->text, y->name);
    return order ? order : compare_bytes(x->text, x->len, y->text, y->len);
}

/* Sorts the parameters of a query; a name without a value gets an empty one. */
static void add_query(struct canonical *c, const char *query)
{
    size_t n = 1;
    for (const char *p = query; *p; p++)
        n += *p == '&';
    struct parameter *all = xcalloc(n, sizeof(*all));
    n = 0;
    for (const char *p = query; *p; p += *p == '&') {
        size_t len = strcspn(p, "&"), name = strcspn(p, "=&");
        if (len)
            all[n++] = (struct parameter){.text = p, .name = name, .len = len};
        p += len;
    }
    qsort(all, n, sizeof(*all), by_name_and_value);
    for (size_t i = 0; i < n; i++) {
        buf_add_str(&c->query, i ? "&" : "");
        buf_add(&c->query, all[i].text, all[i].len);
        buf_add_str(&c->query, all[i].name == all[i].len ? "=" : "");
    }
    free(all);
}

/* The key for one day, region and service: HMACs of HMACs, from the secret on. */
static void derive_key(const char *secret, const struct sigv4_request *r, const char *date,
                       unsigned char key[HASH_BYTES])
{
    const char *rest[] = {r->region, r->service, "aws4_request"};
    char *first = xasprintf("AWS4%s", secret);
    hash_hmac(first, strlen(first), date, strnlen(date, DAY), key);
    explicit_bzero(first, strlen(first));
    free(first);
    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
        unsigned char next[HASH_BYTES];
        hash_hmac(key, HASH_BYTES, rest[i], strlen(rest[i]), next);
        memcpy(key, next, HASH_BYTES);
        explicit_bzero(next, sizeof(next));
    }
}

static void signature(const char *secret, const struct sigv4_request *r, const struct canonical *c,
                      const char *date, const char *payload, char hex[HASH_HEX_SIZE])
{
    struct buf request, to_sign;
    buf_init(&request, NO_CEILING);
    buf_init(&to_sign, NO_CEILING);
    const char *lines[] = {r->method, r->path, c->query.data, c->headers.data, c->signed_names.data,
                           payload};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        buf_add_str(&request, i ? "\n" : "");
        buf_add_str(&request, lines[i]);
    }
    hash_bytes(request.data, request.len, hex);
    buf_printf(&to_sign, "%s\n%s\n", ALGORITHM, date);
    scope_text(r, date, &to_sign);
    buf_printf(&to_sign, "\n%s", hex);

    unsigned char key[HASH_BYTES], mac[HASH_BYTES];
    derive_key(secret, r, date, key);
    hash_hmac(key, sizeof(key), to_sign.data, to_sign.len, mac);
    explicit_bzero(key, sizeof(key));
    hash_hex(mac, sizeof(mac), hex);
    buf_release(&request);
    buf_release(&to_sign);
}

void sigv4_sign(const struct sigv4_credentials *c, const struct sigv4_request *r,
                struct sigv4_signature *out)
{
    date_text(r->now, out->date);
    struct http_header own[OWN_HEADERS] = {
        {"host", r->host},
        {"x-amz-content-sha256", r->payload_sha256},
        {"x-amz-date", out->date},
        {"x-amz-security-token", c->session_token},
    };
    struct canonical canonical;
    canonical_init(&canonical);
    add_headers(&canonical, r, own, c->session_token ? OWN_HEADERS : OWN_HEADERS - 1);
    add_query(&canonical, r->query);
    char hex[HASH_HEX_SIZE];
    signature(c->secret_access_key, r, &canonical, out->date, r->payload_sha256, hex);

    buf_init(&out->authorization, NO_CEILING);
    buf_printf(&out->authorization, "%s Credential=%s/", ALGORITHM, c->access_key_id);
    scope_text(r, out->date, &out->authorization);
    buf_printf(&out->authorization, ", SignedHeaders=%s, Signature=%s", canonical.signed_names.data,
               hex);
    canonical_release(&canonical);
}

/* Adds &name=value, the value encoded. */
static void add_parameter(struct buf *query, const char *name, const char *value)
{
    buf_printf(query, "&%s=", name);
    sigv4_encode(query, value, false);
}

void sigv4_presign(const struct sigv4_credentials *c, const struct sigv4_request *r, int expires_s,
                   struct buf *query)
{
    char date[DATE_SIZE];
    date_text(r->now, date);
    struct canonical canonical;
    canonical_init(&canonical);
    add_headers(&canonical, r, &(struct http_header){"host", r->host}, 1);

    struct buf all, credential;
    buf_init(&all, NO_CEILING);
    buf_init(&credential, NO_CEILING);
    buf_printf(&credential, "%s/", c->access_key_id);
    scope_text(r, date, &credential);
    buf_printf(&all, "%s&X-Amz-Algorithm=%s&X-Amz-Date=%s&X-Amz-Expires=%d", r->query, ALGORITHM,
               date, expires_s);
    add_parameter(&all, "X-Amz-Credential", credential.data);
    add_parameter(&all, "X-Amz-SignedHeaders", canonical.signed_names.data);
    if (c->session_token)
        add_parameter(&all, "X-Amz-Security-Token", c->session_token);
    add_query(&canonical, all.data);

    char hex[HASH_HEX_SIZE];
    signature(c->secret_access_key, r, &canonical, date, "UNSIGNED-PAYLOAD", hex);
    buf_printf(query, "%s&X-Amz-Signature=%s", canonical.query.data, hex);
    buf_release(&all);
    buf_release(&credential);
    canonical_release(&canonical);
}
