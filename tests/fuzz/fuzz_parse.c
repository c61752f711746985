/* Strict parsing, against what printing the value again gives. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/parse.h"
#include "lib/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_numbers(const char *s)
{
    int64_t i = 0, ms = -1;
    uint64_t u = 0;
    char again[32];
    if (parse_int64(s, INT64_MIN, INT64_MAX, &i)) {
        const char *p = s + (*s == '-');
        while (*p == '0' && p[1])
            p++;
        snprintf(again, sizeof(again), "%" PRId64, i);
        must(strcmp(again + (*again == '-'), p) == 0);
        must(parse_decimal(s) || strlen(s) > 65);
    }
    if (parse_uint64(s, 1000, &u))
        must(u <= 1000);
    if (parse_duration(s, &ms))
        must(ms >= 0 && strpbrk(s, "smhd") != NULL);
    u = 0;
    if (parse_size(s, &u))
        must(u <= INT64_MAX);
}

static void check_text(const char *s, size_t size)
{
    struct buf out;
    buf_init(&out, 8 * size + 16);
    size_t replaced = utf8_clean(&out, s, size);
    must(buf_ok(&out) && utf8_valid(out.data, out.len));
    if (replaced == 0)
        must(out.len == size && memcmp(out.data, s, size) == 0 && utf8_valid(s, size));
    buf_clear(&out);
    utf8_add_visible(&out, s, size, size);
    must(buf_ok(&out) && utf8_valid(out.data, out.len));
    for (size_t i = 0; i < out.len; i++)
        must((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7f);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool b;
    char *s = malloc(size + 1);
    must(s != NULL);
    memcpy(s, data, size);
    s[size] = '\0';
    check_numbers(s);
    check_text(s, size);
    parse_bool(s, &b);
    if (parse_name(s))
        must(strlen(s) <= LIMIT_NAME_BYTES &&
             strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(s));
    must(parse_distance(s, s) == (strlen(s) < 64 ? 0 : 99));
    free(s);
    return 0;
}
