#include "runner/deliver/s3_reply.h"

#include <stdio.h>
#include <string.h>

#include "formats/xml_parse.h"
#include "lib/utf8.h"

bool s3_reply_is(const char *xml, size_t len, const char *root)
{
    struct xml_parser p;
    if (!utf8_valid(xml, len))
        return false;
    xml_parse_init(&p, "");
    /* Servers that are busy send white space first, to keep the connection open. */
    while (len && *xml && strchr(" \t\r\n", *xml)) {
        xml++;
        len--;
    }
    return xml_parse_feed(&p, xml, len) == 0 && xml_parse_end(&p) == 0 &&
           strcmp(xml_parse_root(&p), root) == 0;
}

static char entity(const char **s)
{
    static const struct {
        const char *text;
        char c;
    } entities[] = {{"&lt;", '<'},    {"&gt;", '>'},  {"&amp;", '&'}, {"&quot;", '"'},
                    {"&apos;", '\''}, {"&#34;", '"'}, {"&#39;", '\''}};
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        size_t len = strlen(entities[i].text);
        if (strncmp(*s, entities[i].text, len) == 0) {
            *s += len;
            return entities[i].c;
        }
    }
    return *(*s)++;
}

const char *s3_reply_text(const char *xml, const char *at, const char *name, char *out, size_t size)
{
    char open[64], close[64];
    snprintf(open, sizeof(open), "<%s>", name);
    snprintf(close, sizeof(close), "</%s>", name);
    const char *s = strstr(at ? at : xml, open);
    const char *end = s ? strstr(s, close) : NULL;
    size_t n = 0;
    if (!end)
        return NULL;
    for (s += strlen(open); s < end && n + 1 < size;) {
        char c = entity(&s);
        out[n++] = (unsigned char)c < ' ' || c == 127 ? ' ' : c;
    }
    out[n] = '\0';
    return end + strlen(close);
}
