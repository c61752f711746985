#include "formats/zlib_memory.h"

#include <stdlib.h>

#include "lib/mem.h"

static void *allocate(void *opaque, unsigned n, unsigned size)
{
    (void)opaque;
    return xcalloc(n, size);
}

static void release(void *opaque, void *p)
{
    (void)opaque;
    free(p);
}

void zlib_memory_set(z_stream *z)
{
    z->zalloc = allocate;
    z->zfree = release;
}
