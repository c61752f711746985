#include "formats/text.h"

#include <string.h>

#include "lib/utf8.h"

/* U+FFFE and U+FFFF are EF BF BE and EF BF BF; no XML can hold them. */
static bool has_noncharacter(const char *s, size_t len)
{
    const char *end = s + len;
    while ((s = memchr(s, 0xef, (size_t)(end - s))) != NULL) {
        if (end - s >= 3 && (unsigned char)s[1] == 0xbf && (unsigned char)s[2] >= 0xbe)
            return true;
        s++;
    }
    return false;
}

const char *text_clean(struct buf *scratch, const char *s, size_t *len, bool keep_nul,
                       uint64_t *replaced)
{
    size_t n = *len;
    if (utf8_valid(s, n) && !has_noncharacter(s, n) && (keep_nul || !memchr(s, '\0', n)))
        return s;
    buf_clear(scratch);
    size_t at = 0;
    while (at < n) {
        const char *nul = keep_nul ? NULL : memchr(s + at, '\0', n - at);
        size_t run = nul ? (size_t)(nul - (s + at)) : n - at;
        *replaced += utf8_clean(scratch, s + at, run);
        at += run;
        if (nul) {
            buf_add_str(scratch, "\xef\xbf\xbd");
            (*replaced)++;
            at++;
        }
    }
    *len = scratch->len;
    return scratch->data;
}

const char *text_hex(struct buf *scratch, const char *s, size_t *len)
{
    static const char digits[] = "0123456789abcdef";
    buf_clear(scratch);
    for (size_t i = 0; i < *len; i++) {
        unsigned char c = (unsigned char)s[i];
        const char pair[2] = {digits[c >> 4], digits[c & 15]};
        buf_add(scratch, pair, 2);
    }
    *len = scratch->len;
    return scratch->data;
}

size_t text_whole(const char *s, size_t len)
{
    size_t back = 0;
    while (back < 3 && back < len) {
        unsigned char c = (unsigned char)s[len - 1 - back];
        back++;
        if (c < 0x80)
            return len;
        if (c >= 0xc0) {
            size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
            return need > back ? len - back : len;
        }
    }
    return len;
}
