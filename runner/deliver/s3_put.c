/* One file: sent once, on condition that its key is free; else compared with what is there. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/hash.h"
#include "lib/log.h"
#include "lib/parse.h"
#include "runner/deliver/disposition.h"
#include "runner/deliver/s3.h"

void s3_put_delivered(struct s3_put *put)
{
    parcel_delivered(put->parcel);
}

void s3_put_failed(struct s3_put *put, const struct err *e, const struct http_reply *reply)
{
    if (reply && reply->retry_after >= 0 && e->transient)
        parcel_refused_for_now(put->parcel, e, reply->retry_after);
    else
        parcel_failed(put->parcel, e);
}

static void answered(struct s3_put *put, const struct http_reply *reply)
{
    struct err e;
    s3_explain(put->s3, reply, &e);
    s3_put_failed(put, &e, reply);
}

void s3_put_headers(struct s3_put *put, struct s3_request *r)
{
    struct parcel *p = put->parcel;
    const struct delivery *d = p->delivery;
    struct arena *a = &p->arena;
    const char *name = disposition_file_name(a, d->job, d->title, d->period, d->file);
    s3_header(r, "Content-Type", d->media_type);
    s3_header(r, "Content-Disposition", disposition_header(a, name));
    s3_header(r, "x-amz-meta-pressrun-job", d->job);
    s3_header(r, "x-amz-meta-pressrun-period", d->period);
    s3_header(r, "x-amz-meta-pressrun-revision", arena_printf(a, "%d", d->revision));
    s3_header(r, "x-amz-meta-pressrun-run", arena_printf(a, "%" PRId64, d->run));
    s3_header(r, "x-amz-meta-pressrun-sha256", d->sha256);
    s3_header(r, "x-amz-meta-pressrun-tenant", d->tenant[0] ? d->tenant : NAME_PLATFORM);
}

/* ---- is it there? ---- */

static bool is_ours(const struct delivery *d, const struct http_reply *reply)
{
    char sha256[80] = "", length[32] = "";
    int64_t size;
    return http_reply_header(reply, "x-amz-meta-pressrun-sha256", sha256, sizeof(sha256)) &&
           strcmp(sha256, d->sha256) == 0 &&
           http_reply_header(reply, "content-length", length, sizeof(length)) &&
           parse_int64(length, 0, INT64_MAX, &size) && size == d->size_bytes;
}

static void on_compare(void *ctx, const struct http_reply *reply)
{
    struct s3_put *put = ctx;
    const struct delivery *d = put->parcel->delivery;
    struct err e;
    if (reply->status == 404) {
        put->missing(put);
    } else if (reply->status != 200) {
        answered(put, reply);
    } else if (is_ours(d, reply)) {
        if (s3_multipart_is_open(put))
            s3_multipart_stored(put);
        else
            s3_put_delivered(put);
    } else {
        err_set(&e, ERR_DELIVERY, "CONFLICT: at \"%s\" there is another file, which stays as it is",
                d->key);
        err_hint(
            &e,
            "did another pressrun write there? Remove it by hand, or choose another key, then: "
            "pressrun deliver --retry %" PRId64,
            d->run);
        if (s3_multipart_is_open(put))
            s3_multipart_abandon(put, &e);
        else
            s3_put_failed(put, &e, NULL);
    }
}

void s3_put_compare(struct s3_put *put)
{
    struct parcel *p = put->parcel;
    struct s3_request r = {.method = "HEAD", .key = p->delivery->key, .query = ""};
    s3_send(put->s3, p->http, p->now(), &r, on_compare, put);
}

/* After "it is there already": somebody removed it meanwhile. After "stored": it is not. */
static void vanished(struct s3_put *put)
{
    struct err e;
    err_set_transient(&e, ERR_DELIVERY, "%s said that \"%s\" is there, but it is not",
                      put->s3->host, put->parcel->delivery->key);
    s3_put_failed(put, &e, NULL);
}

/* ---- sending it ---- */

static bool etag_is_md5(const struct s3_put *put, const struct http_reply *reply)
{
    char etag[64];
    const char *s = etag;
    if (!http_reply_header(reply, "etag", etag, sizeof(etag)))
        return false;
    s += *s == '"';
    return strncasecmp(s, put->md5, 32) == 0 && (s[32] == '"' || s[32] == '\0');
}

static void on_put(void *ctx, const struct http_reply *reply)
{
    struct s3_put *put = ctx;
    put->missing = vanished;
    if (reply->status >= 200 && reply->status < 300 && !reply->cut) {
        /* The server computed the MD5 of what it stored: no second question is needed. With
         * encryption by a key service, or a reply that is not S3's, it is. */
        if (etag_is_md5(put, reply))
            s3_put_delivered(put);
        else
            s3_put_compare(put);
    } else if (reply->status == 412 || reply->status == 304) {
        s3_put_compare(put);
    } else if (reply->status == 501 && put->conditional) {
        if (!put->s3->unconditional)
            log_warning("destination.unconditional",
                        LOG_TEXT("destination", put->s3->destination.name),
                        LOG_TEXT("hint", "the server does not know If-None-Match: what is there is "
                                         "looked for first; two pressruns must not write there at "
                                         "the same time"));
        put->s3->unconditional = true;
        close(put->parcel->fd);
        s3_send_file(&put->s3->destination, put->parcel);
    } else {
        answered(put, reply);
    }
}

static void send_whole(struct s3_put *put)
{
    struct parcel *p = put->parcel;
    const struct delivery *d = p->delivery;
    struct s3_request r = {
        .method = "PUT",
        .key = d->key,
        .query = "",
        .payload_sha256 = d->sha256,
        .body = {.fd = put->parcel->fd, .len = (uint64_t)d->size_bytes},
    };
    s3_put_headers(put, &r);
    s3_header(&r, "Content-MD5", put->md5_base64);
    if (put->conditional)
        s3_header(&r, "If-None-Match", "*");
    s3_send(put->s3, p->http, p->now(), &r, on_put, put);
}

static int open_file(struct s3_put *put, struct err *e)
{
    const struct delivery *d = put->parcel->delivery;
    struct stat st;
    put->parcel->fd = open(put->parcel->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (put->parcel->fd < 0 || fstat(put->parcel->fd, &st) != 0)
        return err_sys(e, "can't read \"%s\"", put->parcel->path);
    if (st.st_size == d->size_bytes)
        return 0;
    return parcel_damaged(put->parcel, put->parcel->path, e);
}

static int hash_whole(struct s3_put *put, struct err *e)
{
    const struct delivery *d = put->parcel->delivery;
    unsigned char md5[HASH_MD5_BYTES];
    char sha256[HASH_HEX_SIZE];
    if (hash_range(put->parcel->fd, 0, (uint64_t)d->size_bytes, md5, sha256, e) != 0)
        return -1;
    hash_hex(md5, sizeof(md5), put->md5);
    hash_base64(md5, sizeof(md5), put->md5_base64);
    if (strcmp(sha256, d->sha256) == 0)
        return 0;
    return parcel_damaged(put->parcel, put->parcel->path, e);
}

void s3_send_file(struct destination *destination, struct parcel *p)
{
    struct s3 *s3 = (struct s3 *)destination;
    struct s3_put *put = arena_alloc(&p->arena, sizeof(*put));
    struct err e;
    bool large = p->delivery->size_bytes > s3->multipart_threshold;
    *put = (struct s3_put){.s3 = s3, .parcel = p, .conditional = !s3->unconditional};
    if (s3_prepare(s3, &e) != 0 || open_file(put, &e) != 0 || hash_whole(put, &e) != 0) {
        s3_put_failed(put, &e, NULL);
        return;
    }
    put->missing = large ? s3_multipart_begin : send_whole;
    /* No server is asked to begin a large upload that it would refuse at its end. */
    if (large || !put->conditional)
        s3_put_compare(put);
    else
        send_whole(put);
}
