/*
 * S3-compatible storage, private to its files: s3.c (settings, links), s3_request.c (signed
 * requests and what answers mean), s3_put.c (one file), s3_multipart.c (a large one in parts).
 *
 * Keys are write-once. A file is sent on condition that its key is free (If-None-Match: *); when it
 * is not, what is there is asked for its SHA-256 and size, which we sent along as metadata: the
 * same file counts as delivered (an answer was lost), another one is a conflict and stays as it is.
 * Amazon S3 API Reference, "PutObject" and "Conditional writes".
 */
#ifndef RUNNER_DELIVER_S3_H
#define RUNNER_DELIVER_S3_H

#include "config/secret.h"
#include "runner/deliver/destination.h"

enum { S3_HEADERS = 16 };

struct s3 {
    struct destination destination;
    const char *kind, *endpoint, *region, *bucket, *key, *tls_ca;
    const struct yaml_node *access_key_node, *secret_key_node, *session_token_node;
    int64_t multipart_threshold, part_size, timeout_ms, parallel;
    int addressing;
    bool insecure, platform;

    struct http_policy policy;
    const char *scheme, *host, *base_path; /* the key follows */
    const char *access_key_text;           /* when it stands in the file itself */
    struct secret_ref access_key_ref, secret_key_ref, session_token_ref;
    struct secret access_key, secret_key, session_token;
    bool loaded;        /* the secrets are */
    bool unconditional; /* the server does not know If-None-Match (501) */
};

struct s3_request {
    const char *method;
    const char *key;   /* NULL: the bucket itself */
    const char *query; /* encoded and sorted; "" */
    struct http_header headers[S3_HEADERS];
    size_t nheaders;
    const char *payload_sha256; /* NULL: there is no body */
    struct http_body body;
};

void s3_header(struct s3_request *r, const char *name, const char *value);
/* Loads the secrets when that has not been done yet. */
int s3_prepare(struct s3 *s3, struct err *e);
void s3_send(struct s3 *s3, struct http *http, time_t now, const struct s3_request *r,
             http_done done, void *ctx);
/* Says what an answer that is no success means; always returns -1. */
int s3_explain(const struct s3 *s3, const struct http_reply *reply, struct err *e);

/* One file on its way. */
struct s3_put {
    struct s3 *s3;
    struct parcel *parcel;
    char md5[33], md5_base64[25];
    bool conditional;
    void (*missing)(struct s3_put *put); /* what to do when nothing is at the key */
    struct s3_multipart *multipart;      /* of a large file */
};
void s3_send_file(struct destination *d, struct parcel *p);
void s3_put_delivered(struct s3_put *put);
/* `reply`: what was answered, or NULL; it may ask for a pause. */
void s3_put_failed(struct s3_put *put, const struct err *e, const struct http_reply *reply);
/* Is our file at the key? Yes: delivered. Another one: a conflict. Nothing: put->missing. */
void s3_put_compare(struct s3_put *put);
/* Content-Type, Content-Disposition and the metadata that s3_put_compare() looks for. */
void s3_put_headers(struct s3_put *put, struct s3_request *r);

void s3_multipart_begin(struct s3_put *put);
/* An upload that the server still has is removed first: then it fails, or is delivered (by an
 * attempt before this one). */
bool s3_multipart_is_open(const struct s3_put *put);
void s3_multipart_stored(struct s3_put *put);
void s3_multipart_abandon(struct s3_put *put, const struct err *why);

#endif
