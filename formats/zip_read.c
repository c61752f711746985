#include "formats/zip_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/deflate.h"
#include "formats/inflate.h"

enum {
    END_BYTES = 22,
    LOCATOR64_BYTES = 20,
    END64_BYTES = 56,
    LOCAL_BYTES = 30,
    ENTRY_BYTES = 46,
    MAX_DIRECTORY = 16 * 1024 * 1024,
    BLOCK_BYTES = 256 * 1024,
};

static uint64_t little(const unsigned char *p, unsigned n)
{
    uint64_t v = 0;
    while (n--)
        v = v << 8 | p[n];
    return v;
}

static uint32_t u16(const unsigned char *p)
{
    return (uint32_t)little(p, 2);
}

static uint32_t u32(const unsigned char *p)
{
    return (uint32_t)little(p, 4);
}

static bool has_signature(const unsigned char *p, unsigned char a, unsigned char b)
{
    return p[0] == 'P' && p[1] == 'K' && p[2] == a && p[3] == b;
}

static int read_at(const struct zip *z, uint64_t offset, void *p, size_t len, struct err *e)
{
    char *at = p;
    if (offset > z->size || len > z->size - offset)
        return err_set(e, ERR_IO, "the ZIP file is cut short");
    while (len) {
        ssize_t n = pread(z->fd, at, len, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, "can't read the ZIP file");
        if (n == 0)
            return err_set(e, ERR_IO, "the ZIP file shrinks while it is read");
        at += n;
        offset += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

/* Where the directory lies, by the record at the file's end and, when that overflows, its ZIP64
 * form. */
struct extent {
    uint64_t offset, size, n, end; /* `end`: where the record that says so begins */
};

static int find_directory64(const struct zip *z, uint64_t before, struct extent *x, struct err *e)
{
    unsigned char locator[LOCATOR64_BYTES], end[END64_BYTES];
    if (before < LOCATOR64_BYTES)
        return err_set(e, ERR_IO, "the ZIP file is cut short");
    if (read_at(z, before - LOCATOR64_BYTES, locator, sizeof(locator), e) != 0)
        return -1;
    if (!has_signature(locator, 6, 7))
        return err_set(e, ERR_IO, "the ZIP64 record is missing");
    x->end = little(locator + 8, 8);
    if (read_at(z, x->end, end, sizeof(end), e) != 0)
        return -1;
    if (!has_signature(end, 6, 6) || x->end + END64_BYTES != before - LOCATOR64_BYTES)
        return err_set(e, ERR_IO, "the ZIP64 record is damaged");
    x->n = little(end + 32, 8);
    x->size = little(end + 40, 8);
    x->offset = little(end + 48, 8);
    return 0;
}

static int find_directory(const struct zip *z, struct extent *x, struct err *e)
{
    unsigned char end[END_BYTES];
    if (z->size < END_BYTES)
        return err_set(e, ERR_IO, "too short for a ZIP file");
    uint64_t at = z->size - END_BYTES;
    if (read_at(z, at, end, sizeof(end), e) != 0)
        return -1;
    if (!has_signature(end, 5, 6) || u16(end + 20) != 0)
        return err_set(e, ERR_IO, "the ZIP file doesn't end with its directory");
    if (u16(end + 4) != 0 || u16(end + 6) != 0 || u16(end + 8) != u16(end + 10))
        return err_set(e, ERR_IO, "a ZIP file of several volumes");
    *x = (struct extent){u32(end + 16), u32(end + 12), u16(end + 10), at};
    bool is64 = x->offset == UINT32_MAX || x->size == UINT32_MAX || x->n == UINT16_MAX;
    if (is64 && find_directory64(z, at, x, e) != 0)
        return -1;
    if (x->offset > x->end || x->size != x->end - x->offset || x->size > MAX_DIRECTORY ||
        x->n > x->size / ENTRY_BYTES)
        return err_set(e, ERR_IO, "the ZIP file's directory is damaged");
    return 0;
}

/*
 * Puts the 64-bit values of the ZIP64 extra field in place of those that overflowed, in their fixed
 * order. False when one is not there. `offset` is NULL in a local header.
 */
static bool take_zip64(const unsigned char *extra, size_t len, uint64_t *size, uint64_t *packed,
                       uint64_t *offset)
{
    uint64_t *const wide[] = {size, packed, offset};
    const unsigned char *p = NULL, *end = NULL;
    for (size_t i = 0; i + 4 <= len;) {
        size_t n = u16(extra + i + 2);
        if (n > len - i - 4)
            return false;
        if (u16(extra + i) == 1) {
            p = extra + i + 4;
            end = p + n;
        }
        i += 4 + n;
    }
    for (size_t i = 0; i < 3; i++) {
        if (!wide[i] || *wide[i] != UINT32_MAX)
            continue;
        if (end - p < 8)
            return false;
        *wide[i] = little(p, 8);
        p += 8;
    }
    return true;
}

/* Reads one entry at `p`; returns its length or 0 when it is damaged. */
static size_t read_entry(struct zip *z, const unsigned char *p, size_t len, struct zip_member *m)
{
    if (len < ENTRY_BYTES || !has_signature(p, 1, 2))
        return 0;
    size_t name = u16(p + 28), extra = u16(p + 30), comment = u16(p + 32);
    if (name + extra + comment > len - ENTRY_BYTES || memchr(p + ENTRY_BYTES, '\0', name))
        return 0;
    unsigned flags = u16(p + 8);
    *m = (struct zip_member){.name = arena_strndup(&z->arena, (const char *)p + ENTRY_BYTES, name),
                             .packed = u32(p + 20),
                             .size = u32(p + 24),
                             .offset = u32(p + 42),
                             .crc = u32(p + 16),
                             .method = u16(p + 10)};
    bool plain =
        (flags & 0x09) == 0 && (m->method == 0 || m->method == 8); /* no cipher, no trailer */
    if (!plain || !take_zip64(p + ENTRY_BYTES + name, extra, &m->size, &m->packed, &m->offset))
        return 0;
    return ENTRY_BYTES + name + extra + comment;
}

static int read_directory(struct zip *z, const struct extent *x, struct err *e)
{
    int rc = -1;
    size_t len = (size_t)x->size, at = 0;
    unsigned char *p = xmalloc(len + 1);
    if (read_at(z, x->offset, p, len, e) != 0)
        goto out;
    z->directory = x->offset;
    z->members = arena_alloc(&z->arena, ((size_t)x->n + 1) * sizeof(*z->members));
    for (; z->n < x->n; z->n++) {
        size_t n = read_entry(z, p + at, len - at, &z->members[z->n]);
        if (n == 0) {
            err_set(e, ERR_IO, "entry %zu of the ZIP file's directory is damaged", z->n + 1);
            goto out;
        }
        at += n;
    }
    if (at != len) {
        err_set(e, ERR_IO, "the ZIP file's directory is longer than its entries");
        goto out;
    }
    rc = 0;
out:
    free(p);
    return rc;
}

/* Checks a local header and finds the data behind it. */
static int data_offset(const struct zip *z, const struct zip_member *m, uint64_t *out,
                       struct err *e)
{
    unsigned char local[LOCAL_BYTES], tail[1024];
    if (read_at(z, m->offset, local, sizeof(local), e) != 0)
        return -1;
    size_t name = u16(local + 26), extra = u16(local + 28);
    if (!has_signature(local, 3, 4) || name + extra > sizeof(tail))
        return err_set(e, ERR_IO, "the header of \"%s\" is damaged", m->name);
    if (read_at(z, m->offset + LOCAL_BYTES, tail, name + extra, e) != 0)
        return -1;
    uint64_t size = u32(local + 22), packed = u32(local + 18);
    if (!take_zip64(tail + name, extra, &size, &packed, NULL) || name != strlen(m->name) ||
        memcmp(tail, m->name, name) != 0 || size != m->size || packed != m->packed ||
        u32(local + 14) != m->crc || u16(local + 8) != m->method || (u16(local + 6) & 0x09))
        return err_set(e, ERR_IO, "the header of \"%s\" contradicts the directory", m->name);
    *out = m->offset + LOCAL_BYTES + name + extra;
    return 0;
}

/* Every byte before the directory belongs to exactly one member. */
static int check_layout(const struct zip *z, struct err *e)
{
    uint64_t at = 0, data = 0;
    for (size_t i = 0; i < z->n; i++) {
        const struct zip_member *m = &z->members[i];
        if (m->offset != at)
            return err_set(e, ERR_IO, "\"%s\" doesn't begin where the one before it ends", m->name);
        if (data_offset(z, m, &data, e) != 0)
            return -1;
        if (data > z->directory || m->packed > z->directory - data)
            return err_set(e, ERR_IO, "\"%s\" reaches into the directory", m->name);
        at = data + m->packed;
    }
    if (at != z->directory)
        return err_set(e, ERR_IO, "a gap before the ZIP file's directory");
    return 0;
}

/* Takes the descriptor of `zip` over. */
static int open_zip(struct zip *z, struct zip zip, struct err *e)
{
    struct extent x = {0};
    struct stat st;
    if (fstat(zip.fd, &st) != 0) {
        err_sys(e, "can't read a ZIP file back");
        zip_read_release(&zip);
        return -1;
    }
    zip.size = (uint64_t)st.st_size;
    if (find_directory(&zip, &x, e) != 0 || read_directory(&zip, &x, e) != 0 ||
        check_layout(&zip, e) != 0) {
        zip_read_release(&zip);
        return -1;
    }
    *z = zip;
    return 0;
}

int zip_read_open(struct zip *z, const char *path, struct err *e)
{
    struct zip zip = {.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (zip.fd < 0)
        return err_sys(e, "can't read \"%s\" back", path);
    return open_zip(z, zip, e);
}

int zip_read_open_fd(struct zip *z, int fd, struct err *e)
{
    struct zip zip = {.fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)};
    if (zip.fd < 0)
        return err_sys(e, "can't read a ZIP file back");
    return open_zip(z, zip, e);
}

void zip_read_release(struct zip *z)
{
    if (z->size || z->fd > 0)
        close(z->fd);
    arena_release(&z->arena);
    *z = (struct zip){0};
}

const struct zip_member *zip_read_find(const struct zip *z, const char *name)
{
    for (size_t i = 0; i < z->n; i++) {
        if (strcmp(z->members[i].name, name) == 0)
            return &z->members[i];
    }
    return NULL;
}

/* A member on its way through the decompressor. */
struct unpacking {
    const struct zip_member *member;
    zip_sink *sink;
    void *ctx;
    uint64_t size; /* bytes that came out so far */
    uint32_t crc;
    char in[BLOCK_BYTES], out[BLOCK_BYTES];
};

static int deliver(struct unpacking *u, const char *p, size_t len, struct err *e)
{
    u->size += len;
    u->crc = deflate_crc32(u->crc, p, len);
    if (u->size > u->member->size)
        return err_set(e, ERR_IO, "more bytes than the directory says");
    return len ? u->sink(u->ctx, p, len, e) : 0;
}

/* Inflates the `*len` bytes in `in`; what is left of them counts. 1 at the end of the stream, 0
 * when it wants more. */
static int inflate_block(struct unpacking *u, struct inflate *f, size_t *len, struct err *e)
{
    const char *in = u->in;
    size_t left;
    int got;
    do {
        left = sizeof(u->out);
        got = inflate_step(f, &in, len, u->out, &left);
        if (got < 0)
            return err_set(e, ERR_IO, "damaged compressed data");
        if (deliver(u, u->out, sizeof(u->out) - left, e) != 0)
            return -1;
    } while (left == 0 && got == 0);
    return got;
}

static int unpack(const struct zip *zip, struct unpacking *u, struct inflate *f, uint64_t at,
                  struct err *e)
{
    int ended = u->member->method == 0;
    for (uint64_t left = u->member->packed; left;) {
        size_t n = left < sizeof(u->in) ? (size_t)left : sizeof(u->in);
        if (read_at(zip, at, u->in, n, e) != 0)
            return -1;
        at += n;
        left -= n;
        if (u->member->method == 0) {
            if (deliver(u, u->in, n, e) != 0)
                return -1;
            continue;
        }
        ended = inflate_block(u, f, &n, e);
        if (ended < 0)
            return -1;
        if (ended && (left || n))
            return err_set(e, ERR_IO, "something follows the compressed data");
    }
    if (!ended)
        return err_set(e, ERR_IO, "the compressed data is cut short");
    if (u->size != u->member->size || u->crc != u->member->crc)
        return err_set(e, ERR_IO, "size or CRC-32 is not what the directory says");
    return 0;
}

int zip_read_member(const struct zip *z, const struct zip_member *m, zip_sink *sink, void *ctx,
                    struct err *e)
{
    uint64_t at;
    if (data_offset(z, m, &at, e) != 0)
        return -1;
    struct inflate *f = inflate_new();
    struct unpacking *u = xmalloc(sizeof(*u));
    u->member = m;
    u->sink = sink;
    u->ctx = ctx;
    u->size = 0;
    u->crc = 0;
    int rc = unpack(z, u, f, at, e);
    free(u);
    inflate_free(f);
    return rc == 0 ? 0 : err_wrap(e, "\"%s\"", m->name);
}

int zip_read_packed(const struct zip *z, const struct zip_member *m, zip_sink *sink, void *ctx,
                    struct err *e)
{
    uint64_t at;
    char piece[16 * 1024];
    if (data_offset(z, m, &at, e) != 0)
        return -1;
    for (uint64_t left = m->packed; left;) {
        size_t n = left < sizeof(piece) ? (size_t)left : sizeof(piece);
        if (read_at(z, at, piece, n, e) != 0 || sink(ctx, piece, n, e) != 0)
            return -1;
        at += n;
        left -= n;
    }
    return 0;
}
