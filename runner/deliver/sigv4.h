/*
 * AWS Signature Version 4 for S3: "Authenticating Requests (AWS Signature Version 4)" in the Amazon
 * S3 API Reference. Pure: time is a parameter, nothing is read or sent.
 *
 * S3's own rules apply: the path is encoded once and not normalised, and it is signed as it is
 * sent. Secrets are only used, never printed.
 */
#ifndef RUNNER_DELIVER_SIGV4_H
#define RUNNER_DELIVER_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "lib/buf.h"
#include "runner/deliver/http.h"

struct sigv4_credentials {
    const char *access_key_id, *secret_access_key;
    const char *session_token; /* or NULL */
};

struct sigv4_request {
    const char *method;
    const char *host;  /* as in the Host header: with the port unless it is the scheme's own */
    const char *path;  /* encoded, as in the URL; begins with / */
    const char *query; /* encoded, as in the URL after ?, in any order; "" for none */
    const struct http_header *headers; /* all are signed, so each must be sent, and only once; Host
                                          and the x-amz- headers below are added by themselves */
    size_t nheaders;
    const char *payload_sha256; /* hexadecimal; sigv4_presign() does without */
    const char *region, *service;
    time_t now;
};

/*
 * What signs a request, to be sent beside x-amz-content-sha256 (the payload_sha256) and, with a
 * session token, x-amz-security-token (the token).
 */
struct sigv4_signature {
    char date[17];            /* x-amz-date */
    struct buf authorization; /* the caller releases it */
};
void sigv4_sign(const struct sigv4_credentials *c, const struct sigv4_request *r,
                struct sigv4_signature *out);
/*
 * Appends to `query` the query of a link that lets anybody make this request until `expires_s`
 * (1..604800) after `now`: r->query and the X-Amz- parameters, sorted, the signature last. The
 * payload is not signed, r->headers must be sent with the request.
 */
void sigv4_presign(const struct sigv4_credentials *c, const struct sigv4_request *r, int expires_s,
                   struct buf *query);

/* Appends text with every byte but A-Z a-z 0-9 - . _ ~ as %XX; `/` stays too if wanted. */
void sigv4_encode(struct buf *out, const char *text, bool keep_slash);

#endif
