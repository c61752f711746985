/*
 * What someone gives as a logo: a picture has a kind and a size that can be shown, which what
 * stands behind it doesn't change, and nothing is read beyond its end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/logo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct logo a = {0}, b = {0};
    bool picture = logo_parse(&a, data, size);
    uint8_t *longer = malloc(size + 16);
    must(longer != NULL);
    memcpy(longer, data, size);
    memset(longer + size, 0xff, 16);
    if (picture) {
        must(a.width >= 1 && a.width <= 10000 && a.height >= 1 && a.height <= 10000);
        must(strcmp(a.media_type, "image/png") == 0 || strcmp(a.media_type, "image/jpeg") == 0);
        must((data[0] == 0xff) == (strcmp(a.media_type, "image/jpeg") == 0));
        must(logo_parse(&b, longer, size + 16) && a.width == b.width && a.height == b.height);
    }
    free(longer);
    return 0;
}
