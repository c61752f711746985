/* Signed requests, and what answers mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/deliver/s3.h"
#include "runner/deliver/s3_reply.h"
#include "runner/deliver/sigv4.h"

static const char empty_sha256[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

void s3_header(struct s3_request *r, const char *name, const char *value)
{
    if (r->nheaders == S3_HEADERS)
        abort(); /* a mistake of our own */
    r->headers[r->nheaders++] = (struct http_header){name, value};
}

/* They become parts of headers: a line end in one would begin another header. */
static int check_text(const struct secret *s, const char *key, struct err *e)
{
    for (const char *p = s->bytes; p && *p; p++) {
        if (*p <= ' ' || *p > '~')
            return err_set(e, ERR_CONFIG, "the secret \"%s\" holds a blank or a control character",
                           key);
    }
    return 0;
}

/* Only what sends needs secrets: other commands work without them. */
int s3_prepare(struct s3 *s3, struct err *e)
{
    if (s3->loaded)
        return 0;
    if ((!s3->access_key_text && secret_load(&s3->access_key_ref, &s3->access_key, e) != 0) ||
        secret_load(&s3->secret_key_ref, &s3->secret_key, e) != 0 ||
        secret_load(&s3->session_token_ref, &s3->session_token, e) != 0 ||
        check_text(&s3->access_key, "access_key_id", e) != 0 ||
        check_text(&s3->session_token, "session_token", e) != 0) {
        s3->destination.kind->close(&s3->destination);
        e->transient = true; /* somebody mends it */
        return err_wrap(e, "destination \"%s\"", s3->destination.name);
    }
    s3->loaded = true;
    return 0;
}

void s3_send(struct s3 *s3, struct http *http, time_t now, const struct s3_request *r,
             http_done done, void *ctx)
{
    struct buf path, url;
    struct s3_request all = *r;
    struct sigv4_signature signature;
    buf_init(&path, 4 * LIMIT_KEY_BYTES);
    buf_init(&url, 8 * LIMIT_KEY_BYTES);
    buf_add_str(&path, s3->base_path);
    sigv4_encode(&path, r->key ? r->key : "", true);
    buf_printf(&url, "%s://%s%s%s%s", s3->scheme, s3->host, path.data, r->query[0] ? "?" : "",
               r->query);
    const char *token = s3->session_token_ref.kind == SECRET_NONE ? NULL : s3->session_token.bytes;
    struct sigv4_credentials credentials = {s3->access_key_text ? s3->access_key_text
                                                                : s3->access_key.bytes,
                                            s3->secret_key.bytes, token};
    struct sigv4_request request = {
        .method = r->method,
        .host = s3->host,
        .path = path.data,
        .query = r->query,
        .headers = r->headers,
        .nheaders = r->nheaders,
        .payload_sha256 = r->payload_sha256 ? r->payload_sha256 : empty_sha256,
        .region = s3->region,
        .service = "s3",
        .now = now,
    };
    sigv4_sign(&credentials, &request, &signature);
    s3_header(&all, "Authorization", signature.authorization.data);
    s3_header(&all, "x-amz-date", signature.date);
    s3_header(&all, "x-amz-content-sha256", request.payload_sha256);
    if (token)
        s3_header(&all, "x-amz-security-token", token);
    http_send(http,
              &(struct http_request){.method = r->method,
                                     .url = url.data,
                                     .headers = all.headers,
                                     .nheaders = all.nheaders,
                                     .body = r->body,
                                     .policy = &s3->policy},
              done, ctx);
    explicit_bzero(signature.authorization.data, signature.authorization.len);
    buf_release(&signature.authorization);
    buf_release(&path);
    buf_release(&url);
}

/* What an operator can do about an error code. */
static const struct {
    const char *code, *hint;
} hints[] = {
    {"SignatureDoesNotMatch", "is secret_access_key the one that belongs to access_key_id?"},
    {"InvalidAccessKeyId", "this access_key_id is not known there"},
    {"RequestTimeTooSkewed", "the clock of this machine or of the server is wrong: date -u"},
    {"NoSuchBucket", "make the bucket, or mend \"bucket\" in pressrun.yaml"},
    {"AccessDenied", "the account needs s3:PutObject, s3:GetObject, s3:AbortMultipartUpload and "
                     "s3:ListMultipartUploadParts on the bucket; is the secret right?"},
    {"ExpiredToken", "the session token has expired: get a new one"},
    {"InvalidToken", "the session token is not one of this access key"},
    {"QuotaExceeded", "the storage is full: raise the quota or remove files"},
    {"UserSuspended", "the account is suspended"},
};

static const char *hint_for(const char *code, int status)
{
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (strcmp(hints[i].code, code) == 0)
            return hints[i].hint;
    }
    if (status == 403)
        return "are access_key_id and secret_access_key right, and may they write there?";
    return status == 404 ? "are \"endpoint\" and \"bucket\" right?" : "";
}

/* Damage on the way, a busy server, an answer that says to come again. */
static bool is_transient(int status, const char *code)
{
    static const char *const codes[] = {"SlowDown",
                                        "RequestTimeout",
                                        "BadDigest",
                                        "IncompleteBody",
                                        "InternalError",
                                        "ServiceUnavailable",
                                        "XAmzContentSHA256Mismatch"};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (strcmp(codes[i], code) == 0)
            return true;
    }
    return status >= 500 || status == 408 || status == 409 || status == 425 || status == 429;
}

/* A bucket of another region: AWS says which in a header, others in the answer. */
static bool find_region(const struct http_reply *reply, char *region, size_t size)
{
    if (http_reply_header(reply, "x-amz-bucket-region", region, size))
        return true;
    return s3_reply_text(reply->body.data, NULL, "Region", region, size) != NULL;
}

/* A server that sends back what it was sent must not bring a secret into the log. */
static bool echoes_secret(const struct s3 *s3, const struct http_reply *reply)
{
    const char *const secrets[] = {s3->secret_key.bytes, s3->session_token.bytes};
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (secrets[i] && secrets[i][0] &&
            (strstr(reply->body.data, secrets[i]) || strstr(reply->headers.data, secrets[i])))
            return true;
    }
    return false;
}

int s3_explain(const struct s3 *s3, const struct http_reply *reply, struct err *e)
{
    char code[64] = "", message[256] = "", region[64] = "";
    if (!reply->status)
        return err_set_transient(e, ERR_DELIVERY, "no answer from %s: %s", s3->host, reply->why);
    if (reply->cut)
        return err_set_transient(e, ERR_DELIVERY, "the answer of %s was cut off: %s", s3->host,
                                 reply->why);
    bool echo = echoes_secret(s3, reply);
    if (!echo && s3_reply_is(reply->body.data, reply->body.len, "Error")) {
        s3_reply_text(reply->body.data, NULL, "Code", code, sizeof(code));
        s3_reply_text(reply->body.data, NULL, "Message", message, sizeof(message));
    }
    if (reply->status < 300 && !code[0])
        return err_set_transient(e, ERR_DELIVERY,
                                 "%s answered %d, but not what S3 answers: is there a proxy "
                                 "in between?",
                                 s3->host, reply->status);
    err_set(e, ERR_DELIVERY, "%s answered %d%s%s%s%s", s3->host, reply->status, code[0] ? " " : "",
            code, message[0] ? ": " : "", message);
    /* Never a permanent error in a success: the server met it too late to say it otherwise. */
    e->transient = reply->status < 300 || is_transient(reply->status, code);
    bool elsewhere = reply->status == 301 || reply->status == 307 ||
                     strcmp(code, "AuthorizationHeaderMalformed") == 0 ||
                     strcmp(code, "PermanentRedirect") == 0;
    if (elsewhere && !echo && find_region(reply, region, sizeof(region)) &&
        strcmp(region, s3->region) != 0)
        err_hint(e, "the bucket is in region %s: set region: %s", region, region);
    else if (elsewhere)
        err_hint(e, "the bucket is at another endpoint or in another region");
    else
        err_hint(e, "%s", hint_for(code, reply->status));
    return -1;
}
