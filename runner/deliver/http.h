/*
 * HTTP requests, many at once in one event loop. The home of libcurl.
 *
 * HTTP/1.1 (RFC 9112) over TLS 1.2 or newer. Whatever a hostile or broken server does, a request
 * ends within its time: answers are bounded, redirects are never followed, no proxy and no .netrc
 * of the environment are used, paths are sent as they are written. Replies are untrusted bytes.
 */
#ifndef RUNNER_DELIVER_HTTP_H
#define RUNNER_DELIVER_HTTP_H

#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "runner/deliver/address.h"

struct http;

struct http *http_new(size_t connections); /* kept open at most */
void http_free(struct http *h); /* takes NULL; what is under way is dropped, `done` not called */

struct http_header {
    const char *name, *value;
};

/* How a server is to be talked to; lives as long as the requests. */
struct http_policy {
    const char *ca;   /* file of trusted certificates, or NULL for the system's */
    bool insecure;    /* plain http is allowed */
    bool public_only; /* refuse private addresses (address.h), except those of `allowed` */
    struct address_list allowed;
    int64_t timeout_ms; /* of a whole request; time to send a large body is added */
};

/* What is sent: bytes, or a part of a file. The caller keeps either until `done`. */
struct http_body {
    const void *bytes; /* or NULL: the file */
    int fd;
    uint64_t offset, len;
};

struct http_request {
    const char *method; /* "GET", "HEAD", "PUT", "POST", "DELETE" */
    const char *url;    /* copied, like the headers */
    const struct http_header *headers;
    size_t nheaders;
    struct http_body body; /* len 0: none for GET, HEAD and DELETE, an empty one for PUT and POST */
    /* On a connection of its own: when a kept one turns out to be closed, libcurl sends the request
     * again by itself, and then a server may have seen it twice. */
    bool once;
    const struct http_policy *policy;
};

enum { HTTP_REPLY_BYTES = 1024 * 1024, HTTP_HEADER_BYTES = 64 * 1024 };

struct http_reply {
    int status;          /* 0: no answer came */
    bool cut;            /* the answer's body did not come whole */
    bool sent;           /* with status 0: the server may have taken the request nevertheless */
    char why[256];       /* with status 0 or cut: lower case, without secrets, for messages */
    int64_t retry_after; /* seconds; -1: the server did not say, or not so that it can be read */
    struct buf headers;  /* "name: value\n", names in lower case */
    struct buf body;     /* at most HTTP_REPLY_BYTES */
};
/* The value of a header (name in lower case) into `out`, cut to `size`; false without it. */
bool http_reply_header(const struct http_reply *r, const char *name, char *out, size_t size);

/* Called once for each request, from http_wait() or http_flush(). The reply lives until it returns.
 */
typedef void (*http_done)(void *ctx, const struct http_reply *reply);
void http_send(struct http *h, const struct http_request *r, http_done done, void *ctx);
size_t http_under_way(const struct http *h);

/*
 * Waits until something happens to a request or one of `fds`, at most so long (-1: no limit), and
 * sets their revents as poll(2) does. A caught signal ends the wait early.
 */
int http_wait(struct http *h, struct pollfd *fds, size_t nfds, int timeout_ms, struct err *e);
/* Sends and receives what can be without waiting, as http_wait() does at its end. */
int http_flush(struct http *h, struct err *e);

#endif
