/*
 * Reads back a ZIP file that we wrote (APPNOTE 6.3, with ZIP64) and trusts nothing of it: members
 * must lie one behind the other from the first byte to the directory, and local headers must say
 * what the directory says. Features that our files don't use are refused.
 */
#ifndef FORMATS_ZIP_READ_H
#define FORMATS_ZIP_READ_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/mem.h"

struct zip_member {
    const char *name;
    uint64_t packed, size; /* bytes in the file, bytes unpacked */
    uint64_t offset;       /* of its local header */
    uint32_t crc;
    unsigned method; /* 0 stored, 8 deflated */
};

struct zip {
    int fd;
    uint64_t size;
    uint64_t directory; /* where it starts */
    struct zip_member *members;
    size_t n;
    struct arena arena;
};

int zip_read_open(struct zip *z, const char *path, struct err *e);
int zip_read_open_fd(struct zip *z, int fd, struct err *e); /* which stays the caller's */
void zip_read_release(struct zip *z);                       /* of an open or zeroed one */
const struct zip_member *zip_read_find(const struct zip *z, const char *name); /* or NULL */

/* Gets the unpacked bytes of a member in pieces; -1 (with the error set) stops the unpacking. */
typedef int zip_sink(void *ctx, const char *p, size_t len, struct err *e);
/* Unpacks a member; size and CRC-32 must be those of the directory. */
int zip_read_member(const struct zip *z, const struct zip_member *m, zip_sink *sink, void *ctx,
                    struct err *e);
/* Its bytes as they are in the file: nothing is checked. */
int zip_read_packed(const struct zip *z, const struct zip_member *m, zip_sink *sink, void *ctx,
                    struct err *e);

#endif
