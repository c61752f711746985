#include "formats/zip_write.h"

#include <stdlib.h>
#include <string.h>

enum {
    VERSION = 20,   /* that can unpack it: deflate */
    VERSION64 = 45, /* and ZIP64 */
    DATE = 1 << 5 | 1,
    EXTRA64 = 1,
    LOCATOR64 = 0x07064b50,
    END64 = 0x06064b50,
    END64_REST = 44, /* bytes of that record behind its length */
};

/* A record of the file while it is put together. */
struct record {
    char bytes[128];
    size_t len;
};

static void add(struct record *r, uint64_t value, unsigned bytes)
{
    while (bytes--) {
        r->bytes[r->len++] = (char)(value & 0xff);
        value >>= 8;
    }
}

static uint64_t narrow(uint64_t value, uint64_t max)
{
    return value < max ? value : max;
}

int zip_write_open(struct zip_write *z, const char *path, struct err *e)
{
    *z = (struct zip_write){0};
    return output_open(&z->out, path, NULL, e);
}

void zip_write_release(struct zip_write *z)
{
    free(z->members);
    arena_release(&z->arena);
    output_release(&z->out);
    *z = (struct zip_write){0};
}

/* From the version to the length of the name: the same in both headers. */
static void add_common(struct record *r, const struct zip_member *m, bool wide)
{
    bool both = wide || m->size >= UINT32_MAX || m->packed >= UINT32_MAX;
    add(r, both ? VERSION64 : VERSION, 2);
    add(r, 0, 2); /* flags */
    add(r, m->method, 2);
    add(r, 0, 2); /* time */
    add(r, DATE, 2);
    add(r, m->crc, 4);
    add(r, narrow(m->packed, UINT32_MAX), 4);
    add(r, narrow(m->size, UINT32_MAX), 4);
    add(r, strlen(m->name), 2);
}

void zip_write_member(struct zip_write *z, const struct zip_member *m)
{
    struct record r = {.len = 0};
    /* A local header has both sizes in its 64-bit field, or neither. */
    bool wide = m->size >= UINT32_MAX || m->packed >= UINT32_MAX;
    struct zip_member copy = *m;
    copy.name = arena_strdup(&z->arena, m->name);
    copy.offset = z->offset;
    if (z->n == z->cap) {
        z->cap = z->cap ? z->cap * 2 : 32;
        z->members = xrealloc(z->members, z->cap, sizeof(*z->members));
    }
    z->members[z->n++] = copy;
    add(&r, 0x04034b50, 4);
    add_common(&r, m, false);
    if (wide)
        memset(r.bytes + 18, 0xff, 8);
    add(&r, wide ? 20 : 0, 2);
    output_add(&z->out, r.bytes, r.len);
    output_add_str(&z->out, m->name);
    z->offset += r.len + strlen(m->name) + m->packed;
    if (!wide)
        return;
    r.len = 0;
    add(&r, EXTRA64, 2);
    add(&r, 16, 2);
    add(&r, m->size, 8);
    add(&r, m->packed, 8);
    output_add(&z->out, r.bytes, r.len);
    z->offset += r.len;
}

/* An entry of the directory, where only what overflows is in the 64-bit field. Returns its length.
 */
static size_t add_entry(struct zip_write *z, const struct zip_member *m)
{
    struct record r = {.len = 0}, extra = {.len = 4};
    const uint64_t wide[] = {m->size, m->packed, m->offset};
    for (size_t i = 0; i < 3; i++) {
        if (wide[i] >= UINT32_MAX)
            add(&extra, wide[i], 8);
    }
    size_t len = extra.len;
    extra.len = 0;
    add(&extra, EXTRA64, 2);
    add(&extra, len - 4, 2);
    extra.len = len == 4 ? 0 : len;
    add(&r, 0x02014b50, 4);
    add(&r, VERSION64, 2); /* that made it */
    add_common(&r, m, extra.len != 0);
    add(&r, extra.len, 2);
    add(&r, 0, 2 + 2 + 2 + 4); /* comment, volume, attributes */
    add(&r, narrow(m->offset, UINT32_MAX), 4);
    output_add(&z->out, r.bytes, r.len);
    output_add_str(&z->out, m->name);
    output_add(&z->out, extra.bytes, extra.len);
    return r.len + strlen(m->name) + extra.len;
}

static void add_end64(struct zip_write *z, uint64_t size, uint64_t at)
{
    struct record r = {.len = 0};
    add(&r, END64, 4);
    add(&r, END64_REST, 8);
    add(&r, VERSION64, 2);
    add(&r, VERSION64, 2);
    add(&r, 0, 4 + 4); /* volumes */
    add(&r, z->n, 8);
    add(&r, z->n, 8);
    add(&r, size, 8);
    add(&r, z->offset, 8);
    add(&r, LOCATOR64, 4);
    add(&r, 0, 4);
    add(&r, at, 8);
    add(&r, 1, 4);
    output_add(&z->out, r.bytes, r.len);
}

int zip_write_close(struct zip_write *z, struct err *e)
{
    struct record r = {.len = 0};
    uint64_t size = 0;
    for (size_t i = 0; i < z->n; i++)
        size += add_entry(z, &z->members[i]);
    if (z->n >= UINT16_MAX || z->offset >= UINT32_MAX || size >= UINT32_MAX)
        add_end64(z, size, z->offset + size);
    add(&r, 0x06054b50, 4);
    add(&r, 0, 2 + 2); /* volumes */
    add(&r, narrow(z->n, UINT16_MAX), 2);
    add(&r, narrow(z->n, UINT16_MAX), 2);
    add(&r, narrow(size, UINT32_MAX), 4);
    add(&r, narrow(z->offset, UINT32_MAX), 4);
    add(&r, 0, 2); /* comment */
    output_add(&z->out, r.bytes, r.len);
    return output_close(&z->out, e);
}
