#include "formats/xlsx_names.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/utf8.h"

enum { MAX_UNITS = 31, NAME_BYTES = 31 * 3 + 1 };

static uint32_t replacement(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff)
        return ' ';
    return c < 0x80 && strchr("[]:*?/\\", (int)c) ? '-' : c;
}

/* Copies what fits into `units`, made valid but for the apostrophes at the ends. */
static void copy_valid(char out[NAME_BYTES], const char *title, size_t units)
{
    size_t len = strlen(title), at = 0, used = 0;
    for (size_t i = 0; i < len;) {
        uint32_t c = 0xfffd;
        size_t n = utf8_decode(title + i, len - i, &c);
        i += n ? n : 1;
        used += c >= 0x10000 ? 2 : 1;
        if (used > units)
            break;
        at += utf8_encode(replacement(c), out + at);
    }
    while (at && (out[at - 1] == ' ' || out[at - 1] == '\''))
        at--;
    out[at] = '\0';
    size_t skip = strspn(out, " '");
    memmove(out, out + skip, at - skip + 1);
}

/* Lower case of the scripts that have one and are common; Excel compares names without case. */
static uint32_t fold(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
        (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40f)
        return c + 0x50;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) || (c >= 0x460 && c <= 0x52f) ||
        (c >= 0x1e00 && c <= 0x1eff))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
        return (c + 1) & ~1u;
    return c == 0x178 ? 0xff : c;
}

static void fold_name(char out[NAME_BYTES], const char *name)
{
    size_t len = strlen(name), at = 0;
    uint32_t c;
    for (size_t i = 0; i < len;) {
        i += utf8_decode(name + i, len - i, &c);
        at += utf8_encode(fold(c), out + at);
    }
    out[at] = '\0';
}

static bool is_free(const struct xlsx_names *names, const char *name, char folded[NAME_BYTES])
{
    fold_name(folded, name);
    if (strcmp(folded, "history") == 0)
        return false;
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->folded[i], folded) == 0)
            return false;
    }
    return true;
}

const char *xlsx_names_add(struct xlsx_names *names, const char *title)
{
    char base[NAME_BYTES], name[NAME_BYTES + 16], folded[NAME_BYTES], suffix[16];
    copy_valid(base, title, MAX_UNITS);
    if (!base[0])
        snprintf(base, sizeof(base), "Sheet");
    snprintf(name, sizeof(name), "%s", base);
    for (unsigned n = 2; !is_free(names, name, folded); n++) {
        int len = snprintf(suffix, sizeof(suffix), " (%u)", n);
        char cut[NAME_BYTES];
        copy_valid(cut, base, MAX_UNITS - (size_t)len);
        snprintf(name, sizeof(name), "%s%s", cut, suffix);
    }
    if (names->n == names->cap) {
        size_t cap = names->cap ? names->cap * 2 : 16;
        names->folded =
            arena_grow(&names->arena, names->folded, names->n, cap, sizeof(*names->folded));
        names->cap = cap;
    }
    names->folded[names->n++] = arena_strdup(&names->arena, folded);
    return arena_strdup(&names->arena, name);
}

char *xlsx_names_quote(struct arena *arena, const char *name)
{
    char quoted[2 * NAME_BYTES + 3], *out = quoted;
    *out++ = '\'';
    for (const char *p = name; *p && out < quoted + sizeof(quoted) - 3; p++) {
        if (*p == '\'')
            *out++ = '\'';
        *out++ = *p;
    }
    *out++ = '\'';
    *out = '\0';
    return arena_strdup(arena, quoted);
}

void xlsx_names_release(struct xlsx_names *names)
{
    arena_release(&names->arena);
    *names = (struct xlsx_names){0};
}
