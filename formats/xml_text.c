#include "formats/xml_text.h"

/* How many bytes there are up to what can't stay as it is. */
static size_t plain_run(const char *s, size_t len)
{
    size_t i = 0;
    for (; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '&' || c == '<' || c == '>' || c == '"' || c == 0x7f ||
            (c < 0x20 && c != '\t' && c != '\n'))
            break;
        /* U+0080 to U+009F */
        if (c == 0xc2 && i + 1 < len && (unsigned char)s[i + 1] < 0xa0)
            break;
    }
    return i;
}

static const char *replacement(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\r': /* a parser would make it a line feed */
        return "&#13;";
    default:
        return NULL;
    }
}

/* What stands for the character at `s`, and how many bytes it has. */
static const char *next(const char *s, size_t *bytes, uint64_t *replaced)
{
    const char *text = replacement(*s);
    *bytes = (unsigned char)*s == 0xc2 ? 2 : 1;
    if (text)
        return text;
    ++*replaced;
    return "\xef\xbf\xbd";
}

uint64_t xml_text_add(struct buf *out, const char *s, size_t len)
{
    uint64_t replaced = 0;
    for (size_t i = 0, bytes; i < len; i += bytes) {
        size_t run = plain_run(s + i, len - i);
        buf_add(out, s + i, run);
        i += run;
        if (i == len)
            break;
        buf_add_str(out, next(s + i, &bytes, &replaced));
    }
    return replaced;
}

uint64_t xml_text_write(struct output *out, const char *s, size_t len)
{
    uint64_t replaced = 0;
    for (size_t i = 0, bytes; i < len; i += bytes) {
        size_t run = plain_run(s + i, len - i);
        output_add(out, s + i, run);
        i += run;
        if (i == len)
            break;
        output_add_str(out, next(s + i, &bytes, &replaced));
    }
    return replaced;
}
