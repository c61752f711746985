/* URLs of the configuration, by libcurl's own parser: what is checked is what is connected to. */
#ifndef RUNNER_DELIVER_HTTP_URL_H
#define RUNNER_DELIVER_HTTP_URL_H

#include <stdbool.h>

#include "lib/mem.h"

struct http_url {
    const char *scheme; /* "https" or "http" */
    const char *host;   /* as in the Host header: with the port, unless it is the scheme's own */
    const char *path;   /* begins with / */
    const char *query;  /* or NULL */
};

/* NULL, or what is wrong with it. Names and passwords in a URL and fragments are refused. */
const char *http_url_parse(const char *text, bool insecure, struct arena *arena,
                           struct http_url *out);

#endif
