#include "lib/utf8.h"

#include <string.h>

size_t utf8_decode(const char *s, size_t len, uint32_t *cp)
{
    const unsigned char *p = (const unsigned char *)s;
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
        return 0;
    uint32_t c = p[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if ((n == 3 && (c < 0x800 || (c >= 0xd800 && c <= 0xdfff))) ||
        (n == 4 && (c < 0x10000 || c > 0x10ffff)))
        return 0;
    *cp = c;
    return n;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

/* Length of the ASCII run at the start. */
static size_t ascii_run(const char *s, size_t len)
{
    size_t i = 0;
    for (; i + 8 <= len; i += 8) {
        uint64_t w;
        memcpy(&w, s + i, 8);
        if (w & 0x8080808080808080u)
            break;
    }
    while (i < len && (unsigned char)s[i] < 0x80)
        i++;
    return i;
}

bool utf8_valid(const char *s, size_t len)
{
    uint32_t cp;
    for (size_t i = 0; i < len;) {
        i += ascii_run(s + i, len - i);
        if (i == len)
            break;
        size_t n = utf8_decode(s + i, len - i, &cp);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t utf8_clean(struct buf *out, const char *s, size_t len)
{
    size_t replaced = 0;
    for (size_t i = 0; i < len;) {
        size_t run = ascii_run(s + i, len - i);
        buf_add(out, s + i, run);
        i += run;
        if (i == len)
            break;
        uint32_t cp = 0;
        size_t n = utf8_decode(s + i, len - i, &cp);
        if (n && cp != 0xfffe && cp != 0xffff) {
            buf_add(out, s + i, n);
            i += n;
            continue;
        }
        buf_add_str(out, "\xef\xbf\xbd");
        replaced++;
        i += n ? n : 1;
        /* The rest of one broken sequence is one mistake, not several. */
        while (n == 0 && i < len && ((unsigned char)s[i] & 0xc0) == 0x80)
            i++;
    }
    return replaced;
}

size_t utf8_utf16_units(const char *s, size_t len)
{
    size_t units = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if ((c & 0xc0) != 0x80)
            units += c >= 0xf0 ? 2 : 1;
    }
    return units;
}

/* The blocks that UAX #11 calls wide, with what few narrow ones lie between them. */
static bool is_wide(uint32_t cp)
{
    return (cp >= 0x1100 && cp <= 0x115f) || (cp >= 0x2e80 && cp <= 0xa4cf) ||
           (cp >= 0xac00 && cp <= 0xd7a3) || (cp >= 0xf900 && cp <= 0xfaff) ||
           (cp >= 0xfe30 && cp <= 0xfe6f) || (cp >= 0xff00 && cp <= 0xff60) ||
           (cp >= 0xffe0 && cp <= 0xffe6) || (cp >= 0x1f300 && cp <= 0x1faff) ||
           (cp >= 0x20000 && cp <= 0x3fffd);
}

size_t utf8_columns(const char *s, size_t len)
{
    size_t columns = 0;
    for (size_t i = 0; i < len;) {
        size_t run = ascii_run(s + i, len - i);
        columns += run;
        i += run;
        if (i == len)
            break;
        uint32_t cp = 0;
        size_t n = utf8_decode(s + i, len - i, &cp);
        columns += is_wide(cp) ? 2 : 1;
        i += n ? n : 1;
    }
    return columns;
}

static bool must_hide(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0x2028 || cp == 0x2029 ||
           (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200e ||
           cp == 0x200f;
}

void utf8_add_visible(struct buf *out, const char *s, size_t len, size_t max_bytes)
{
    for (size_t i = 0; i < len;) {
        if (i >= max_bytes) {
            buf_add_str(out, "…");
            return;
        }
        uint32_t cp = 0;
        size_t n = utf8_decode(s + i, len - i, &cp);
        if (n == 0) {
            buf_printf(out, "\\x%02x", (unsigned char)s[i]);
            n = 1;
        } else if (must_hide(cp)) {
            if (cp < 0x100)
                buf_printf(out, "\\x%02x", cp);
            else
                buf_printf(out, "\\u{%x}", cp);
        } else {
            buf_add(out, s + i, n);
        }
        i += n;
    }
}
