/*
 * A large file in parts (Amazon S3 User Guide, "Uploading an object using multipart upload").
 *
 * The upload's id is in the ledger before the first part is sent. After a crash the server is asked
 * which parts it has: those whose MD5 is that of our bytes stay, the others are sent. The object
 * appears when the upload is completed; what the server answers to that is not believed, but the
 * object is looked at. An upload that can't be completed is removed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/hash.h"
#include "lib/parse.h"
#include "runner/deliver/s3.h"
#include "runner/deliver/s3_reply.h"
#include "runner/deliver/sigv4.h"

enum { PARTS_AT_ONCE = 4, MOST_PARTS = 10000, ETAG_BYTES = 72 };

struct part {
    struct s3_put *put;
    unsigned number; /* from 1 */
    uint64_t offset, len;
    bool done;
    char md5[33], sha256[HASH_HEX_SIZE];
    char etag[ETAG_BYTES]; /* as the server named it, without quotes */
};

struct s3_multipart {
    char id[1024]; /* UploadId */
    struct part *parts;
    unsigned nparts, next; /* to be sent; an index */
    unsigned under_way;
    bool open;    /* the server has an upload that is neither completed nor removed */
    bool failing; /* no more parts are begun; `why` is told when those under way have ended */
    bool stored;  /* the file is there; what is left is to remove an upload */
    struct err why;
    int64_t retry_after;
    char *complete; /* the body of the request that completes it */
};

static const char *query_with_id(struct s3_put *put, const char *before)
{
    struct buf id;
    buf_init(&id, 4096);
    sigv4_encode(&id, put->multipart->id, false);
    const char *query = arena_printf(&put->parcel->arena, "%suploadId=%s", before, id.data);
    buf_release(&id);
    return query;
}

static void request(struct s3_put *put, const char *method, const char *query, http_done done)
{
    struct parcel *p = put->parcel;
    struct s3_request r = {.method = method, .key = p->delivery->key, .query = query};
    s3_send(put->s3, p->http, p->now(), &r, done, put);
}

static int forget_upload(struct s3_put *put, struct err *e)
{
    return ledger_keep_upload(put->parcel->ledger, put->parcel->delivery->id, NULL, e);
}

/* ---- the end ---- */

static void fail(struct s3_put *put)
{
    struct s3_multipart *m = put->multipart;
    struct http_reply pause = {.retry_after = m->retry_after};
    s3_put_failed(put, &m->why, &pause);
}

static void on_abort(void *ctx, const struct http_reply *reply)
{
    struct s3_put *put = ctx;
    struct err ignored;
    /* Without an answer the upload may be there still: its id stays known. */
    if (reply->status == 204 || reply->status == 404)
        forget_upload(put, &ignored);
    if (put->multipart->stored)
        s3_put_delivered(put);
    else
        fail(put);
}

/* What passes leaves the upload as it is, to be gone on with; else nothing is left behind. */
static void give_up(struct s3_put *put)
{
    if (put->multipart->why.transient)
        fail(put);
    else
        request(put, "DELETE", query_with_id(put, ""), on_abort);
}

void s3_multipart_abandon(struct s3_put *put, const struct err *why)
{
    put->multipart->why = *why;
    put->multipart->retry_after = -1;
    request(put, "DELETE", query_with_id(put, ""), on_abort);
}

bool s3_multipart_is_open(const struct s3_put *put)
{
    return put->multipart && put->multipart->open;
}

void s3_multipart_stored(struct s3_put *put)
{
    put->multipart->stored = true;
    request(put, "DELETE", query_with_id(put, ""), on_abort);
}

static void note_failure(struct s3_put *put, const struct http_reply *reply)
{
    struct s3_multipart *m = put->multipart;
    if (m->failing)
        return;
    m->failing = true;
    m->retry_after = reply->retry_after;
    s3_explain(put->s3, reply, &m->why);
}

/* The upload is gone: completed by somebody, or removed. The next attempt starts anew. */
static void start_anew_later(struct s3_put *put)
{
    struct s3_multipart *m = put->multipart;
    struct err ignored;
    m->failing = true;
    m->open = false;
    m->retry_after = -1;
    err_set_transient(&m->why, ERR_DELIVERY, "%s does not know the upload of \"%s\" any more",
                      put->s3->host, put->parcel->delivery->key);
    forget_upload(put, &ignored);
}

static void gone(struct s3_put *put)
{
    start_anew_later(put);
    fail(put);
}

static void not_completed(struct s3_put *put)
{
    give_up(put);
}

static void complete(struct s3_put *put);

static void on_complete(void *ctx, const struct http_reply *reply)
{
    struct s3_put *put = ctx;
    struct s3_multipart *m = put->multipart;
    bool whole = !reply->cut && reply->status == 200 &&
                 s3_reply_is(reply->body.data, reply->body.len, "CompleteMultipartUploadResult");
    if (reply->status == 501 && put->conditional) {
        put->conditional = false; /* the server does not know If-None-Match here */
        complete(put);
        return;
    }
    put->missing = not_completed;
    m->open = !whole;
    if (whole)
        err_set_transient(&m->why, ERR_DELIVERY, "%s completed \"%s\", but it is not there",
                          put->s3->host, put->parcel->delivery->key);
    else if (reply->status == 404)
        put->missing = gone;
    else
        note_failure(put, reply);
    /* Whatever was answered: what is there counts. */
    s3_put_compare(put);
}

static void complete(struct s3_put *put)
{
    struct parcel *p = put->parcel;
    struct s3_multipart *m = put->multipart;
    struct buf body;
    char sha256[HASH_HEX_SIZE];
    buf_init(&body, MOST_PARTS * 200);
    buf_add_str(&body, "<CompleteMultipartUpload "
                       "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (unsigned i = 0; i < m->nparts; i++)
        buf_printf(&body, "<Part><PartNumber>%u</PartNumber><ETag>&quot;%s&quot;</ETag></Part>",
                   m->parts[i].number, m->parts[i].etag);
    buf_add_str(&body, "</CompleteMultipartUpload>");
    hash_bytes(body.data, body.len, sha256);
    m->complete = arena_strndup(&p->arena, body.data, body.len);
    struct s3_request r = {
        .method = "POST",
        .key = p->delivery->key,
        .query = query_with_id(put, ""),
        .payload_sha256 = sha256,
        .body = {.bytes = m->complete, .len = body.len},
    };
    buf_release(&body);
    s3_header(&r, "Content-Type", "application/xml");
    if (put->conditional)
        s3_header(&r, "If-None-Match", "*");
    s3_send(put->s3, p->http, p->now(), &r, on_complete, put);
}

/* ---- the parts ---- */

static void send_parts(struct s3_put *put);

static void on_part(void *ctx, const struct http_reply *reply)
{
    struct part *part = ctx;
    struct s3_put *put = part->put;
    char etag[ETAG_BYTES + 2] = "";
    put->multipart->under_way--;
    if (reply->status == 200 && !reply->cut &&
        http_reply_header(reply, "etag", etag, sizeof(etag))) {
        const char *s = etag + (etag[0] == '"');
        snprintf(part->etag, sizeof(part->etag), "%.*s", (int)strcspn(s, "\""), s);
        part->done = true;
    } else if (reply->status == 404) {
        start_anew_later(put);
    } else {
        note_failure(put, reply);
    }
    send_parts(put);
}

static int hash_part(struct part *part, unsigned char md5[HASH_MD5_BYTES], struct err *e)
{
    if (hash_range(part->put->parcel->fd, part->offset, part->len, md5, part->sha256, e) != 0)
        return -1;
    hash_hex(md5, HASH_MD5_BYTES, part->md5);
    return 0;
}

static int send_part(struct s3_put *put, struct part *part, struct err *e)
{
    struct parcel *p = put->parcel;
    unsigned char md5[HASH_MD5_BYTES];
    char md5_base64[25], before[48];
    if (hash_part(part, md5, e) != 0)
        return -1;
    hash_base64(md5, sizeof(md5), md5_base64);
    snprintf(before, sizeof(before), "partNumber=%u&", part->number);
    struct s3_request r = {
        .method = "PUT",
        .key = p->delivery->key,
        .query = query_with_id(put, before),
        .payload_sha256 = part->sha256,
        .body = {.fd = p->fd, .offset = part->offset, .len = part->len},
    };
    s3_header(&r, "Content-MD5", md5_base64);
    put->multipart->under_way++;
    s3_send(put->s3, p->http, p->now(), &r, on_part, part);
    return 0;
}

static void send_parts(struct s3_put *put)
{
    struct s3_multipart *m = put->multipart;
    while (!m->failing && m->next < m->nparts && m->under_way < PARTS_AT_ONCE) {
        struct part *part = &m->parts[m->next++];
        if (part->done)
            continue;
        if (send_part(put, part, &m->why) != 0) {
            m->failing = true;
            m->retry_after = -1;
        }
    }
    if (m->under_way)
        return;
    if (m->failing) {
        give_up(put);
        return;
    }
    /* Not every server that knows If-None-Match minds it here: who came meanwhile is looked for. */
    put->missing = complete;
    s3_put_compare(put);
}

/* ---- beginning, or going on ---- */

static void on_create(void *ctx, const struct http_reply *reply)
{
    struct s3_put *put = ctx;
    struct s3_multipart *m = put->multipart;
    struct parcel *p = put->parcel;
    if (reply->status != 200 || reply->cut ||
        !s3_reply_is(reply->body.data, reply->body.len, "InitiateMultipartUploadResult") ||
        !s3_reply_text(reply->body.data, NULL, "UploadId", m->id, sizeof(m->id))) {
        note_failure(put, reply);
        fail(put);
    } else if (ledger_keep_upload(p->ledger, p->delivery->id, m->id, &m->why) != 0) {
        m->retry_after = -1;
        fail(put);
    } else {
        m->open = true;
        send_parts(put);
    }
}

static void create(struct s3_put *put)
{
    struct parcel *p = put->parcel;
    struct s3_request r = {.method = "POST", .key = p->delivery->key, .query = "uploads="};
    s3_put_headers(put, &r);
    s3_send(put->s3, p->http, p->now(), &r, on_create, put);
}

/* A part that the server has is not sent again, if it is what we would send. */
static int take_part(struct s3_put *put, const char *number, const char *etag, struct err *e)
{
    struct s3_multipart *m = put->multipart;
    unsigned char md5[HASH_MD5_BYTES];
    int64_t n;
    const char *s = etag + (etag[0] == '"');
    if (!parse_int64(number, 1, m->nparts, &n))
        return 0;
    struct part *part = &m->parts[n - 1];
    if (hash_part(part, md5, e) != 0)
        return -1;
    if (strncasecmp(s, part->md5, 32) != 0)
        return 0;
    snprintf(part->etag, sizeof(part->etag), "%s", part->md5);
    part->done = true;
    return 0;
}

static int take_parts(struct s3_put *put, const char *xml, struct err *e)
{
    char number[16], etag[ETAG_BYTES];
    const char *at = strstr(xml, "<Part>");
    for (; at; at = strstr(at, "<Part>")) {
        const char *after = s3_reply_text(xml, at, "PartNumber", number, sizeof(number));
        const char *end = strstr(at, "</Part>");
        if (!after || !end || !s3_reply_text(xml, at, "ETag", etag, sizeof(etag)))
            return 0;
        if (take_part(put, number, etag, e) != 0)
            return -1;
        at = end;
    }
    return 0;
}

static void on_list(void *ctx, const struct http_reply *reply)
{
    struct s3_put *put = ctx;
    struct s3_multipart *m = put->multipart;
    if (reply->status == 404) {
        create(put);
    } else if (reply->status != 200 || reply->cut ||
               !s3_reply_is(reply->body.data, reply->body.len, "ListPartsResult")) {
        note_failure(put, reply);
        fail(put);
    } else if (take_parts(put, reply->body.data, &m->why) != 0) {
        m->retry_after = -1;
        fail(put);
    } else {
        m->open = true;
        send_parts(put);
    }
}

void s3_multipart_begin(struct s3_put *put)
{
    struct parcel *p = put->parcel;
    uint64_t size = (uint64_t)p->delivery->size_bytes, part_size = (uint64_t)put->s3->part_size;
    if (size / MOST_PARTS >= part_size)
        part_size = size / MOST_PARTS + 1;
    struct s3_multipart *m = arena_alloc(&p->arena, sizeof(*m));
    m->nparts = (unsigned)((size + part_size - 1) / part_size);
    m->parts = arena_alloc(&p->arena, m->nparts * sizeof(*m->parts));
    m->retry_after = -1;
    for (unsigned i = 0; i < m->nparts; i++) {
        uint64_t offset = i * part_size, left = size - offset;
        m->parts[i] = (struct part){.put = put,
                                    .number = i + 1,
                                    .offset = offset,
                                    .len = left < part_size ? left : part_size};
    }
    put->multipart = m;
    if (p->delivery->upload) {
        snprintf(m->id, sizeof(m->id), "%s", p->delivery->upload);
        request(put, "GET", query_with_id(put, ""), on_list);
    } else {
        create(put);
    }
}
