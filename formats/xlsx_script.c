#include "formats/xlsx_script.h"

#include <string.h>

void xlsx_script_add_number(struct buf *script, uint64_t n)
{
    buf_add(script, &n, sizeof(n));
}

void xlsx_script_add_bytes(struct buf *script, const char *s, size_t len)
{
    xlsx_script_add_number(script, s ? len : UINT64_MAX);
    if (!s)
        return;
    buf_add(script, s, len);
    buf_add_char(script, '\0');
}

void xlsx_script_add_text(struct buf *script, const char *s)
{
    xlsx_script_add_bytes(script, s, s ? strlen(s) : 0);
}

uint64_t xlsx_script_number(struct xlsx_script *s)
{
    uint64_t n;
    memcpy(&n, s->at, sizeof(n));
    s->at += sizeof(n);
    return n;
}

const char *xlsx_script_bytes(struct xlsx_script *s, size_t *len)
{
    uint64_t n = xlsx_script_number(s);
    const char *text = s->at;
    if (n == UINT64_MAX)
        return NULL;
    *len = (size_t)n;
    s->at += n + 1;
    return text;
}

const char *xlsx_script_text(struct xlsx_script *s)
{
    size_t len;
    return xlsx_script_bytes(s, &len);
}
