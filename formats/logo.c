#include "formats/logo.h"

#include <string.h>

#include "lib/file.h"

static unsigned be16(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static unsigned be32(const unsigned char *p)
{
    return be16(p) << 16 | be16(p + 2);
}

/* The IHDR chunk comes first: PNG (Third Edition), 11.2.1. */
static bool png_size(struct logo *l, const unsigned char *p, size_t len)
{
    if (len < 24 || memcmp(p, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) != 0)
        return false;
    l->media_type = "image/png";
    l->width = be32(p + 16);
    l->height = be32(p + 20);
    return true;
}

/* Walks the segments up to the frame header, SOF0 to SOF15 but for DHT, JPG and DAC: T.81, B.1. */
static bool jpeg_size(struct logo *l, const unsigned char *p, size_t len)
{
    if (len < 4 || memcmp(p, "\xff\xd8\xff", 3) != 0)
        return false;
    for (size_t i = 2; i + 9 < len && p[i] == 0xff; i += 2 + be16(p + i + 2)) {
        unsigned marker = p[i + 1];
        if (marker < 0xc0 || marker > 0xcf || marker == 0xc4 || marker == 0xc8 || marker == 0xcc)
            continue;
        l->media_type = "image/jpeg";
        l->height = be16(p + i + 5);
        l->width = be16(p + i + 7);
        return true;
    }
    return false;
}

bool logo_parse(struct logo *l, const unsigned char *p, size_t len)
{
    enum { MAX_SIDE = 10000 };
    return (png_size(l, p, len) || jpeg_size(l, p, len)) && l->width && l->height &&
           l->width <= MAX_SIDE && l->height <= MAX_SIDE;
}

int logo_read(struct logo *l, const char *path, struct err *e)
{
    *l = (struct logo){0};
    buf_init(&l->data, LOGO_MAX_BYTES);
    if (file_read(path, FILE_NOT_WRITABLE_BY_OTHERS, &l->data, e) != 0) {
        buf_release(&l->data);
        return -1;
    }
    if (logo_parse(l, (const unsigned char *)l->data.data, l->data.len))
        return 0;
    buf_release(&l->data);
    err_set(e, ERR_CONFIG, "\"%s\" is neither a PNG nor a JPEG picture", path);
    return err_hint(e, "convert the logo to PNG; about 100 pixels of height are enough");
}

void logo_release(struct logo *l)
{
    buf_release(&l->data);
}
