/* A picture for the first page of a report: a PNG or a JPEG file. */
#ifndef FORMATS_LOGO_H
#define FORMATS_LOGO_H

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

#endif
