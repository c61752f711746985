#include "runner/deliver/http_url.h"

#include <curl/curl.h>
#include <string.h>

static const char *part(CURLU *url, CURLUPart which, unsigned flags, struct arena *arena)
{
    char *text = NULL;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK)
        return NULL;
    const char *copy = arena_strdup(arena, text);
    curl_free(text);
    return copy;
}

static const char *read_parts(CURLU *url, bool insecure, struct arena *arena, struct http_url *out)
{
    const char *port = part(url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT, arena);
    const char *host = part(url, CURLUPART_HOST, 0, arena);
    out->scheme = part(url, CURLUPART_SCHEME, 0, arena);
    out->path = part(url, CURLUPART_PATH, 0, arena);
    out->query = part(url, CURLUPART_QUERY, 0, arena);
    if (!out->scheme || !host || !out->path)
        return "is not a URL";
    if (strcmp(out->scheme, "https") != 0 && strcmp(out->scheme, "http") != 0)
        return "must begin with https://";
    if (strcmp(out->scheme, "http") == 0 && !insecure)
        return "is not encrypted: anybody on the way could read and change what is sent";
    if (part(url, CURLUPART_USER, 0, arena) || part(url, CURLUPART_PASSWORD, 0, arena))
        return "must not hold a name or a password";
    if (part(url, CURLUPART_FRAGMENT, 0, arena))
        return "must not hold a fragment (#)";
    out->host = port ? arena_printf(arena, "%s:%s", host, port) : host;
    return NULL;
}

const char *http_url_parse(const char *text, bool insecure, struct arena *arena,
                           struct http_url *out)
{
    for (const char *s = text; *s; s++) {
        if (*s <= ' ' || *s > '~')
            return "holds a blank or a character that must be written as %XX";
    }
    CURLU *url = curl_url();
    const char *wrong = "is not a URL; for example https://example.com/path";
    if (url && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK)
        wrong = read_parts(url, insecure, arena, out);
    curl_url_cleanup(url);
    return wrong;
}
