#include "formats/json_text.h"

#include <string.h>

#include "formats/json_parse.h"
#include "lib/utf8.h"

bool json_text_valid(const char *s, size_t len)
{
    if (!utf8_valid(s, len))
        return false;
    struct json_parser parser;
    json_parse_init(&parser, JSON_CELL_DEPTH);
    return json_parse_feed(&parser, s, len) == 0 && json_parse_end(&parser) == 0;
}

/* Length of the string at `s`, with its quotes. */
static size_t string_len(const char *s, size_t len)
{
    size_t i = 1;
    while (i < len && s[i] != '"')
        i += s[i] == '\\' ? 2 : 1;
    return i + 1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void add_string(struct buf *out, const char *s, size_t len)
{
    const char *end = s + len, *at;
    while ((at = memchr(s, 0xe2, (size_t)(end - s))) != NULL) {
        bool line_end =
            end - at >= 3 && memcmp(at, "\xe2\x80", 2) == 0 && ((unsigned char)at[2] | 1) == 0xa9;
        buf_add(out, s, (size_t)(at - s));
        if (line_end)
            buf_add_str(out, at[2] == '\xa8' ? "\\u2028" : "\\u2029");
        else
            buf_add(out, at, 1);
        s = at + (line_end ? 3 : 1);
    }
    buf_add(out, s, (size_t)(end - s));
}

void json_text_compact(struct buf *out, const char *s, size_t len)
{
    buf_clear(out);
    for (size_t i = 0; i < len;) {
        if (s[i] == '"') {
            size_t n = string_len(s + i, len - i);
            add_string(out, s + i, n);
            i += n;
            continue;
        }
        if (!is_space(s[i]))
            buf_add_char(out, s[i]);
        i++;
    }
}

static uint32_t hex4(const char *s)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)s[i];
        v = v << 4 | (c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a') + 10);
    }
    return v;
}

/* One escape; returns its length. The text is valid, so all of it is there. */
static size_t add_unescaped(struct buf *out, const char *s)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (s[1] != 'u') {
        buf_add_char(out, to[strchr(from, s[1]) - from]);
        return 2;
    }
    uint32_t c = hex4(s + 2);
    size_t len = 6;
    if (c >= 0xd800 && c <= 0xdbff) {
        c = 0x10000 + ((c - 0xd800) << 10) + (hex4(s + 8) - 0xdc00);
        len = 12;
    }
    char utf8[4];
    buf_add(out, utf8, utf8_encode(c, utf8));
    return len;
}

/* A scalar of compact text as people read it; returns its length there. */
static size_t add_scalar(struct buf *out, const char *s, size_t len)
{
    if (s[0] != '"') {
        size_t n = 0;
        while (n < len && s[n] != ',' && s[n] != ']')
            n++;
        buf_add(out, s, n);
        return n;
    }
    size_t n = string_len(s, len);
    for (size_t i = 1; i < n - 1;) {
        if (s[i] == '\\') {
            i += add_unescaped(out, s + i);
        } else {
            buf_add_char(out, s[i]);
            i++;
        }
    }
    return n;
}

static bool is_flat_array(const char *s, size_t len)
{
    if (s[0] != '[')
        return false;
    for (size_t i = 1; i < len; i++) {
        if (s[i] == '"')
            i += string_len(s + i, len - i) - 1;
        else if (s[i] == '[' || s[i] == '{')
            return false;
    }
    return true;
}

void json_text_readable(struct buf *out, const char *s, size_t len)
{
    struct buf compact;
    buf_init(&compact, out->max);
    json_text_compact(&compact, s, len);
    const char *p = compact.data;
    size_t n = compact.len;
    buf_clear(out);
    if (p[0] == '{' || (p[0] == '[' && !is_flat_array(p, n))) {
        buf_add(out, p, n);
    } else if (p[0] != '[') {
        add_scalar(out, p, n);
    } else {
        for (size_t i = 1; i < n && p[i] != ']'; i++) {
            if (p[i] == ',')
                buf_add_str(out, ", ");
            else
                i += add_scalar(out, p + i, n - i) - 1;
        }
    }
    buf_release(&compact);
}
