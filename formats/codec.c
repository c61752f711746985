#include "formats/codec.h"

#include <string.h>

static const struct codec *const registry[] = {&codec_gzip, &codec_zstd, NULL};

const struct codec *codec_by_name(const char *name)
{
    for (const struct codec *const *c = registry; *c; c++) {
        if (strcmp((*c)->name, name) == 0)
            return *c;
    }
    return NULL;
}
