/* A picture for the first page of a report: a PNG or a JPEG file. */
#ifndef FORMATS_LOGO_H
#define FORMATS_LOGO_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"

enum { LOGO_MAX_BYTES = 1024 * 1024, LOGO_HEIGHT = 48 /* pixels, as it is shown */ };

struct logo {
    struct buf data; /* the file */
    const char *media_type;
    unsigned width, height; /* pixels */
};

/* Reads it whole. On failure nothing needs a release. ERR_CONFIG for what is no picture. */
int logo_read(struct logo *l, const char *path, struct err *e);
void logo_release(struct logo *l);

/* The kind and the size of a picture, from its first bytes; false for what is none, or too large.
 */
bool logo_parse(struct logo *l, const unsigned char *p, size_t len);

#endif
