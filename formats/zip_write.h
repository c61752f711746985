/*
 * Writes a ZIP file (APPNOTE 6.3) whose members' sizes are known before they are written: so there
 * are no trailers, and 64-bit fields (ZIP64) only where a number needs them. All members are of
 * 1980-01-01, so that the same members make the same bytes.
 */
#ifndef FORMATS_ZIP_WRITE_H
#define FORMATS_ZIP_WRITE_H

#include "formats/output.h"
#include "formats/zip_read.h"

struct zip_write {
    struct output out;
    struct zip_member *members;
    size_t n, cap;
    uint64_t offset; /* where the next member begins */
    struct arena arena;
};

int zip_write_open(struct zip_write *z, const char *path, struct err *e);
void zip_write_release(struct zip_write *z); /* of a zeroed one, too; the file stays */
/* The header of a member; its `packed` bytes are then added to `out`. `offset` is filled in here,
 * and the name is copied. */
void zip_write_member(struct zip_write *z, const struct zip_member *m);
/* The directory; everything is in the file, which is closed. */
int zip_write_close(struct zip_write *z, struct err *e);

#endif
