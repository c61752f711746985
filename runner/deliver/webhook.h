/*
 * Webhooks, private to their files: webhook.c (settings, sending), webhook_body.c (what is sent),
 * webhook_sign.c (signatures), webhook_answer.c (what answers mean).
 *
 * A notice is a POST of JSON. Its id and its bytes are the same in each attempt, so that a receiver
 * can tell a repeat; pressrun.yaml(5), "Webhooks", describes both.
 */
#ifndef RUNNER_DELIVER_WEBHOOK_H
#define RUNNER_DELIVER_WEBHOOK_H

#include "config/secret.h"
#include "runner/deliver/destination.h"

enum webhook_signature { WEBHOOK_SPATIE, WEBHOOK_STANDARD, WEBHOOK_BOTH };

enum {
    WEBHOOK_SECRETS = 4, /* while they are rotated */
    WEBHOOK_HEADERS = 16,
    WEBHOOK_INLINE_MAX = 900 * 1024,
    WEBHOOK_BODY_BYTES = 4 * 1024 * 1024,
    WEBHOOK_ID_SIZE = 36, /* pr_, 32 hexadecimal digits, NUL */
};

struct webhook_header {
    const char *name, *text; /* text NULL: a secret */
    struct secret_ref ref;
    struct secret secret;
};

struct webhook {
    struct destination destination;
    const char *kind, *url, *tls_ca;
    const struct yaml_node *secret_node, *headers_node, *allow_private_node;
    int signature; /* enum webhook_signature */
    int64_t inline_bytes, link_lifetime_ms, timeout_ms, parallel;
    int notice;
    bool links, insecure, platform;

    const char *target; /* query or path of the URL, which may hold a secret; or NULL */
    struct http_policy policy;
    struct secret_ref secret_refs[WEBHOOK_SECRETS];
    struct secret secrets[WEBHOOK_SECRETS]; /* the newest first */
    size_t nsecrets;
    struct webhook_header headers[WEBHOOK_HEADERS];
    size_t nheaders;
    bool loaded;
};

/* The bytes of a notice: a function of the ledger, the spool and the configuration alone. */
int webhook_body(const struct webhook *w, const struct parcel *p, struct buf *out, struct err *e);

/* Says what an answer that is no success means; always returns -1. */
int webhook_explain(const struct webhook *w, const struct http_reply *reply, struct err *e);

/*
 * Signature headers. spatie/laravel-webhook-client: hexadecimal HMAC-SHA-256 of the body. Standard
 * Webhooks 1.0 (standardwebhooks.com): "v1," and base64 of the HMAC-SHA-256 of "id.timestamp.body",
 * one for each secret with a blank between. A secret that begins with whsec_ is base64. Pure.
 */
void webhook_sign_spatie(const struct secret *secret, const struct buf *body, char out[65]);
void webhook_sign_standard(const struct secret *secrets, size_t n, const char *id, time_t now,
                           const struct buf *body, struct buf *out);
/* NULL, or what is wrong with a secret for Standard Webhooks. */
const char *webhook_check_secret(const struct secret *secret);

#endif
