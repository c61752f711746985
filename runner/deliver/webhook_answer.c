/* What answers to notices mean. */
#include <stdio.h>
#include <string.h>

#include "lib/utf8.h"
#include "runner/deliver/webhook.h"

/* A server that echoes what it was sent must not bring a secret into the log. */
static bool holds_secret(const struct webhook *w, const char *text)
{
    for (size_t i = 0; i < w->nsecrets; i++) {
        if (strstr(text, w->secrets[i].bytes))
            return true;
    }
    for (size_t i = 0; i < w->nheaders; i++) {
        if (!w->headers[i].text && strstr(text, w->headers[i].secret.bytes))
            return true;
    }
    /* The URL may have one in it as well. */
    return w->target && strstr(text, w->target) != NULL;
}

/* The first line, for people: it is where Laravel says what it did not like. */
static void quote(const struct webhook *w, const struct http_reply *reply, char *out, size_t size)
{
    enum { SHOWN = 160 };
    struct buf b;
    const char *s = reply->body.data;
    s += strspn(s, " \t\r\n");
    size_t len = strcspn(s, "\r\n");
    buf_init(&b, 8 * 1024);
    if (holds_secret(w, reply->body.data))
        buf_add_str(&b, "(the answer holds a secret)");
    else if (len && *s != '<') /* a page says nothing in its first line */
        utf8_add_visible(&b, s, len, SHOWN);
    snprintf(out, size, "%s%s", b.len ? ": " : "", b.data);
    buf_release(&b);
}

static const char *hint_for(int status)
{
    switch (status) {
    case 401:
    case 403:
        return "is the secret the same on both sides, and the clock right?";
    case 404:
    case 405:
        return "is the URL right, and is there a POST route?";
    case 413:
        return "the server takes no body of this size: lower \"inline\", or raise post_max_size "
               "and "
               "client_max_body_size there";
    case 419:
        return "Laravel's CSRF check refused it: except this route (docs/laravel.md)";
    case 429:
        return "the server's rate limit: lower \"parallel\", or raise the limit (throttle) there";
    case 500:
        return "the application failed; a Laravel application with spatie's client answers 500 to "
               "a "
               "wrong signature as well: is the secret the same on both sides? Its log tells";
    case 301:
    case 302:
    case 307:
    case 308:
        return "redirects are not followed: set \"url\" to where it leads";
    default:
        return "";
    }
}

static bool is_transient(int status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

int webhook_explain(const struct webhook *w, const struct http_reply *reply, struct err *e)
{
    const char *host = w->destination.host;
    char answer[1024];
    if (!reply->status) {
        err_set_transient(e, ERR_DELIVERY, "no answer from %s: %s", host, reply->why);
        if (strstr(reply->why, "not public"))
            err_hint(e, "if this is meant, add it to \"allow_private\" of the destination");
        return -1;
    }
    quote(w, reply, answer, sizeof(answer));
    err_set(e, ERR_DELIVERY, "%s answered %d%s", host, reply->status, answer);
    e->transient = is_transient(reply->status);
    if (reply->status == 410)
        return err_hint(e,
                        "410 Gone: nothing more is sent there until: pressrun deliver "
                        "--destination %s",
                        w->destination.name);
    return err_hint(e, "%s", hint_for(reply->status));
}
