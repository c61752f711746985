#include "runner/deliver/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/mem.h"

enum {
    CONNECT_MS = 10000,
    /* A body may take this much longer: 128 KiB/s is slower than any line worth sending over. */
    SLOWEST_BYTES_PER_MS = 128,
    /* From here on the server is asked first (Expect: 100-continue) whether it wants the body. */
    EXPECT_BYTES = 1024 * 1024,
    NO_LIMIT_MS = 3600 * 1000,
};

struct exchange {
    struct exchange *next, **link; /* of http->all */
    CURL *easy;
    struct curl_slist *lines;
    struct http_body body;
    uint64_t sent;
    const struct http_policy *policy;
    char refused[64]; /* the address that the policy does not allow */
    size_t header_bytes;
    int answering; /* the status of the headers that are being read */
    bool read_failed, too_large;
    struct http_reply reply;
    http_done done;
    void *ctx;
};

struct http {
    CURLM *multi;
    struct exchange *all;
    size_t under_way;
};

struct http *http_new(size_t connections)
{
    struct http *h = xcalloc(1, sizeof(*h));
    /* Neither fails but for memory, and that ends the process everywhere. */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(h->multi = curl_multi_init()))
        abort();
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)connections);
    return h;
}

static void release(struct http *h, struct exchange *x)
{
    curl_multi_remove_handle(h->multi, x->easy);
    curl_easy_cleanup(x->easy);
    curl_slist_free_all(x->lines);
    *x->link = x->next;
    if (x->next)
        x->next->link = x->link;
    buf_release(&x->reply.headers);
    buf_release(&x->reply.body);
    h->under_way--;
    free(x);
}

void http_free(struct http *h)
{
    if (!h)
        return;
    while (h->all)
        release(h, h->all);
    curl_multi_cleanup(h->multi);
    curl_global_cleanup();
    free(h);
}

/* ---- what libcurl calls ---- */

static size_t on_read(char *out, size_t size, size_t n, void *ctx)
{
    struct exchange *x = ctx;
    size_t want = size * n;
    uint64_t left = x->body.len - x->sent;
    if (want > left)
        want = (size_t)left;
    if (x->body.bytes) {
        memcpy(out, (const char *)x->body.bytes + x->sent, want);
    } else if (want) {
        ssize_t got = pread(x->body.fd, out, want, (off_t)(x->body.offset + x->sent));
        if (got <= 0) {
            x->read_failed = true;
            return CURL_READFUNC_ABORT;
        }
        want = (size_t)got;
    }
    x->sent += want;
    return want;
}

/* A kept connection that the server had closed: libcurl sends the request again on a new one. */
static int on_seek(void *ctx, curl_off_t offset, int origin)
{
    struct exchange *x = ctx;
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > x->body.len)
        return CURL_SEEKFUNC_FAIL;
    x->sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

static void add_header(struct buf *b, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    size_t name = colon ? (size_t)(colon - line) : 0;
    while (len && isspace((unsigned char)line[len - 1]))
        len--;
    if (!colon || name >= len)
        return;
    for (size_t i = 0; i < name; i++)
        buf_add_char(b, (char)tolower((unsigned char)line[i]));
    const char *value = colon + 1;
    while (value < line + len && isspace((unsigned char)*value))
        value++;
    buf_add_str(b, ": ");
    buf_add(b, value, (size_t)(line + len - value));
    buf_add_char(b, '\n');
}

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
    struct exchange *x = ctx;
    size_t len = size * n;
    x->header_bytes += len;
    if (x->header_bytes > HTTP_HEADER_BYTES) {
        x->too_large = true;
        return 0;
    }
    if (len > 5 && strncmp(line, "HTTP/", 5) == 0) {
        long status = 0;
        curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
        x->answering = (int)status;
        buf_clear(&x->reply.headers); /* what came before was "100 Continue" */
    } else if (len <= 2 && x->answering >= 200) {
        x->reply.status = x->answering;
    } else {
        add_header(&x->reply.headers, line, len);
    }
    return len;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
    struct exchange *x = ctx;
    buf_add(&x->reply.body, bytes, size * n);
    if (buf_ok(&x->reply.body))
        return size * n;
    x->too_large = true;
    return 0;
}

static bool is_allowed(struct exchange *x, const struct sockaddr *address)
{
    if (!x->policy->public_only || address_is_allowed(address, &x->policy->allowed))
        return true;
    address_text(address, x->refused);
    return false;
}

/* Here no name can mislead: this is the address that would be connected to. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct exchange *x = ctx;
    if (purpose != CURLSOCKTYPE_IPCXN || !is_allowed(x, &address->addr))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- one request ---- */

static void add_line(struct exchange *x, const char *name, const char *value)
{
    char *line = xasprintf("%s: %s", name, value);
    struct curl_slist *more = curl_slist_append(x->lines, line);
    free(line);
    if (!more)
        abort(); /* out of memory */
    x->lines = more;
}

/* libcurl takes a header without a value as one not to be sent. */
static void drop_line(struct exchange *x, const char *name)
{
    add_line(x, name, "");
}

static void set_headers(struct exchange *x, const struct http_request *r)
{
    bool typed = false;
    for (size_t i = 0; i < r->nheaders; i++) {
        add_line(x, r->headers[i].name, r->headers[i].value);
        typed = typed || strcasecmp(r->headers[i].name, "Content-Type") == 0;
    }
    drop_line(x, "Accept");
    if (!typed)
        drop_line(x, "Content-Type");
    /* Asking costs a round trip, and servers that never answer a second. */
    if (x->body.len < EXPECT_BYTES || x->body.bytes)
        drop_line(x, "Expect");
    curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->lines);
}

static void set_method(struct exchange *x, const struct http_request *r)
{
    CURL *c = x->easy;
    if (strcmp(r->method, "HEAD") == 0) {
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    } else if (strcmp(r->method, "PUT") == 0 || strcmp(r->method, "POST") == 0) {
        curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
        curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->body.len);
        curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(c, CURLOPT_READDATA, x);
        curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, on_seek);
        curl_easy_setopt(c, CURLOPT_SEEKDATA, x);
    } else if (strcmp(r->method, "GET") != 0) {
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
    }
}

static void set_limits(struct exchange *x)
{
    CURL *c = x->easy;
    const struct http_policy *p = x->policy;
    int64_t connect = p->timeout_ms < CONNECT_MS ? p->timeout_ms : CONNECT_MS;
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS,
                     (long)(p->timeout_ms + (int64_t)(x->body.len / SLOWEST_BYTES_PER_MS)));
    /* A line that has gone silent is not waited for as long as a slow one. */
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)((p->timeout_ms + 999) / 1000));
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, p->insecure ? "http,https" : "https");
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "pressrun/" PRESSRUN_VERSION);
    if (p->ca) {
        curl_easy_setopt(c, CURLOPT_CAINFO, p->ca);
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
}

static void set_callbacks(struct exchange *x)
{
    CURL *c = x->easy;
    curl_easy_setopt(c, CURLOPT_PRIVATE, x);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
}

void http_send(struct http *h, const struct http_request *r, http_done done, void *ctx)
{
    struct exchange *x = xcalloc(1, sizeof(*x));
    x->easy = curl_easy_init();
    if (!x->easy)
        abort(); /* out of memory */
    x->body = r->body;
    x->policy = r->policy;
    x->done = done;
    x->ctx = ctx;
    x->reply.retry_after = -1;
    buf_init(&x->reply.headers, HTTP_HEADER_BYTES);
    buf_init(&x->reply.body, HTTP_REPLY_BYTES);
    curl_easy_setopt(x->easy, CURLOPT_URL, r->url);
    curl_easy_setopt(x->easy, CURLOPT_FRESH_CONNECT, (long)r->once);
    curl_easy_setopt(x->easy, CURLOPT_FORBID_REUSE, (long)r->once);
    set_method(x, r);
    set_headers(x, r);
    set_limits(x);
    set_callbacks(x);
    x->next = h->all;
    x->link = &h->all;
    if (x->next)
        x->next->link = &x->next;
    h->all = x;
    h->under_way++;
    if (curl_multi_add_handle(h->multi, x->easy) != CURLM_OK)
        abort(); /* out of memory; nothing else can be wrong with a new handle */
}

size_t http_under_way(const struct http *h)
{
    return h->under_way;
}

/* ---- what came of it ---- */

static void explain(struct exchange *x, CURLcode code)
{
    char *why = x->reply.why;
    size_t size = sizeof(x->reply.why);
    if (x->refused[0])
        snprintf(why, size, "its address %s is not public", x->refused);
    else if (x->read_failed)
        snprintf(why, size, "the file in the spool could not be read");
    else if (x->too_large)
        snprintf(why, size, "the answer is too large");
    else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
        snprintf(why, size, "the answer is not HTTP");
    else if (code == CURLE_OPERATION_TIMEDOUT)
        snprintf(why, size, "no answer in time");
    else
        snprintf(why, size, "%s", curl_easy_strerror(code));
    for (char *p = why; *p; p++) {
        if (iscntrl((unsigned char)*p))
            *p = ' ';
    }
    /* As all our messages; but names such as SSL stay as they are. */
    if (isupper((unsigned char)why[0]) && !isupper((unsigned char)why[1]))
        why[0] = (char)tolower((unsigned char)why[0]);
}

/* Seconds, or a date (RFC 9110, 10.2.3); libcurl alone takes what it can't read for 0. */
static int64_t read_retry_after(const struct http_reply *r)
{
    char value[128];
    if (!http_reply_header(r, "retry-after", value, sizeof(value)) || !value[0])
        return -1;
    if (strspn(value, "0123456789") == strlen(value))
        return strlen(value) > 18 ? INT64_MAX : (int64_t)strtoll(value, NULL, 10);
    time_t date = curl_getdate(value, NULL), now = time(NULL);
    if (!strchr(value, ':') || date < 0)
        return -1;
    return date > now ? date - now : 0;
}

static void finish(struct http *h, struct exchange *x, CURLcode code)
{
    struct http_reply *r = &x->reply;
    long request = 0;
    curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &request);
    r->sent = request > 0;
    r->cut = code != CURLE_OK;
    if (code != CURLE_OK)
        explain(x, code);
    else if (r->status == 0)
        snprintf(r->why, sizeof(r->why), "the answer is not HTTP");
    r->retry_after = r->status ? read_retry_after(r) : -1;
    x->done(x->ctx, r);
    release(h, x);
}

bool http_reply_header(const struct http_reply *r, const char *name, char *out, size_t size)
{
    size_t len = strlen(name);
    for (const char *line = r->headers.data; *line;) {
        const char *end = strchr(line, '\n');
        if (strncmp(line, name, len) == 0 && strncmp(line + len, ": ", 2) == 0) {
            snprintf(out, size, "%.*s", (int)(end - line - (ptrdiff_t)len - 2), line + len + 2);
            return true;
        }
        line = end + 1;
    }
    return false;
}

/* True when some have ended. */
static bool finish_all(struct http *h)
{
    CURLMsg *message;
    bool any = false;
    int left;
    while ((message = curl_multi_info_read(h->multi, &left)) != NULL) {
        char *x = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &x);
        finish(h, (struct exchange *)(void *)x, code);
        any = true;
    }
    return any;
}

static int multi_error(CURLMcode code, struct err *e)
{
    return err_set(e, ERR_INTERNAL, "can't wait for the network: %s", curl_multi_strerror(code));
}

int http_wait(struct http *h, struct pollfd *fds, size_t nfds, int timeout_ms, struct err *e)
{
    struct curl_waitfd *extra = xcalloc(nfds + 1, sizeof(*extra));
    for (size_t i = 0; i < nfds; i++)
        extra[i] = (struct curl_waitfd){.fd = fds[i].fd, .events = CURL_WAIT_POLLIN};
    CURLMcode code = curl_multi_poll(h->multi, extra, (unsigned)nfds,
                                     timeout_ms < 0 ? NO_LIMIT_MS : timeout_ms, NULL);
    for (size_t i = 0; i < nfds; i++)
        fds[i].revents = extra[i].revents ? POLLIN : 0;
    free(extra);
    if (code != CURLM_OK)
        return multi_error(code, e);
    return http_flush(h, e);
}

int http_flush(struct http *h, struct err *e)
{
    do {
        int running;
        CURLMcode code = curl_multi_perform(h->multi, &running);
        if (code != CURLM_OK)
            return multi_error(code, e);
    } while (finish_all(h)); /* which may have begun another request */
    return 0;
}
