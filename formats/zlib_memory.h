/* zlib with our own memory: an allocation that fails ends the process (lib/mem.h), so that none of
 * zlib's calls can fail for want of it. */
#ifndef FORMATS_ZLIB_MEMORY_H
#define FORMATS_ZLIB_MEMORY_H

#ifndef ZLIB_CONST
#define ZLIB_CONST /* next_in is const */
#endif
#include <zlib.h>

/* Of a stream that is not yet initialised. */
void zlib_memory_set(z_stream *z);

#endif
