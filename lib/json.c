#include "lib/json.h"

#include <string.h>

#include "lib/utf8.h"

void json_add_string(struct buf *out, const char *s)
{
    if (!s) {
        buf_add_str(out, "null");
        return;
    }
    size_t len = strlen(s);
    buf_add_char(out, '"');
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = utf8_decode(s + i, len - i, &cp);
        if (n == 0) {
            buf_add_str(out, "\xef\xbf\xbd");
            n = 1;
        } else if (cp == '"' || cp == '\\') {
            buf_add_char(out, '\\');
            buf_add_char(out, (char)cp);
        } else if (cp < 0x20 || cp == 0x7f || cp == 0x2028 || cp == 0x2029) {
            buf_printf(out, "\\u%04x", cp);
        } else {
            buf_add(out, s + i, n);
        }
        i += n;
    }
    buf_add_char(out, '"');
}

void json_add_key(struct buf *out, const char *name)
{
    if (out->len && out->data[out->len - 1] != '{')
        buf_add_str(out, ", ");
    json_add_string(out, name);
    buf_add_str(out, ": ");
}
